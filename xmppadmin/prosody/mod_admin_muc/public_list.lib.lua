-- Completes the list from which mod_muc answers disco#items.
--
-- mod_muc begins that list with the first room saved after a start and then
-- takes it for complete; asked before that, it brings all rooms into memory
-- (host-disco-items in plugins/muc/mod_muc.lua of 0.12.3 and 13.0.6). This is
-- no part of room administration: once Prosody completes its list, this file
-- can go.

local array = require "util.array";
local jid = require "util.jid";
local muc = module:depends "muc";
local rooms = module:require "rooms";

-- saving_room returns a room with the function save that mod_muc gives to the
-- rooms it knows, or nil where it takes no more rooms.
local function saving_room()
	local room = array.collect(muc.live_rooms())[1];
	if room then return room; end
	room = muc.new_room(jid.join("example", module.host));
	if not muc.track_room(room) then return nil; end
	muc.forget_room(room);
	return room;
end

-- complete enters every room into the list by saving a room of the same
-- address, title and visibility. It is not persistent, so that nothing is
-- stored.
local function complete()
	local saver, live = saving_room(), {};
	if not saver then return; end
	local function enter(room_jid, title, hidden)
		saver.save(muc.new_room(room_jid, { name = title; hidden = hidden }));
	end
	for room in muc.live_rooms() do
		live[room.jid] = true;
		if not rooms.is_tombstone(room) then enter(room.jid, room:get_name(), room:get_hidden()); end
	end
	for room_jid in pairs(rooms.listed() or {}) do
		local title, hidden = nil, nil;
		if not live[room_jid] then title, hidden = rooms.stored_title(room_jid); end
		if title then enter(room_jid, title, hidden); end
	end
end

return { complete = complete };
