-- Checks of the fields that name a room and its service.

local jid = require "util.jid";
local nodeprep = require "util.encodings".stringprep.nodeprep;
local errors = module:require "errors";

-- bad_name returns why name cannot be the name of a room, or nil. A name that
-- preparation (RFC 7622 §3.3) changes would make another room than requested.
local function bad_name(name)
	local prepped = nodeprep(name, true);
	if not prepped or prepped == "" or #name > 1023 or not jid.prep(jid.join(prepped, module.host), true) then
		return ("%q cannot be the name of a room"):format(name);
	elseif prepped ~= name then
		return ("the server would call %q %q; use that"):format(name, prepped);
	end
end

local function bad_service(service)
	if service ~= module.host and service ~= module.host:match("^[^.]+") then
		return ("servicename: %q is not this service; it is %s"):format(service, module.host);
	end
end

-- names checks the fields roomname and servicename. It returns the error for
-- the request, whose other problems are given, or nil.
local function names(values, problems)
	local name, service = values.roomname or "", values.servicename or "";
	local name_problem = name ~= "" and bad_name(name) or nil;
	local service_problem = service ~= "" and bad_service(service) or nil;
	local condition = problems[1] and "bad-request" or name_problem and "jid-malformed" or service_problem and "item-not-found";
	if not condition then return nil; end
	problems[#problems+1] = name_problem and "roomname: "..name_problem;
	problems[#problems+1] = service_problem;
	return errors.new(condition, "%s", table.concat(problems, "; "));
end

-- list checks a list of names of rooms, and returns the error or nil.
local function list(values)
	local bad = {};
	for _, name in ipairs(values) do
		local problem = bad_name(name);
		if problem then bad[#bad+1] = "roomnames: "..problem; end
	end
	return bad[1] and errors.new("jid-malformed", "%s", table.concat(bad, "; ")) or nil;
end

return { names = names; list = list };
