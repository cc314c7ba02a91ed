-- mod_admin_muc: administration of the rooms of a MUC service by ad-hoc
-- commands (XEP-0050) in the manner of XEP-0133. What the commands take and
-- answer is written down in docs/protocol.md; README.md tells how to install.
--
-- To be loaded on the MUC component. Works on Prosody 0.12 and 13.

if module:get_host_type() ~= "component" then
	error("mod_admin_muc belongs into modules_enabled of the MUC component", 0);
end

local muc = module:depends("muc");
module:depends("adhoc");

local dataforms = require "util.dataforms";
local jid = require "util.jid";
local nodeprep = require "util.encodings".stringprep.nodeprep;
local sorted_pairs = require "util.iterators".sorted_pairs;
local st = require "util.stanza";
local adhoc_new = module:require("adhoc").new;

local XMLNS_ADMIN = "http://jabber.org/protocol/admin";
local XMLNS_OWNER = "http://jabber.org/protocol/muc#owner";
local XMLNS_ROOMCONFIG = "http://jabber.org/protocol/muc#roomconfig";
local XMLNS_USER = "http://jabber.org/protocol/muc#user";

local ARCHIVING = "muc#roomconfig_enablearchiving";
local PERSISTENT = "muc#roomconfig_persistentroom";
local PUBLIC = "muc#roomconfig_publicroom";
local SECRET = "muc#roomconfig_roomsecret";

-- Under this key a room's data holds what archiving has changed of it.
local MEMORY = "admin_muc_archived";

-- What an archived room is set to. Fields that the server does not have are
-- passed over.
local READ_ONLY = {
	["muc#roomconfig_moderatedroom"] = true;
	["muc#roomconfig_changesubject"] = false;
	["muc#roomconfig_allowpm"] = "none";
	["{xmpp:prosody.im}muc#allow_modpm"] = false;
	[PERSISTENT] = true;
	[ARCHIVING] = true;
};

-- Limits that the room's own form does not tell. A higher number would be
-- stored and then read back as the limit.
local RANGES = {
	["muc#roomconfig_historylength"] = { 0, module:get_option_number("max_history_messages", math.huge) };
	["muc#roomconfig_defaulthistorymessages"] = { 0, math.huge };
};

-- The stores of mod_muc itself. Only read here: what is written goes through
-- room:save().
local stored_list = module:open_store("persistent");
local stored_flags = module:open_store("persistent", "map");
local stored_configs = module:open_store("config");
local stored_states = module:open_store("state");

-- Errors ----------------------------------------------------------------

local ERROR_TYPES = {
	["bad-request"] = "modify";
	["jid-malformed"] = "modify";
	["conflict"] = "cancel";
	["item-not-found"] = "cancel";
	["resource-constraint"] = "wait";
	["internal-server-error"] = "wait";
};

local function fail(condition, text, ...)
	if select("#", ...) > 0 then text = text:format(...); end
	return { condition = condition; type = ERROR_TYPES[condition]; text = text };
end

-- Fields and their values -----------------------------------------------

local function var_of(field)
	return field.var or field.name;
end

-- is_setting tells the fields of a layout that have a value from its headings
-- and its FORM_TYPE.
local function is_setting(field)
	return var_of(field) ~= nil and field.type ~= "fixed" and field.type ~= "hidden";
end

local function option_value(option)
	return type(option) == "table" and option.value or option;
end

local function has_option(field, value)
	for _, option in ipairs(field.options or {}) do
		if option_value(option) == value then return true; end
	end
	return field.options == nil;
end

