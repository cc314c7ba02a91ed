-- The settings of a room: the fields of its own configuration form, the one
-- that an owner gets by muc#owner, and the subject.

local jid = require "util.jid";
local muc = module:depends "muc";
local fields = module:require "fields";
local rooms = module:require "rooms";

local SUBJECT = "muc#roominfo_subject";
local ARCHIVING = "muc#roomconfig_enablearchiving";

-- Limits that the form does not have. A higher number would be stored and then
-- read back as the limit.
local LIMITS = {
	["muc#roomconfig_historylength"] = { min = 0; max = module:get_option_number("max_history_messages") };
	["muc#roomconfig_defaulthistorymessages"] = { min = 0 };
};

-- While archives_always is set, the archive cannot be switched off by room,
-- and the form lacks its field.
local archives_always = module:get_option_boolean("muc_log_all_rooms", false);

-- is_setting reports whether a field of the form has a value, as headings and
-- FORM_TYPE have not.
local function is_setting(field)
	return fields.var_of(field) ~= nil and field.type ~= "fixed" and field.type ~= "hidden";
end

-- of returns the fields of a room's form as actor gets it, with their values.
local function of(room, actor)
	local settings, has_archiving = {}, false;
	for _, field in ipairs(room:get_form_layout(actor)) do
		local var = fields.var_of(field);
		if is_setting(field) then
			settings[#settings+1] = field;
			has_archiving = has_archiving or var == ARCHIVING;
			local limits = LIMITS[var] or {};
			field.range_min, field.range_max = field.range_min or limits.min, field.range_max or limits.max;
		end
	end
	if archives_always and not has_archiving and prosody.hosts[module.host].modules.muc_mam then
		settings[#settings+1] = { name = ARCHIVING; type = "boolean"; value = true; always = true };
	end
	settings[#settings+1] = { name = SUBJECT; type = "text-single"; label = "Subject"; value = rooms.subject(room) };
	return settings;
end

-- The settings that mod_muc gives to a new room, by the option for each.
local DEFAULTS = {
	public = "set_public"; persistent = "set_persistent"; members_only = "set_members_only";
	allow_member_invites = "set_allow_member_invites"; moderated = "set_moderated";
	change_subject = "set_changesubject"; always_allow_moderator_pms = "set_allow_modpm";
};

-- example returns a room that mod_muc does not know, with the settings of a
-- new one. It is the source of forms and columns.
local function example()
	local room = muc.new_room(jid.join("example", module.host));
	room:set_public(false);
	for option, setter in pairs(DEFAULTS) do
		local value = module:get_option_boolean("muc_room_default_"..option);
		if value ~= nil and room[setter] then room[setter](room, value); end
	end
	local length = module:get_option_number("muc_room_default_history_length");
	if length then room:set_historylength(length); end
	if module:get_option_boolean("muc_room_default_public_jids", false) then room:set_whois("anyone"); end
	room:set_language(module:get_option_string("muc_room_default_language"));
	room:set_presence_broadcast(module:get_option("muc_room_default_presence_broadcast"));
	if room.set_allow_pm then room:set_allow_pm(module:get_option_string("muc_room_default_allow_pm", "visitor")); end
	return room;
end

-- differing returns those of values, by the names of settings, that the room
-- does not have.
local function differing(room, values, actor)
	local result = {};
	for _, field in ipairs(of(room, actor)) do
		local var = fields.var_of(field);
		local value = values[var];
		if value ~= nil and not fields.same(field, value, fields.current_value(field)) then result[var] = value; end
	end
	return result;
end

return { SUBJECT = SUBJECT; of = of; example = example; differing = differing };
