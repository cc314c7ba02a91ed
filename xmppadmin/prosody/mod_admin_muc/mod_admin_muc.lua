-- mod_admin_muc: administration of the rooms of a MUC service by ad-hoc
-- commands (XEP-0050) in the manner of XEP-0133. docs/protocol.md describes
-- the commands, README.md the installation.
--
-- To be loaded on the MUC component. Works on Prosody 0.12 and 13.

if module:get_host_type() ~= "component" then
	error("mod_admin_muc must be in modules_enabled of the MUC component", 0);
end

module:depends("muc");
module:depends("adhoc");

local dataforms = require "util.dataforms";
local jid = require "util.jid";
local adhoc_new = module:require "adhoc".new;

local archive = module:require "archive";
local check = module:require "check";
local create = module:require "create";
local errors = module:require "errors";
local fields = module:require "fields";
local finder = module:require "find";
local rooms_table = module:require "table";
local settings = module:require "settings";

module:require "info";
module:require "public_list".complete();

local XMLNS_ADMIN = "http://jabber.org/protocol/admin";

local FORM_TYPE = { name = "FORM_TYPE"; type = "hidden"; value = XMLNS_ADMIN };
local ROOMNAME = { name = "roomname"; type = "text-single"; label = "Name of the room (what comes before the @)"; required = true };
local SERVICENAME = { name = "servicename"; type = "text-single"; label = "MUC service" };
local OWNERS = { name = "owners"; type = "jid-multi"; label = "Further owners" };

local room_result = dataforms.new({
	FORM_TYPE;
	{ name = "roomname"; type = "text-single"; label = "Name of the room" };
	{ name = "roomjid"; type = "jid-single"; label = "Address of the room" };
	{ name = "changed"; type = "boolean"; label = "Something was changed" };
});

-- done returns the reply of a command that changes a room.
local function done(room_jid, changed, info, warn)
	return {
		status = "completed"; info = info; warn = warn;
		result = { layout = room_result; values = {
			roomname = (jid.split(room_jid)); roomjid = room_jid; changed = changed;
		} };
	};
end

