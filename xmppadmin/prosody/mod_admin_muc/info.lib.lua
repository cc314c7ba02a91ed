-- Two settings that mod_muc has no form for: the subject, which it keeps but
-- which is otherwise set by a message in the room, and the address of the
-- room's log on the web. Both have their registered names for disco#info
-- (XEP-0045 §15.5.4). This file hooks events and is loaded once, by
-- mod_admin_muc.lua.

local rooms = module:require "rooms";

local SUBJECT = "muc#roominfo_subject";
local LOGS = "muc#roominfo_logs";

-- The address of the log is a field of the room's configuration form, so that
-- owners can see and change it. The subject is none: an owner who sends the
-- form back later would restore an old one.
module:hook("muc-config-form", function (event)
	table.insert(event.form, {
		name = LOGS; type = "text-single";
		label = "Address of the log on the web (http or https)";
		value = rooms.log_address(event.room);
	});
end, 70);

module:hook("muc-config-submitted/"..LOGS, function (event)
	local address = event.value or "";
	if address ~= "" and not address:match("^https?://%S+$") then return; end
	if address == (rooms.log_address(event.room) or "") then return; end
	rooms.set_log_address(event.room, address);
	event.status_codes["104"] = true;
end);

-- publish adds a field to the form of disco#info, unless another module has
-- added it already, and sets its value.
local function publish(event, var, label, value)
	if not value then return; end
	local present = false;
	for _, field in ipairs(event.form) do present = present or field.name == var; end
	if not present then table.insert(event.form, { name = var; type = "text-single"; label = label }); end
	event.formdata[var] = value;
end

module:hook("muc-disco#info", function (event)
	publish(event, LOGS, "Address of the log on the web", rooms.log_address(event.room));
	publish(event, SUBJECT, "Subject", rooms.subject(event.room));
end, -1);
