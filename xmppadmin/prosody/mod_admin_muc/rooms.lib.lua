-- What mod_muc keeps of a room and has no function for: its data,
-- affiliations and history, in memory and in storage. No other file of this
-- module reads or writes them.

local array = require "util.array";
local it = require "util.iterators";
local jid = require "util.jid";
local muc = module:depends "muc";
local errors = module:require "errors";

-- Under this key a room's data has what archiving changed.
local MEMORY = "admin_muc_archived";

-- Under this key a room's data has the address of its log.
local LOG_ADDRESS = "admin_muc_log_address";

-- The stores of mod_muc. They are only read here; room:save() writes.
local stored_list = module:open_store("persistent");
local stored_flags = module:open_store("persistent", "map");
local stored_configs = module:open_store("config");
local stored_states = module:open_store("state");

local function clone(value)
	if type(value) ~= "table" then return value; end
	local copy = {};
	for k, v in pairs(value) do copy[k] = clone(v); end
	return copy;
end

local function is_destroyed(data)
	return not not (data and data.destroyed);
end

-- is_tombstone reports whether a room only keeps the address of a destroyed
-- one from being used again.
local function is_tombstone(room)
	return is_destroyed(room._data);
end

-- is_broken reports whether mod_muc could not read a room from storage.
local function is_broken(room)
	return room._data.locked == math.huge;
end

-- is_locked reports whether a room waits for its first configuration.
local function is_locked(room)
	return not not (room._data.locked and room._data.locked > os.time());
end

-- is_idle reports whether nothing is lost when a room leaves the memory.
local function is_idle(room)
	return room:get_persistent() and not room:has_occupant() and not (room._history and room._history[1]);
end

-- memory returns a copy of what archiving changed, or nil for a room that is
-- not archived.
local function memory(room)
	return clone(room._data[MEMORY]);
end

local function set_memory(room, value)
	room._data[MEMORY] = value;
end

-- subject returns the subject of a room, or nil where it has none.
local function subject(room)
	return room._data.subject;
end

-- set_subject sets the subject in the name of the room; the empty string
-- removes it. room:set_subject would send it before the room is saved.
local function set_subject(room, text)
	if text == "" then text = nil; end
	room._data.subject, room._data.subject_from, room._data.subject_time = text, room.jid, os.time();
end

-- log_address returns the address of a room's log, or nil where it has none.
local function log_address(room)
	return room._data[LOG_ADDRESS];
end

local function set_log_address(room, address)
	if address == "" then address = nil; end
	room._data[LOG_ADDRESS] = address;
end

-- affiliation returns what is stored for a JID. room:get_affiliation also
-- counts administrators of the service as owners.
local function affiliation(room, who)
	return room._affiliations[who];
end

-- affiliations returns a copy of all affiliations, sorted by JID, each with
-- what is stored about it.
local function affiliations(room)
	local list = array();
	for who, kind, data in room:each_affiliation() do
		list:push({ jid = who; affiliation = kind; data = clone(data) });
	end
	return list:sort(function (a, b) return a.jid < b.jid; end);
end

-- affiliate sets one affiliation, or raises an error that names it.
local function affiliate(room, who, kind, data)
	local ok, _, condition = room:set_affiliation(true, who, kind, data and data.reason, clone(data));
	if not ok then
		error(errors.new("internal-server-error", "%s: the server refused to make %s %s: %s",
			room.jid, who, kind, condition or "no reason given"), 0);
	end
end

local function owners(room)
	return array.collect(room:each_affiliation("owner")):sort();
end

-- snapshot copies all that a command may change of a room, and returns the
-- function that restores it.
local function snapshot(room)
	local data, kinds, kinds_data = clone(room._data), clone(room._affiliations), clone(room._affiliation_data);
	local roles = {};
	for nick, occupant in room:each_occupant() do roles[nick] = occupant.role; end
	return function ()
		room._data, room._affiliations, room._affiliation_data = data, kinds, kinds_data;
		for nick, role in pairs(roles) do
			local now = room:get_role(nick);
			if now and now ~= role then room:set_role(true, nick, role); end
		end
	end;
end

-- save writes a room to storage. mod_muc reports only whether the settings
-- were stored; with check_list, the entry in the list of rooms, without which
-- the room would not be listed after a restart, is checked too.
local function save(room, check_list)
	local ok, err = room:save(true);
	if not ok then return nil, err or "unknown error"; end
	if check_list and room:get_persistent() and not stored_flags:get(nil, room.jid) then
		return nil, "the list of persistent rooms could not be written";
	end
	return true;
end

-- without_saving runs f without the many setters that save the room each. It
-- returns whether f ran to its end, and the error otherwise.
local function without_saving(room, f)
	local real = room.save;
	room.save = function () return true; end
	local ok, err = xpcall(f, errors.explain);
	room.save = real;
	return ok, err;
end

-- listed returns the list of persistent rooms, a table with their JIDs for
-- keys; or nil and an error where it cannot be read.
local function listed()
	local list, err = stored_list:get(nil);
	if not list and err then return nil, err; end
	return list or {};
end

-- stored_kind returns "room" or "tombstone", or nil where storage has no such
-- room. One that cannot be read is a "room".
local function stored_kind(room_jid)
	local config, err = stored_configs:get((jid.split(room_jid)));
	if err then return "room"; end
	return config and (is_destroyed(config._data) and "tombstone" or "room") or nil;
end

-- stored_title returns the title of a room in storage and whether the room is
-- hidden, or nil where there is no such room or its form is older than
-- Prosody 0.11.
local function stored_title(room_jid)
	local config = stored_configs:get((jid.split(room_jid)));
	local data = config and config._data;
	if not data or is_destroyed(data) then return nil; end
	return data.name or "", data.hidden or false;
end

-- stored returns a room as storage has it, without making it known to mod_muc;
-- nil where there is none, with an error where it cannot be read.
local function stored(room_jid)
	local config, err = stored_configs:get((jid.split(room_jid)));
	if not config then return nil, err; end
	local room = muc.new_room(room_jid, config._data or {});
	if config._affiliations then
		room._affiliations = config._affiliations; -- the format before Prosody 0.11
	else
		for who, kind in pairs(config) do
			if type(kind) == "string" and who:sub(1, 1) ~= "_" then room._affiliations[who] = kind; end
		end
	end
	room._affiliation_data = config._affiliation_data or {};
	return room;
end

-- stored_occupants returns the number of occupants of a room that was written
-- to storage to make space in memory; they are still in it.
local function stored_occupants(room_jid)
	local state = stored_states:get((jid.split(room_jid))) or {};
	return it.count(it.filter(function (key)
		return type(state[key]) == "table" and state[key].bare_jid and jid.bare(key) == room_jid;
	end, it.keys(state)));
end

return {
	is_tombstone = is_tombstone; is_broken = is_broken; is_locked = is_locked; is_idle = is_idle;
	memory = memory; set_memory = set_memory;
	subject = subject; set_subject = set_subject;
	log_address = log_address; set_log_address = set_log_address;
	affiliation = affiliation; affiliations = affiliations; affiliate = affiliate; owners = owners;
	snapshot = snapshot; save = save; without_saving = without_saving;
	listed = listed; stored_kind = stored_kind; stored_title = stored_title;
	stored = stored; stored_occupants = stored_occupants;
};