-- form_of returns the form of a command.
local function form_of(title, instructions, own, layout)
	local form = { title = title; instructions = instructions; FORM_TYPE };
	for _, field in ipairs(own) do form[#form+1] = field; end
	for _, field in ipairs(layout or {}) do form[#form+1] = field; end
	return dataforms.new(form);
end

-- read_form reads a submitted form by a command's own fields and the settings
-- of a layout. It returns the values of each, and a list of all that is wrong.
local function read_form(form, own, layout)
	local all = {};
	for _, field in ipairs(own) do all[#all+1] = field; end
	for _, field in ipairs(layout) do all[#all+1] = field; end
	local given, problems = fields.read(form, all);
	local values, wanted = {}, {};
	local own_vars = fields.by_var(own);
	for var, value in pairs(given) do (own_vars[var] and values or wanted)[var] = value; end
	return values, wanted, problems;
end

-- answer runs a command and returns its reply or error. Every failure is
-- answered; without an answer its sender could not know what was done.
local function answer(run, request)
	local ok, reply, err = xpcall(function () return run(request); end, errors.explain);
	if not ok then
		if type(reply) == "table" then
			err = reply;
		else
			module:log("error", "%s", reply);
			err = errors.new("internal-server-error", "mod_admin_muc failed; see the server's log");
		end
		reply = nil;
	end
	return reply or { status = "error"; error = err };
end

-- submit answers a submitted form, and logs what was changed.
local function submit(node, run, data)
	local reply = answer(run, { from = data.from; form = data.form; origin = data.origin });
	if reply.result and reply.result.values.changed then
		module:log("info", "%s by %s: %s", node, data.from, reply.result.values.roomjid);
	end
	return reply;
end

local function bad_request(text)
	return { status = "error"; error = errors.new("bad-request", text) };
end

-- add_command provides a command of one or two stages. The handlers of
-- util.adhoc do not do: their layout cannot depend on the request, as the
-- settings that an actor may see do, and they drop unknown fields.
local function add_command(node, title, make_form, run)
	local function handler(_, data, state)
		local form = data.form;
		if data.action == "cancel" or (form and form.attr.type == "cancel") then
			return { status = "canceled" };
		elseif form and form.attr.type ~= "submit" then
			return bad_request("the form's type is not submit");
		elseif form then
			return submit(node, run, data);
		elseif state then
			return bad_request("the form is missing; submit it with action complete, or cancel");
		end
		return { status = "executing"; actions = { "complete"; default = "complete" }; form = make_form(data.from) }, "executing";
	end
	module:provides("adhoc", adhoc_new(title, XMLNS_ADMIN.."#"..node, handler, "admin"));
end

-- add_room_command adds a command for an existing room. Its form has no
-- settings: a client that fills in every field of a form would set them all.
local function add_room_command(node, title, instructions, own, run, check_settings)
	instructions = instructions.." Any field of the room's own configuration form may be added; only fields given are changed.";
	add_command(node, title, function () return form_of(title, instructions, own); end, function (request)
		local layout = settings.of(settings.example(), request.from);
		local values, wanted, problems = read_form(request.form, own, layout);
		if check_settings then check_settings(wanted, problems, layout); end
		local err = check.names(values, problems);
		if err then return nil, err; end
		local room, was_live = finder.find(values.roomname);
		if not room then return nil, was_live; end
		local changed, info, warn = run(room, values, wanted, request);
		if not was_live then finder.release(room); end
		if changed == nil then return nil, info; end
		return done(room.jid, changed, changed == false and info or nil, warn);
	end);
end

local CREATE_FIELDS = {
	ROOMNAME; SERVICENAME;
	{ name = "password"; type = "text-private"; label = "Password" };
	{ name = "password-verify"; type = "text-private"; label = "Password again" };
	{ name = "persistent"; type = "boolean"; label = "Persistent" };
	{ name = "public"; type = "boolean"; label = "Public" };
	OWNERS;
};

add_command("create-muc-room", "Create a room", function (actor)
	local room, layout = settings.example(), {};
	for _, field in ipairs(settings.of(room, actor)) do
		if not create.has_twin(fields.var_of(field)) then layout[#layout+1] = field; end
	end
	local form = form_of("Create a room", "The room must not exist. You will be an owner of it.", CREATE_FIELDS, layout);
	return { layout = form; values = { persistent = room:get_persistent() or false; public = room:get_public() } };
end, function (request)
	local values, wanted, problems = read_form(request.form, CREATE_FIELDS, settings.of(settings.example(), request.from));
	create.merge_twins(values, wanted, problems);
	local err = check.names(values, problems);
	if err then return nil, err; end
	local room, create_err = create.create(values, wanted, request, finder.find(values.roomname));
	if not room then return nil, create_err; end
	-- With muc_max_rooms, the rooms in memory are those that count.
	if not module:get_option_number("muc_max_rooms") then finder.release(room); end
	return done(room.jid, true);
end);

add_room_command("configure-muc-room", "Configure a room", "Owners are added to the present ones.",
	{ ROOMNAME; SERVICENAME; OWNERS }, create.reconfigure);

add_room_command("archive-muc-room", "Archive a room", "Only owners can speak in an archived room. Nothing is deleted.",
	{ ROOMNAME; SERVICENAME }, archive.archive, archive.check_read_only);

add_room_command("reopen-muc-room", "Reopen an archived room", "Restores what archiving changed.",
	{ ROOMNAME; SERVICENAME }, archive.reopen);

local GET_FIELDS = {
	{ name = "roomnames"; type = "text-multi"; label = "Names of rooms (all if empty)" };
	{ name = "max"; type = "text-single"; datatype = "xs:integer"; range_min = 1; range_max = 200; label = "Rooms a page"; value = 100 };
	{ name = "after"; type = "text-single"; label = "Begin after the room of this name" };
};

add_command("get-muc-rooms", "List rooms with their settings", function ()
	return form_of("List rooms with their settings", "Rooms come in the order of their names, a page at a time.", GET_FIELDS);
end, function (request)
	local values, _, problems = read_form(request.form, GET_FIELDS, {});
	if problems[1] then return nil, fields.bad_request(problems); end
	local page, warn = rooms_table.get(values, request.from);
	if not page then return nil, warn; end
	return { status = "completed"; other = page; warn = warn };
end);
