-- Finding the room of a command, in memory or in storage, and releasing it.
-- This file hooks an event and is loaded once, by mod_admin_muc.lua.

local jid = require "util.jid";
local muc = module:depends "muc";
local errors = module:require "errors";
local rooms = module:require "rooms";

local restored; -- the room that mod_muc has read from storage last
module:hook("muc-room-restored", function (event) restored = event.room; end);

-- find returns a room and whether it was in memory before; or nil, an error
-- and, where the room was destroyed, its tombstone.
local function find(name)
	local room_jid = jid.join(name, module.host);
	restored = nil;
	local room = muc.get_room_from_jid(room_jid);
	if room == nil then
		return nil, errors.new("item-not-found", "there is no room %s; create it with create-muc-room", room_jid);
	elseif room == false then
		return nil, errors.new("resource-constraint", "the room %s could not be loaded: the service holds as many rooms as "
			.."muc_max_rooms or muc_room_cache_size allow", room_jid);
	elseif rooms.is_broken(room) then
		return nil, errors.new("internal-server-error", "the room %s could not be read from storage; see the server's log", room_jid);
	elseif rooms.is_tombstone(room) then
		muc.forget_room(room);
		return nil, errors.new("item-not-found", "the room %s was destroyed; create it anew with create-muc-room", room_jid), room;
	end
	return room, restored ~= room;
end

-- release removes an idle room from memory that a command brought there.
-- Otherwise a run over all rooms would push out the rooms in use, each at the
-- price of writing it to storage.
local function release(room)
	if rooms.is_idle(room) then muc.forget_room(room); end
end

return { find = find; release = release };
