-- Creating rooms and configuring existing ones.

local iterators = require "util.iterators";
local jid = require "util.jid";
local muc = module:depends "muc";
local change = module:require "change".change;
local errors = module:require "errors";
local rooms = module:require "rooms";
local settings = module:require "settings";

local SECRET = "muc#roomconfig_roomsecret";

-- The fields of Openfire's command, and the settings that they stand for.
local TWINS = { password = SECRET; persistent = "muc#roomconfig_persistentroom"; public = "muc#roomconfig_publicroom" };

-- merge_twins moves the values of Openfire's fields to the settings that they
-- stand for.
local function merge_twins(values, wanted, problems)
	if values["password-verify"] and values["password-verify"] ~= (values.password or wanted[SECRET] or "") then
		problems[#problems+1] = "password-verify: differs from password";
	end
	for twin, var in iterators.sorted_pairs(TWINS) do
		if values[twin] ~= nil and wanted[var] ~= nil and values[twin] ~= wanted[var] then
			problems[#problems+1] = ("%s: contradicts %s"):format(twin, var);
		elseif values[twin] ~= nil then
			wanted[var] = values[twin];
		end
	end
end

-- has_twin reports whether a setting has a field of Openfire's.
local function has_twin(var)
	for _, twin in pairs(TWINS) do
		if var == twin then return true; end
	end
	return false;
end

local function add_owners(room, owners)
	for _, who in ipairs(owners or {}) do
		if rooms.affiliation(room, who) ~= "owner" then rooms.affiliate(room, who, "owner"); end
	end
end

local function has_owners(room, owners)
	for _, who in ipairs(owners or {}) do
		if rooms.affiliation(room, who) ~= "owner" then return false; end
	end
	return true;
end

-- new creates a room and replaces a tombstone for it. It returns the room and
-- the function that undoes both, or nil and an error.
local function new(room_jid, tombstone)
	if tombstone then muc.delete_room(tombstone); end
	local room, why = muc.create_room(room_jid);
	local function undo()
		if room then
			muc.forget_room(room);
			muc.delete_room(room);
		end
		if tombstone then tombstone:save(true); end
	end
	if room then return room, undo; end
	undo();
	if why then return nil, errors.new("internal-server-error", "%s: %s", room_jid, why); end
	return nil, errors.new("resource-constraint", "the room %s was not created: the service holds as many rooms as "
		.."muc_max_rooms allows, or an idle room could not be written to storage to make space", room_jid);
end

-- create creates the room that values.roomname names, and returns it, or nil
-- and an error. found, err and tombstone are what find returned for the name.
local function create(values, wanted, request, found, err, tombstone)
	local room_jid = jid.join(values.roomname, module.host);
	if found then
		return nil, errors.new("conflict", "the room %s exists and was left as it is; change it with configure-muc-room", room_jid);
	elseif err.condition ~= "item-not-found" then
		return nil, err;
	end
	local room, undo = new(room_jid, tombstone);
	if not room then return nil, undo; end
	local ok, change_err = change(room, wanted, request, function ()
		rooms.affiliate(room, jid.bare(request.from), "owner");
		add_owners(room, values.owners);
	end);
	if not ok then
		undo();
		return nil, change_err;
	end
	return room;
end

-- reconfigure changes the settings of a room that differ and adds owners. It
-- returns whether anything was changed and a note for the answer; or nil and
-- an error.
local function reconfigure(room, values, wanted, request)
	local changes = settings.differing(room, wanted, request.from);
	if next(changes) == nil and not rooms.is_locked(room) and has_owners(room, values.owners) then
		return false, "The room is as it should be; nothing was changed.";
	end
	return change(room, changes, request, function () add_owners(room, values.owners); end);
end

return { create = create; reconfigure = reconfigure; merge_twins = merge_twins; has_twin = has_twin };
