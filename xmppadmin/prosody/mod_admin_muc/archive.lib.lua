-- Archiving a room so that only owners speak, and reopening it. What archiving
-- changed is kept in the room's data.

local iterators = require "util.iterators";
local jid = require "util.jid";
local change = module:require "change".change;
local fields = module:require "fields";
local rooms = module:require "rooms";
local settings = module:require "settings";

local PERSISTENT = "muc#roomconfig_persistentroom";

-- The settings of an archived room. Those that the server does not have are
-- left out.
local READ_ONLY = {
	["muc#roomconfig_moderatedroom"] = true;
	["muc#roomconfig_changesubject"] = false;
	["muc#roomconfig_allowpm"] = "none";
	["{xmpp:prosody.im}muc#allow_modpm"] = false;
	[PERSISTENT] = true;
	["muc#roomconfig_enablearchiving"] = true;
};

-- check_read_only adds the wanted settings that would open an archived room to
-- the problems.
local function check_read_only(wanted, problems, layout)
	for var, field in iterators.sorted_pairs(fields.by_var(layout)) do
		if READ_ONLY[var] ~= nil and wanted[var] ~= nil and not fields.same(field, wanted[var], READ_ONLY[var]) then
			problems[#problems+1] = ("%s: an archived room cannot have this value"):format(var);
		end
	end
end

-- remember notes the present value of each field that is changed for the
-- first time; of an archived room that was opened by hand, not how that was
-- done. A room does not become temporary again: it would be gone with
-- its last occupant.
local function remember(room, memory, changes, actor, first)
	for _, field in ipairs(settings.of(room, actor)) do
		local var = fields.var_of(field);
		if changes[var] ~= nil and memory.fields[var] == nil and var ~= PERSISTENT and (first or READ_ONLY[var] == nil) then
			memory.fields[var] = fields.to_texts(field, fields.current_value(field));
		end
	end
end

-- revoke_voice takes the affiliations and roles that let others than owners
-- speak.
local function revoke_voice(room, memory)
	for _, item in ipairs(rooms.affiliations(room)) do
		-- get_affiliation is for administrators whom mod_muc counts as owners
		-- (component_admins_as_room_owners); it refuses to make them less.
		local who, kind = item.jid, item.affiliation;
		if (kind == "admin" or kind == "member") and room:get_affiliation(who) ~= "owner" then
			memory.affiliations[who] = { affiliation = kind; data = item.data };
			rooms.affiliate(room, who, "none");
		end
	end
	local speakers = {};
	for nick, occupant in room:each_occupant() do
		if occupant.role ~= "visitor" and room:get_affiliation(occupant.bare_jid) ~= "owner" then speakers[nick] = true; end
	end
	for nick in iterators.sorted_pairs(speakers) do room:set_role(true, nick, "visitor"); end
end

-- archive returns whether anything was changed and a note for the answer; or
-- nil and an error.
local function archive(room, _, wanted, request)
	local memory = rooms.memory(room);
	local first = memory == nil;
	local changes = {};
	for var, value in pairs(READ_ONLY) do changes[var] = value; end
	for var, value in pairs(wanted) do changes[var] = value; end
	changes = settings.differing(room, changes, request.from);
	if not first and next(changes) == nil then
		return false, "The room is archived already; nothing was changed.";
	end
	local closes = first; -- or was opened by hand
	for var in pairs(changes) do closes = closes or READ_ONLY[var] ~= nil; end
	memory = memory or { since = os.time(); by = jid.bare(request.from); fields = {}; affiliations = {} };
	remember(room, memory, changes, request.from, first);
	return change(room, changes, request, function ()
		if closes then revoke_voice(room, memory); end
		rooms.set_memory(room, memory);
	end);
end

-- grant_voice gives visitors the role that they would have on entering now.
local function grant_voice(room)
	local visitors = {};
	for nick, occupant in room:each_occupant() do
		local role = room:get_default_role(room:get_affiliation(occupant.bare_jid));
		if occupant.role == "visitor" and role and role ~= "visitor" then visitors[nick] = role; end
	end
	for nick, role in iterators.sorted_pairs(visitors) do room:set_role(true, nick, role); end
end

-- before_archiving returns the values of the remembered settings, and the
-- names of those that the server no longer has.
local function before_archiving(room, memory, actor)
	local wanted, lost = {}, {};
	local layout = fields.by_var(settings.of(room, actor));
	for var, texts in iterators.sorted_pairs(memory.fields) do
		local value;
		if layout[var] then value = fields.from_texts(layout[var], texts); end
		if value == nil or layout[var].always then lost[#lost+1] = var; else wanted[var] = value; end
	end
	return wanted, lost;
end

-- restore_affiliations gives back what revoke_voice took, unless the JID has got
-- another affiliation since.
local function restore_affiliations(room, memory)
	for who, was in iterators.sorted_pairs(memory.affiliations) do
		if rooms.affiliation(room, who) == nil and room:get_affiliation(who) ~= "owner" then
			rooms.affiliate(room, who, was.affiliation, was.data);
		end
	end
end

-- reopen returns whether anything was changed, a note for the answer, and a
-- warning; or nil and an error.
local function reopen(room, _, wanted, request)
	local memory = rooms.memory(room);
	if not memory then return false, "The room is not archived; nothing was changed."; end
	local changes, lost = before_archiving(room, memory, request.from);
	for var, value in pairs(wanted) do changes[var] = value; end
	local ok, err = change(room, settings.differing(room, changes, request.from), request, function ()
		restore_affiliations(room, memory);
		grant_voice(room);
		rooms.set_memory(room, nil);
	end);
	if not ok then return nil, err; end
	return true, nil, lost[1] and "The server no longer has these settings, which could not be restored: "
		..table.concat(lost, ", ") or nil;
end

return { archive = archive; reopen = reopen; check_read_only = check_read_only };
