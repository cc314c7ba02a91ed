-- Changing a room wholly or not at all.

local iterators = require "util.iterators";
local st = require "util.stanza";
local errors = module:require "errors";
local fields = module:require "fields";
local rooms = module:require "rooms";
local settings = module:require "settings";

local XMLNS_OWNER = "http://jabber.org/protocol/muc#owner";
local XMLNS_ROOMCONFIG = "http://jabber.org/protocol/muc#roomconfig";
local XMLNS_USER = "http://jabber.org/protocol/muc#user";

local function owner_stanza(request, room)
	return st.iq({ type = "set"; id = "admin_muc"; from = request.from; to = room.jid })
		:query(XMLNS_OWNER):add_child(request.form):up();
end

-- submitted returns the event that mod_muc fires when an owner submits the
-- configuration form of a room.
local function submitted(room, wanted, request)
	local data = { FORM_TYPE = XMLNS_ROOMCONFIG };
	for var, value in pairs(wanted) do data[var] = value; end
	local event = {
		room = room; actor = request.from; fields = data; status_codes = {};
		origin = request.origin or { type = "component"; send = function () end };
		stanza = owner_stanza(request, room);
	};
	function event.update_option(name, field, allowed)
		local new = data[field];
		if new == nil or (allowed and not allowed[new]) or new == room["get_"..name](room) then return; end
		event.status_codes["104"] = true;
		room["set_"..name](room, new);
		return true;
	end
	return event;
end

-- configure changes settings by the events of mod_muc, so that every module
-- that handles them takes part, and the subject. It returns the status codes to be announced,
-- and the list of values that the server did not take, if any.
local function configure(room, wanted, request)
	local event = submitted(room, wanted, request);
	module:fire_event("muc-config-submitted", event);
	for _, field in ipairs(settings.of(room, request.from)) do
		event.field, event.value = field.name, wanted[fields.var_of(field)];
		if event.value ~= nil and not field.always then
			module:fire_event("muc-config-submitted/"..field.name, event);
		end
	end
	if wanted[settings.SUBJECT] then rooms.set_subject(room, wanted[settings.SUBJECT]); end
	local refused = {};
	for var in iterators.sorted_pairs(settings.differing(room, wanted, request.from)) do
		refused[#refused+1] = var..": the server did not take this value";
	end
	return event.status_codes, refused;
end

-- announce sends the status codes of changed settings (XEP-0045 §10.2.1) and
-- a changed subject (§8.1) to the occupants.
local function announce(room, codes, subject)
	if subject then
		room:broadcast_message(st.message({ type = "groupchat"; from = room.jid }):text_tag("subject", subject));
	end
	if next(codes) == nil then return; end
	local message = st.message({ type = "groupchat"; from = room.jid }):tag("x", { xmlns = XMLNS_USER });
	for code in iterators.sorted_pairs(codes) do message:tag("status", { code = code }):up(); end
	room:broadcast_message(message:up());
end

-- change changes settings, runs steps, saves the room once and announces the
-- new settings. If anything fails, it restores the room and returns nil and
-- the error.
local function change(room, wanted, request, steps)
	local undo, listed = rooms.snapshot(room), room:get_persistent();
	local codes;
	local ok, err = rooms.without_saving(room, function ()
		local refused;
		codes, refused = configure(room, wanted, request);
		if refused[1] then error(fields.bad_request(refused), 0); end
		steps();
	end);
	if ok then
		ok, err = rooms.save(room, not listed);
		if not ok then
			err = errors.new("internal-server-error", "%s: nothing was changed, because it could not be saved: %s", room.jid, tostring(err));
		end
	end
	if not ok then
		rooms.without_saving(room, undo);
		if type(err) ~= "table" then error(err, 0); end
		return nil, err;
	end
	announce(room, codes, wanted[settings.SUBJECT]);
	return true;
end

return { change = change };
