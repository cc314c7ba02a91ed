-- Names of rooms: which exist, and which a room may have. This file hooks
-- events and is loaded once, by table.lib.lua.

local jid = require "util.jid";
local muc = module:depends "muc";
local rooms = module:require "rooms";

-- kinds has the stored_kind of rooms, so that not every count reads them all.
-- A room changes its kind only by these events.
local kinds = {};
local function forget_kind(event) kinds[event.room.jid] = nil; end
module:hook("muc-room-created", forget_kind, 1000);
module:hook("muc-room-destroyed", forget_kind, 1000);

local function kind_in_storage(room_jid)
	kinds[room_jid] = kinds[room_jid] or rooms.stored_kind(room_jid);
	return kinds[room_jid];
end

local function kind_in_memory(room)
	return rooms.is_tombstone(room) and "tombstone" or "room";
end

-- live returns the rooms in memory, by JID.
local function live()
	local found = {};
	for room in muc.live_rooms() do found[room.jid] = room; end
	return found;
end

-- all returns the names of all rooms but destroyed ones, unsorted, and the
-- names that are in the list of persistent rooms though storage has no room of
-- them; or nil and an error.
local function all(in_memory)
	local stored, err = rooms.listed();
	if not stored then return nil, err; end
	local found, names, empty = {}, {}, {};
	for room_jid, room in pairs(in_memory) do found[room_jid] = kind_in_memory(room); end
	for room_jid in pairs(stored) do
		found[room_jid] = found[room_jid] or kind_in_storage(room_jid) or "empty";
	end
	for room_jid, kind in pairs(found) do
		local name = jid.split(room_jid);
		if name and kind == "room" then names[#names+1] = name; end
		if name and kind == "empty" then empty[#empty+1] = name; end
	end
	return names, empty;
end

-- existing returns those of names that are rooms, each once, and an empty list.
local function existing(names, in_memory)
	local found, seen = {}, {};
	for _, name in ipairs(names) do
		local room_jid = jid.join(name, module.host);
		local room = in_memory[room_jid];
		local kind = room and kind_in_memory(room) or kind_in_storage(room_jid);
		if kind == "room" and not seen[name] then found[#found+1] = name; end
		seen[name] = true;
	end
	return found, {};
end

return { live = live; all = all; existing = existing };