local function split_lines(text)
	local lines = {};
	if text ~= "" then
		for line in (text.."\n"):gmatch("(.-)\r?\n") do lines[#lines+1] = line; end
	end
	return lines;
end

local function text_of(value)
	if type(value) == "number" and value % 1 == 0 then return ("%d"):format(value); end
	return tostring(value);
end

local function sorted(list)
	local copy = {};
	for i, item in ipairs(list) do copy[i] = item; end
	table.sort(copy);
	return copy;
end

-- to_texts gives the <value/>s of a field as a list, in one form for one
-- meaning, so that two of them can be compared.
local function to_texts(field, value)
	local kind = field.type;
	if kind == "boolean" then
		return { (value and value ~= 0) and "1" or "0" };
	elseif kind == "list-multi" or kind == "jid-multi" then
		return sorted(value or {});
	elseif value == nil or value == "" then
		return {};
	elseif kind == "text-multi" then
		return split_lines(value);
	end
	return { text_of(value) };
end

-- current_value is what the field of a layout says about the room.
local function current_value(field)
	if field.value ~= nil then return field.value; end
	local chosen = {};
	for _, option in ipairs(field.options or {}) do
		if type(option) == "table" and option.default then chosen[#chosen+1] = option.value; end
	end
	if field.type == "list-multi" then return chosen; end
	return chosen[1];
end

local function same(field, a, b)
	return table.concat(to_texts(field, a), "\n") == table.concat(to_texts(field, b), "\n");
end

local function to_integer(field, text)
	if not text:match("^%-?%d+$") then return nil, ("%q is not an integer"):format(text); end
	local n = tonumber(text);
	local range = RANGES[var_of(field)] or {};
	local low, high = field.range_min or range[1] or -math.huge, field.range_max or range[2] or math.huge;
	if n < low then return nil, ("%s is below %s"):format(text, text_of(low)); end
	if n > high then return nil, ("%s is above %s"):format(text, text_of(high)); end
	return n;
end

local BOOLEANS = { ["1"] = true; ["true"] = true; ["0"] = false; ["false"] = false };

local function to_jids(texts)
	local jids = {};
	for _, text in ipairs(texts) do
		local prepped = jid.prep(text, true);
		if not prepped or prepped ~= jid.bare(prepped) then
			return nil, ("%q is not a bare JID"):format(text);
		end
		jids[#jids+1] = prepped;
	end
	return jids;
end

-- from_texts turns the <value/>s of a field into the value that the server's
-- own code takes, or says what is wrong with them. It is stricter than
-- util.dataforms, which takes what it does not understand for no or nothing.
local function from_texts(field, texts)
	local kind = field.type;
	if kind == "jid-multi" then
		return to_jids(texts);
	elseif kind == "text-multi" then
		return table.concat(texts, "\n");
	elseif kind == "list-multi" then
		for _, text in ipairs(texts) do
			if not has_option(field, text) then return nil, ("%q is not among the options"):format(text); end
		end
		return texts;
	elseif #texts > 1 then
		return nil, "takes one value";
	end
	local text = texts[1] or "";
	if kind == "boolean" then
		if BOOLEANS[text] == nil then return nil, ("%q is none of 0, 1, false, true"):format(text); end
		return BOOLEANS[text];
	elseif kind == "list-single" then
		if not has_option(field, text) then return nil, ("%q is not among the options"):format(text); end
	elseif field.datatype == "xs:integer" then
		return to_integer(field, text);
	elseif kind == "jid-single" then
		local jids, err = to_jids({ text });
		return jids and jids[1], err;
	end
	return text;
end

-- Layouts ---------------------------------------------------------------

-- archives_always says that the archive cannot be switched off by room, for
-- which reason its field is missing in the room's form.
local archives_always = module:get_option_boolean("muc_log_all_rooms", false);

local function settings_of(room, actor)
	local settings, has_archiving = {}, false;
	for _, field in ipairs(room:get_form_layout(actor)) do
		if is_setting(field) then
			settings[#settings+1] = field;
			has_archiving = has_archiving or var_of(field) == ARCHIVING;
		end
	end
	if archives_always and not has_archiving and prosody.hosts[module.host].modules.muc_mam then
		settings[#settings+1] = { name = ARCHIVING; type = "boolean"; value = true; always = true };
	end
	return settings;
end

local function by_var(fields)
	local index = {};
	for _, field in ipairs(fields) do index[var_of(field)] = field; end
	return index;
end

-- The settings that mod_muc gives to a new room, by the option that governs
-- each. Needed only to fill in the form for a new room.
local DEFAULTS = {
	public = "set_public"; persistent = "set_persistent"; members_only = "set_members_only";
	allow_member_invites = "set_allow_member_invites"; moderated = "set_moderated";
	change_subject = "set_changesubject"; always_allow_moderator_pms = "set_allow_modpm";
};

local function example_room()
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

-- Rooms -----------------------------------------------------------------

local function clone(value)
	if type(value) ~= "table" then return value; end
	local copy = {};
	for k, v in pairs(value) do copy[k] = clone(v); end
	return copy;
end

local function is_tombstone(data)
	return not not (data and data.destroyed);
end

local restored; -- the room that mod_muc has last brought back from storage
module:hook("muc-room-restored", function (event) restored = event.room; end);

-- find returns a room and whether it was in memory before, or an error.
local function find(name)
	local room_jid = jid.join(name, module.host);
	restored = nil;
	local room = muc.get_room_from_jid(room_jid);
	if room == nil then
		return nil, fail("item-not-found", "there is no room %s; create it with create-muc-room", room_jid);
	elseif room == false then
		return nil, fail("resource-constraint", "the room %s could not be loaded: the service holds as many rooms as "
			.."muc_max_rooms or muc_room_cache_size allow", room_jid);
	elseif room._data.locked == math.huge then
		return nil, fail("internal-server-error", "the room %s could not be read from storage; see the server's log", room_jid);
	elseif is_tombstone(room._data) then
		muc.forget_room(room);
		return nil, fail("item-not-found", "the room %s was destroyed; create it anew with create-muc-room", room_jid), room;
	end
	return room, restored ~= room;
end

-- release takes a room out of memory again that was brought there for the
-- sake of a command. Otherwise a run over all rooms would push out those that
-- people are in, each at the price of writing it to storage.
local function release(room)
	if room:get_persistent() and not room:has_occupant() and not (room._history and room._history[1]) then
		muc.forget_room(room);
	end
end

-- snapshot remembers all that a command may change of a room, and returns the
-- function that puts it back.
local function snapshot(room)
	local data, affiliations, affiliation_data = clone(room._data), clone(room._affiliations), clone(room._affiliation_data);
	local roles = {};
	for nick, occupant in room:each_occupant() do roles[nick] = occupant.role; end
	return function ()
		room._data, room._affiliations, room._affiliation_data = data, affiliations, affiliation_data;
		for nick, role in pairs(roles) do
			local now = room:get_role(nick);
			if now and now ~= role then room:set_role(true, nick, role); end
		end
	end;
end

-- save writes a room to storage. mod_muc tells only whether the settings were
-- stored; without its entry in the list a room would not be listed again
-- after a restart.
local function save(room, check_list)
	local ok, err = room:save(true);
	if not ok then return nil, err or "unknown error"; end
	if check_list and room:get_persistent() and not stored_flags:get(nil, room.jid) then
		return nil, "the list of persistent rooms could not be written";
	end
	return true;
end

-- kinds says of rooms in storage whether they are a "room" or a "tombstone",
-- so that counting does not read them all each time. A room can turn into
-- another kind only by the events below.
local kinds = {};
local function forget_kind(event) kinds[event.room.jid] = nil; end
module:hook("muc-room-created", forget_kind, 1000);
module:hook("muc-room-destroyed", forget_kind, 1000);

local function kind_of(room_jid)
	local kind = kinds[room_jid];
	if kind == nil then
		local config, err = stored_configs:get((jid.split(room_jid)));
		if err then return "room"; end -- to be reported as one that cannot be read
		kind = config and (is_tombstone(config._data) and "tombstone" or "room") or nil;
		kinds[room_jid] = kind;
	end
	return kind;
end

-- list_public_rooms fills in the list from which mod_muc answers disco#items.
-- Left alone, mod_muc begins that list with the first room saved after a
-- start, and from then on takes it for complete; or, if it is asked before
-- that, brings all rooms into memory. The rooms made here are not persistent,
-- so that saving them stores nothing.
local function list_public_rooms()
	local live, saver = {}, nil;
	for room in muc.live_rooms() do live[room.jid], saver = room, room; end
	if not saver then
		saver = muc.new_room(jid.join("example", module.host));
		if not muc.track_room(saver) then return; end -- which sets its function save
		muc.forget_room(saver);
	end
	local function list(room_jid, data)
		if not is_tombstone(data) then saver.save(muc.new_room(room_jid, { name = data.name; hidden = data.hidden })); end
	end
	for room_jid, room in pairs(live) do list(room_jid, room._data); end
	for room_jid in pairs(stored_list:get(nil) or {}) do
		local config = not live[room_jid] and stored_configs:get((jid.split(room_jid)));
		if config and config._data then
			kinds[room_jid] = is_tombstone(config._data) and "tombstone" or "room";
			list(room_jid, config._data);
		end
	end
end
list_public_rooms();

-- Changing a room -------------------------------------------------------

-- explain adds to an error that is not meant for the requester where it came
-- from.
local function explain(err)
	return type(err) == "table" and err or debug.traceback(tostring(err), 2);
end

-- without_saving runs f and keeps the many setters that save the room each from
-- it. It returns whether f ran to its end, and the error otherwise.
local function without_saving(room, f)
	local real = room.save;
	room.save = function () return true; end
	local ok, err = xpcall(f, explain);
	room.save = real;
	return ok, err;
end

local function owner_stanza(request, room)
	return st.iq({ type = "set"; id = "admin_muc"; from = request.from; to = room.jid })
		:query(XMLNS_OWNER):add_child(request.form):up();
end

-- configure sets fields the way an owner's submission of the room's own form
-- does, so that every module that has a hand in it has its say, and returns
-- the status codes to be announced, or the list of what was not taken.
local function configure(room, wanted, request)
	local fields = { FORM_TYPE = XMLNS_ROOMCONFIG };
	for var, value in pairs(wanted) do fields[var] = value; end
	local event = {
		room = room; actor = request.from; fields = fields; status_codes = {};
		origin = request.origin or { type = "component"; send = function () end };
		stanza = owner_stanza(request, room);
	};
	function event.update_option(name, field, allowed)
		local new = fields[field];
		if new == nil or (allowed and not allowed[new]) or new == room["get_"..name](room) then return; end
		event.status_codes["104"] = true;
		room["set_"..name](room, new);
		return true;
	end
	module:fire_event("muc-config-submitted", event);
	for _, field in ipairs(settings_of(room, request.from)) do
		event.field, event.value = field.name, wanted[var_of(field)];
		if event.value ~= nil and not field.always then
			module:fire_event("muc-config-submitted/"..field.name, event);
		end
	end
	local refused = {};
	for _, field in ipairs(settings_of(room, request.from)) do
		local value = wanted[var_of(field)];
		if value ~= nil and not same(field, value, current_value(field)) then
			refused[#refused+1] = var_of(field)..": the server did not take this value";
		end
	end
	return event.status_codes, refused[1] and refused or nil;
end

-- announce tells the occupants about changed settings (XEP-0045 §10.2.1).
local function announce(room, codes)
	if next(codes) == nil then return; end
	local message = st.message({ type = "groupchat"; from = room.jid }):tag("x", { xmlns = XMLNS_USER });
	for code in sorted_pairs(codes) do message:tag("status", { code = code }):up(); end
	room:broadcast_message(message:up());
end

-- affiliate sets one affiliation or raises an error that names it.
local function affiliate(room, who, affiliation, data)
	local ok, _, condition = room:set_affiliation(true, who, affiliation, data and data.reason, data);
	if not ok then
		error(fail("internal-server-error", "%s: the server refused to make %s %s: %s",
			room.jid, who, affiliation, condition or "no reason given"), 0);
	end
end

local function add_owners(room, owners)
	for _, who in ipairs(owners) do
		if room._affiliations[who] ~= "owner" then affiliate(room, who, "owner"); end
	end
end

local function new_owners(room, owners)
	for _, who in ipairs(owners) do
		if room._affiliations[who] ~= "owner" then return true; end
	end
	return false;
end

-- differing picks the fields whose value is not that of the room.
local function differing(room, values, actor)
	local result = {};
	for _, field in ipairs(settings_of(room, actor)) do
		local value = values[var_of(field)];
		if value ~= nil and not same(field, value, current_value(field)) then result[var_of(field)] = value; end
	end
	return result;
end

-- change runs steps on a room, saves it once, and announces the new settings.
-- If anything goes wrong, the room is as it was before, and the error is
-- returned.
local function change(room, wanted, request, steps)
	local undo, listed = snapshot(room), room:get_persistent();
	local codes;
	local ok, err = without_saving(room, function ()
		local refused;
		codes, refused = configure(room, wanted, request);
		if refused then error(fail("bad-request", table.concat(refused, "; ")), 0); end
		steps();
	end);
	if ok then
		ok, err = save(room, not listed);
		if not ok then
			err = fail("internal-server-error", "%s: nothing was changed, because it could not be saved: %s", room.jid, tostring(err));
		end
	end
	if not ok then
		without_saving(room, undo);
		if type(err) ~= "table" then error(err, 0); end
		return nil, err;
	end
	announce(room, codes);
	return true;
end

-- Requests --------------------------------------------------------------

local function read_texts(tag)
	local texts = {};
	for value in tag:childtags("value") do texts[#texts+1] = value:get_text() or ""; end
	return texts;
end

-- unknown says what is wrong with a field that nobody knows.
local function unknown(var)
	if var == ARCHIVING then
		return var..": this server keeps no archive of rooms; load muc_mam on the component";
	end
	return var..": unknown field";
end

-- read_form reads a submitted form by the fields of a command and, where
-- settings are given, those of the room's own form. It returns the command's
-- fields, the room's settings, and a list of all that is wrong.
local function read_form(form, fields, settings)
	local own, room_fields = by_var(fields), by_var(settings or {});
	local values, wanted, problems, seen = {}, {}, {}, {};
	local function problem(text, ...) problems[#problems+1] = text:format(...); end
	for tag in form:childtags("field") do
		local var = tag.attr.var;
		local field = own[var] or room_fields[var];
		if var == nil and tag.attr.type ~= "fixed" then
			problem("a field has no name (var)");
		elseif var ~= nil and seen[var] then
			problem("%s: given twice", var);
		elseif var == "FORM_TYPE" then
			local value = tag:get_child_text("value");
			if value ~= XMLNS_ADMIN then problem("FORM_TYPE: %q is not %s", value or "", XMLNS_ADMIN); end
		elseif field then
			local value, err = from_texts(field, read_texts(tag));
			if value == nil then
				problem("%s: %s", var, err);
			elseif field.always and not value then
				problem("%s: cannot be turned off while muc_log_all_rooms is on in the server's configuration", var);
			else
				(own[var] and values or wanted)[var] = value;
			end
		elseif var ~= nil and tag.attr.type ~= "fixed" then
			problem("%s", unknown(var));
		end
		if var ~= nil then seen[var] = true; end
	end
	for _, field in ipairs(fields) do
		local value = values[var_of(field)];
		if field.required and (value == nil and not seen[var_of(field)] or value == "") then
			problem("%s: required", var_of(field));
		end
	end
	return values, wanted, problems;
end

-- bad_name says why name cannot be that of a room, or returns nil. A name that
-- preparation (RFC 7622 §3.3) changes would make another room than was asked for.
local function bad_name(name)
	local prepped = nodeprep(name, true);
	if not prepped or prepped == "" or #name > 1023 or not jid.prep(jid.join(prepped, module.host), true) then
		return ("roomname: %q cannot be the name of a room"):format(name);
	elseif prepped ~= name then
		return ("roomname: the server would call %q %q; use that"):format(name, prepped);
	end
end

-- check_names looks at the fields roomname and servicename, and returns the
-- error that the request deserves in view of what else is wrong with it.
local function check_names(values, problems)
	local name_problem = values.roomname and values.roomname ~= "" and bad_name(values.roomname) or nil;
	local service = values.servicename;
	local label = module.host:match("^[^.]+");
	local service_problem = service and service ~= "" and service ~= module.host and service ~= label
		and ("servicename: %q is not this service; it is %s"):format(service, module.host) or nil;
	local condition = problems[1] and "bad-request" or name_problem and "jid-malformed" or service_problem and "item-not-found";
	if not condition then return nil; end
	problems[#problems+1] = name_problem;
	problems[#problems+1] = service_problem;
	return fail(condition, "%s", table.concat(problems, "; "));
end

-- Commands --------------------------------------------------------------

local ROOMNAME = { name = "roomname"; type = "text-single"; label = "Name of the room (what comes before the @)"; required = true };
local SERVICENAME = { name = "servicename"; type = "text-single"; label = "MUC service" };
local OWNERS = { name = "owners"; type = "jid-multi"; label = "Further owners" };

-- The fields of Openfire's command and the settings that they stand for.
local TWINS = { password = SECRET; persistent = PERSISTENT; public = PUBLIC };

local CREATE_FIELDS = {
	ROOMNAME; SERVICENAME;
	{ name = "password"; type = "text-private"; label = "Password" };
	{ name = "password-verify"; type = "text-private"; label = "Password again" };
	{ name = "persistent"; type = "boolean"; label = "Persistent" };
	{ name = "public"; type = "boolean"; label = "Public" };
	OWNERS;
};

local room_result = dataforms.new({
	{ name = "FORM_TYPE"; type = "hidden"; value = XMLNS_ADMIN };
	{ name = "roomname"; type = "text-single"; label = "Name of the room" };
	{ name = "roomjid"; type = "jid-single"; label = "Address of the room" };
	{ name = "changed"; type = "boolean"; label = "Something was changed" };
});

local function done(room_jid, changed, info, warn)
	return {
		status = "completed"; info = info; warn = warn;
		result = { layout = room_result; values = {
			roomname = (jid.split(room_jid)); roomjid = room_jid; changed = changed;
		} };
	};
end

-- merge_twins carries the fields of Openfire's command over to the settings
-- that they stand for.
local function merge_twins(values, wanted, problems)
	if values["password-verify"] and values["password-verify"] ~= (values.password or wanted[SECRET] or "") then
		problems[#problems+1] = "password-verify: differs from password";
	end
	for twin, var in sorted_pairs(TWINS) do
		if values[twin] ~= nil and wanted[var] ~= nil and values[twin] ~= wanted[var] then
			problems[#problems+1] = ("%s: contradicts %s"):format(twin, var);
		elseif values[twin] ~= nil then
			wanted[var] = values[twin];
		end
	end
end

-- new_room makes way for a room where a destroyed one has left a tombstone,
-- and returns the room, or an error, and the function that undoes all.
local function new_room(name)
	local room_jid = jid.join(name, module.host);
	local found, err, tombstone = find(name);
	if found then
		return nil, fail("conflict", "the room %s exists and was left as it is; change it with configure-muc-room", room_jid);
	elseif err.condition ~= "item-not-found" then
		return nil, err;
	end
	if tombstone then muc.delete_room(tombstone); end
	local room, why = muc.create_room(room_jid);
	local function undo()
		if room then
			muc.forget_room(room);
			muc.delete_room(room);
		end
		if tombstone then tombstone:save(true); end
	end
	if not room then
		undo();
		if why then return nil, fail("internal-server-error", "%s: %s", room_jid, why); end
		return nil, fail("resource-constraint", "the room %s was not created: the service holds as many rooms as "
			.."muc_max_rooms allows, or an idle room could not be written to storage to make space", room_jid);
	end
	return room, undo;
end

local function create(values, wanted, request)
	local room, undo = new_room(values.roomname);
	if not room then return nil, undo; end
	local ok, err = change(room, wanted, request, function ()
		affiliate(room, jid.bare(request.from), "owner");
		add_owners(room, values.owners or {});
	end);
	if not ok then
		undo();
		return nil, err;
	end
	-- With muc_max_rooms, the rooms in memory are those that count.
	if not module:get_option_number("muc_max_rooms") then release(room); end
	return done(room.jid, true);
end

local function reconfigure(room, values, wanted, request)
	local owners = values.owners or {};
	local changes = differing(room, wanted, request.from);
	local locked = room._data.locked and room._data.locked > os.time();
	if next(changes) == nil and not locked and not new_owners(room, owners) then
		return done(room.jid, false, "The room is as it should be; nothing was changed.");
	end
	local ok, err = change(room, changes, request, function () add_owners(room, owners); end);
	if not ok then return nil, err; end
	return done(room.jid, true);
end

-- remember notes, for the first change of each field only, what it was.
local function remember(room, memory, changes, actor)
	for _, field in ipairs(settings_of(room, actor)) do
		local var = var_of(field);
		-- A room does not become temporary again: it would be gone with the
		-- last occupant.
		if changes[var] ~= nil and memory.fields[var] == nil and var ~= PERSISTENT then
			memory.fields[var] = to_texts(field, current_value(field));
		end
	end
end

-- silence takes from everybody but owners what lets them speak.
local function silence(room, memory)
	for who, affiliation in sorted_pairs(clone(room._affiliations)) do
		-- The second look is for administrators whom mod_muc takes for owners
		-- (component_admins_as_room_owners): it does not let them be less.
		if (affiliation == "admin" or affiliation == "member") and room:get_affiliation(who) ~= "owner" then
			memory.affiliations[who] = { affiliation = affiliation; data = clone(room._affiliation_data[who]) };
			affiliate(room, who, "none");
		end
	end
	local speakers = {};
	for nick, occupant in room:each_occupant() do
		if occupant.role ~= "visitor" and room:get_affiliation(occupant.bare_jid) ~= "owner" then speakers[nick] = true; end
	end
	for nick in sorted_pairs(speakers) do room:set_role(true, nick, "visitor"); end
end

local function archive(room, _, wanted, request)
	local memory = clone(room._data[MEMORY]);
	local changes = clone(wanted);
	if not memory then
		for var, value in pairs(READ_ONLY) do changes[var] = value; end
	end
	changes = differing(room, changes, request.from);
	if memory and next(changes) == nil then
		return done(room.jid, false, "The room is archived already; nothing was changed.");
	end
	local first = memory == nil;
	memory = memory or { since = os.time(); by = jid.bare(request.from); fields = {}; affiliations = {} };
	remember(room, memory, changes, request.from);
	local ok, err = change(room, changes, request, function ()
		if first then silence(room, memory); end
		room._data[MEMORY] = memory;
	end);
	if not ok then return nil, err; end
	return done(room.jid, true);
end

-- give_voice lets visitors speak who would have a voice if they came now.
local function give_voice(room)
	local visitors = {};
	for nick, occupant in room:each_occupant() do
		local role = room:get_default_role(room:get_affiliation(occupant.bare_jid));
		if occupant.role == "visitor" and role and role ~= "visitor" then visitors[nick] = role; end
	end
	for nick, role in sorted_pairs(visitors) do room:set_role(true, nick, role); end
end

-- before_archiving returns the remembered settings in the form that the
-- server takes, and the names of those that it no longer has.
local function before_archiving(room, memory, actor)
	local wanted, lost = {}, {};
	local settings = by_var(settings_of(room, actor));
	for var, texts in sorted_pairs(memory.fields) do
		local value = settings[var] and from_texts(settings[var], texts);
		if value == nil or settings[var].always then lost[#lost+1] = var; else wanted[var] = value; end
	end
	return wanted, lost;
end

local function reopen(room, _, wanted, request)
	local memory = room._data[MEMORY];
	if not memory then
		return done(room.jid, false, "The room is not archived; nothing was changed.");
	end
	local changes, lost = before_archiving(room, memory, request.from);
	for var, value in pairs(wanted) do changes[var] = value; end
	local ok, err = change(room, differing(room, changes, request.from), request, function ()
		for who, was in sorted_pairs(memory.affiliations) do
			-- Who has got another affiliation since then keeps that one.
			if room._affiliations[who] == nil and room:get_affiliation(who) ~= "owner" then
				affiliate(room, who, was.affiliation, clone(was.data));
			end
		end
		give_voice(room);
		room._data[MEMORY] = nil;
	end);
	if not ok then return nil, err; end
	return done(room.jid, true, nil, lost[1] and "The server no longer has these settings, which could not be restored: "
		..table.concat(lost, ", ") or nil);
end

-- Reading rooms ---------------------------------------------------------

-- stored_room builds a room from storage without making it known to mod_muc.
-- It returns nil where there is none, and an error where it cannot be read.
local function stored_room(room_jid)
	local name = jid.split(room_jid);
	local config, err = stored_configs:get(name);
	if not config then return nil, err; end
	local room = muc.new_room(room_jid, config._data or {});
	if config._affiliations then
		room._affiliations = config._affiliations; -- the format before Prosody 0.11
	else
		for who, affiliation in pairs(config) do
			if type(affiliation) == "string" and who:sub(1, 1) ~= "_" then room._affiliations[who] = affiliation; end
		end
	end
	room._affiliation_data = config._affiliation_data or {};
	return room;
end

-- stored_occupants counts those who were in a room when it was written to
-- storage to make space in memory: they are in it still.
local function stored_occupants(room_jid)
	local count = 0;
	for key, value in pairs(stored_states:get((jid.split(room_jid))) or {}) do
		if type(value) == "table" and value.bare_jid and jid.bare(key) == room_jid then count = count + 1; end
	end
	return count;
end

local function live_occupants(room)
	local count = 0;
	for _ in room:each_occupant() do count = count + 1; end
	return count;
end

local function kind_of_live(room)
	return is_tombstone(room._data) and "tombstone" or "room";
end

-- all_names returns the names of all rooms but destroyed ones, in no order,
-- and the names that are in the list of persistent rooms though storage has
-- nothing of them: to mod_muc there are no such rooms.
local function all_names(live)
	local stored, err = stored_list:get(nil);
	if not stored and err then return nil, err; end
	local found, names, empty = {}, {}, {};
	for room_jid, room in pairs(live) do found[room_jid] = kind_of_live(room); end
	for room_jid in pairs(stored or {}) do
		found[room_jid] = found[room_jid] or kind_of(room_jid) or "empty";
	end
	for room_jid, kind in pairs(found) do
		local name = jid.split(room_jid);
		if name and kind == "room" then names[#names+1] = name; end
		if name and kind == "empty" then empty[#empty+1] = name; end
	end
	return names, empty;
end

-- existing_names picks from names those of rooms, each once.
local function existing_names(names, live)
	local existing, seen = {}, {};
	for _, name in ipairs(names) do
		local room_jid = jid.join(name, module.host);
		local kind = live[room_jid] and kind_of_live(live[room_jid]) or kind_of(room_jid);
		if kind == "room" and not seen[name] then existing[#existing+1] = name; end
		seen[name] = true;
	end
	return existing, {};
end

local TABLE_FIELDS = {
	{ name = "roomname"; type = "text-single"; label = "Name of the room" };
	{ name = "owners"; type = "jid-multi"; label = "Owners" };
	{ name = "occupants"; type = "text-single"; label = "Number of occupants" };
	{ name = "archived"; type = "boolean"; label = "Archived" };
	{ name = "locked"; type = "boolean"; label = "Locked until configured" };
	{ name = "passwordprotected"; type = "boolean"; label = "Needs a password to enter" };
	{ name = "error"; type = "text-single"; label = "Why the room could not be read" };
};

local function field_element(var, texts)
	local element = st.stanza("field", { var = var });
	for _, text in ipairs(texts) do element:text_tag("value", text); end
	return element;
end

-- field_elements returns a function that makes elements and hands out the same
-- one again for the same field and value. Most settings of most rooms are
-- alike, and making elements is what takes the time.
local function field_elements()
	local made = {};
	return function (var, texts)
		local key = var.."\n"..table.concat(texts, "\n");
		made[key] = made[key] or field_element(var, texts);
		return made[key];
	end;
end

local function owners_of(room)
	local owners = {};
	for who, affiliation in pairs(room._affiliations) do
		if affiliation == "owner" then owners[#owners+1] = who; end
	end
	return sorted(owners);
end

local function room_fields(room, occupants, actor, element)
	local flag = { type = "boolean" };
	local locked = room._data.locked and room._data.locked > os.time();
	local elements = {
		element("owners", owners_of(room));
		element("occupants", { text_of(occupants) });
		element("archived", to_texts(flag, room._data[MEMORY]));
		element("locked", to_texts(flag, locked));
		element("passwordprotected", to_texts(flag, room:get_password()));
	};
	for _, field in ipairs(settings_of(room, actor)) do
		if field.type ~= "text-private" then
			elements[#elements+1] = element(var_of(field), to_texts(field, current_value(field)));
		end
	end
	return elements;
end

-- read_room returns a room from memory or storage and how many are in it.
local function read_room(name, live)
	local room_jid = jid.join(name, module.host);
	local room = live[room_jid];
	if room then return room, live_occupants(room); end
	local stored, err = stored_room(room_jid);
	if not stored then error(err or "it is gone from storage", 0); end
	return stored, stored_occupants(room_jid);
end

-- room_item makes the row of one room; a room that cannot be read has a row
-- with its name and the error.
local function room_item(name, live, actor, element)
	local item = st.stanza("item"):add_child(element("roomname", { name }));
	local ok, elements = pcall(function ()
		local room, occupants = read_room(name, live);
		return room_fields(room, occupants, actor, element);
	end);
	for _, field in ipairs(ok and elements or { element("error", { tostring(elements) }) }) do item:add_child(field); end
	return item;
end

-- reported lists the columns of the table. They are the same on all pages.
local function reported(actor)
	local columns = st.stanza("reported");
	local function add(field)
		columns:tag("field", { var = var_of(field); type = field.type; label = field.label }):up();
	end
	for _, field in ipairs(TABLE_FIELDS) do add(field); end
	for _, field in ipairs(settings_of(example_room(), actor)) do
		if field.type ~= "text-private" then add(field); end
	end
	return columns;
end

local function position_after(names, after)
	local first = 1;
	while after and names[first] and names[first] <= after do first = first + 1; end
	return first;
end

local GET_FIELDS = {
	{ name = "roomnames"; type = "text-multi"; label = "Names of rooms (all if empty)" };
	{ name = "max"; type = "text-single"; datatype = "xs:integer"; range_min = 1; range_max = 200; label = "Rooms a page"; value = 100 };
	{ name = "after"; type = "text-single"; label = "Begin after the room of this name" };
};

-- retention says for how long muc_mam keeps messages, as it is configured, and
-- how many of each room the storage holds before it drops the oldest; nothing
-- where there is no archive, no number where there is no limit.
local function retention()
	if not prosody.hosts[module.host].modules["muc_mam"] then return nil; end
	local store = module:open_store(module:get_option_string("muc_log_store", "muc_log"), "archive");
	return tostring(module:get_option("muc_log_expires_after", "1w")), store and store.caps and store.caps.quota;
end

local function get_rooms(values, actor)
	local live = {};
	for room in muc.live_rooms() do live[room.jid] = room; end
	local wanted = split_lines(values.roomnames or "");
	local bad = {};
	for _, name in ipairs(wanted) do bad[#bad+1] = bad_name(name); end
	if bad[1] then return nil, fail("jid-malformed", "%s", (table.concat(bad, "; "):gsub("roomname:", "roomnames:"))); end
	local names, empty;
	if wanted[1] then names, empty = existing_names(wanted, live); else names, empty = all_names(live); end
	if not names then
		return nil, fail("internal-server-error", "the list of persistent rooms could not be read: %s", tostring(empty));
	end
	table.sort(names);
	local first = position_after(names, values.after);
	local last = math.min(first + (values.max or 100) - 1, #names);
	local page = st.stanza("x", { xmlns = "jabber:x:data"; type = "result" });
	page:tag("field", { var = "FORM_TYPE"; type = "hidden" }):text_tag("value", XMLNS_ADMIN):up();
	page:add_child(field_element("count", { text_of(#names) }));
	if last < #names then page:add_child(field_element("next", { names[last] })); end
	local expires, limit = retention();
	if expires then page:add_child(field_element("archive_expires", { expires })); end
	if limit then page:add_child(field_element("archive_limit", { text_of(limit) })); end
	page:add_child(reported(actor));
	local element = field_elements();
	for i = first, last do page:add_child(room_item(names[i], live, actor, element)); end
	local warn = empty[1] and "Left out, because storage has nothing of them; they can be created anew: "
		..table.concat(sorted(empty), ", ") or nil;
	return { status = "completed"; other = page; warn = warn };
end

-- The ad-hoc commands ---------------------------------------------------

local function form_of(title, instructions, fields, settings)
	local layout = { title = title; instructions = instructions; { name = "FORM_TYPE"; type = "hidden"; value = XMLNS_ADMIN } };
	for _, field in ipairs(fields) do layout[#layout+1] = field; end
	for _, field in ipairs(settings or {}) do layout[#layout+1] = field; end
	return dataforms.new(layout);
end

-- answer does what a submitted form asks for; run returns the reply or an
-- error. Whatever goes wrong is answered, for a request without an answer
-- leaves its sender in the dark about what was done.
local function answer(run, request)
	local ok, reply, err = xpcall(function () return run(request); end, explain);
	if not ok then
		if type(reply) == "table" then
			err = reply;
		else
			module:log("error", "%s", reply);
			err = fail("internal-server-error", "mod_admin_muc failed; see the server's log");
		end
		reply = nil;
	end
	return reply or { status = "error"; error = err };
end

local function add_command(node, title, make_form, run)
	local function handler(_, data, state)
		local form = data.form;
		if data.action == "cancel" or (form and form.attr.type == "cancel") then
			return { status = "canceled" };
		elseif form and form.attr.type ~= "submit" then
			return { status = "error"; error = fail("bad-request", "the form's type is not submit") };
		elseif form then
			local reply = answer(run, { from = data.from; form = form; origin = data.origin });
			if reply.result and reply.result.values.changed then
				module:log("info", "%s by %s: %s", node, data.from, reply.result.values.roomjid);
			end
			return reply;
		elseif state then
			return { status = "error"; error = fail("bad-request", "the form is missing; submit it with action complete, or cancel") };
		end
		return { status = "executing"; actions = { "complete"; default = "complete" }; form = make_form(data.from) }, "executing";
	end
	module:provides("adhoc", adhoc_new(title, XMLNS_ADMIN.."#"..node, handler, "admin"));
end

add_command("create-muc-room", "Create a room", function (actor)
	local room = example_room();
	local settings = settings_of(room, actor);
	local twins = {};
	for _, var in pairs(TWINS) do twins[var] = true; end
	for i = #settings, 1, -1 do
		if twins[var_of(settings[i])] then table.remove(settings, i); end
	end
	local layout = form_of("Create a room", "The room must not exist. You will be an owner of it.", CREATE_FIELDS, settings);
	return { layout = layout; values = { persistent = room:get_persistent() or false; public = room:get_public() } };
end, function (request)
	local values, wanted, problems = read_form(request.form, CREATE_FIELDS, settings_of(example_room(), request.from));
	merge_twins(values, wanted, problems);
	local err = check_names(values, problems);
	if err then return nil, err; end
	return create(values, wanted, request);
end);

-- check_read_only says which of the settings to be made would open an
-- archived room.
local function check_read_only(wanted, problems, settings)
	for var, field in sorted_pairs(by_var(settings)) do
		if READ_ONLY[var] ~= nil and wanted[var] ~= nil and not same(field, wanted[var], READ_ONLY[var]) then
			problems[#problems+1] = ("%s: an archived room cannot have this value"):format(var);
		end
	end
end

-- add_room_command adds a command that works on a room there is. Its form
-- has no settings: a client that fills in every field of a form would set
-- them all.
local function add_room_command(node, title, instructions, fields, run, check)
	add_command(node, title, function () return form_of(title, instructions, fields); end, function (request)
		local settings = settings_of(example_room(), request.from);
		local values, wanted, problems = read_form(request.form, fields, settings);
		if check then check(wanted, problems, settings); end
		local err = check_names(values, problems);
		if err then return nil, err; end
		local room, was_live = find(values.roomname);
		if not room then return nil, was_live; end
		local reply, run_err = run(room, values, wanted, request);
		if not was_live then release(room); end
		return reply, run_err;
	end);
end

local MORE = " Any field of the room's own configuration form may be added; only fields given are changed.";

add_room_command("configure-muc-room", "Configure a room", "Owners are added to those there are."..MORE,
	{ ROOMNAME; SERVICENAME; OWNERS }, reconfigure);

add_room_command("archive-muc-room", "Archive a room", "Only owners can speak in an archived room. Nothing is deleted."..MORE,
	{ ROOMNAME; SERVICENAME }, archive, check_read_only);

add_room_command("reopen-muc-room", "Reopen an archived room", "Brings back what archiving has changed."..MORE,
	{ ROOMNAME; SERVICENAME }, reopen);

add_command("get-muc-rooms", "List rooms with their settings", function ()
	return form_of("List rooms with their settings", "Rooms come in the order of their names, a page at a time.", GET_FIELDS);
end, function (request)
	local values, _, problems = read_form(request.form, GET_FIELDS);
	if problems[1] then return nil, fail("bad-request", "%s", table.concat(problems, "; ")); end
	return get_rooms(values, request.from);
end);
