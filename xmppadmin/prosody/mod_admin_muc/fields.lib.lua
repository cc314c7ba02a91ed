-- Fields of data forms (XEP-0004) and their values: conversion to text,
-- comparison, and reading a submitted form. util.dataforms reads the values;
-- this file refuses what it accepts silently.

local array = require "util.array";
local dataforms = require "util.dataforms";
local jid = require "util.jid";
local st = require "util.stanza";
local errors = module:require "errors";

local XMLNS_ADMIN = "http://jabber.org/protocol/admin";

local MULTIPLE = { ["jid-multi"] = true; ["list-multi"] = true; ["text-multi"] = true };

local function var_of(field)
	return field.var or field.name;
end

-- by_var indexes a list of fields by their names.
local function by_var(fields)
	local index = {};
	for _, field in ipairs(fields) do index[var_of(field)] = field; end
	return index;
end

local function option_value(option)
	return type(option) == "table" and option.value or option;
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

-- to_texts returns a value as the list of its <value/>s, in one form for each
-- meaning, so that two lists can be compared.
local function to_texts(field, value)
	local kind = field.type;
	if kind == "boolean" then
		return { (value and value ~= 0) and "1" or "0" };
	elseif kind == "list-multi" or kind == "jid-multi" then
		return array.sort(value or {});
	elseif value == nil or value == "" then
		return {};
	elseif kind == "text-multi" then
		return split_lines(value);
	end
	return { text_of(value) };
end

-- same reports whether two values of a field mean the same.
local function same(field, a, b)
	return table.concat(to_texts(field, a), "\n") == table.concat(to_texts(field, b), "\n");
end

-- current_value returns the value that the layout of a room's configuration
-- form has for a field.
local function current_value(field)
	if field.value ~= nil then return field.value; end
	local chosen = array(field.options or {})
		:filter(function (option) return type(option) == "table" and option.default; end):pluck("value");
	if field.type == "list-multi" then return chosen; end
	return chosen[1];
end

-- not_an_option returns the error for the first of texts that is not among
-- the options of a field, or nil.
local function not_an_option(field, texts)
	local options = {};
	for _, option in ipairs(field.options) do options[option_value(option)] = true; end
	for _, text in ipairs(texts) do
		if not options[text] then return ("%q is not among the options"):format(text); end
	end
end

-- not_bare returns the error for a JID with a resource, or for JIDs that
-- util.dataforms dropped because they are none; else nil.
local function not_bare(jids, texts)
	for i, text in ipairs(texts) do
		if not jids[i] or jids[i] ~= jid.bare(jids[i]) then return ("%q is not a bare JID"):format(text); end
	end
end

-- complain returns what is wrong with a value that util.dataforms accepted,
-- or nil.
local function complain(field, texts, value)
	if not MULTIPLE[field.type] and #texts > 1 then
		return "takes one value";
	elseif field.type == "boolean" and value == nil then
		return "has no value";
	elseif field.type == "jid-multi" then
		return not_bare(value or {}, texts);
	elseif field.options then
		return not_an_option(field, texts[1] and texts or field.type == "list-single" and { "" } or {});
	elseif field.datatype == "xs:integer" and not (texts[1] or ""):match("^%-?%d+$") then
		return ("%q is not an integer"):format(texts[1] or "");
	end
end

local function texts_of(tag)
	local texts = {};
	for value in tag:childtags("value") do texts[#texts+1] = value:get_text() or ""; end
	return texts;
end

-- unknown returns what is wrong with a field that neither the command nor the
-- room's form has.
local function unknown(var)
	if var == "muc#roomconfig_enablearchiving" then
		return "this server keeps no archive of rooms; load muc_mam on the component";
	end
	return "unknown field";
end

-- read_tags returns the texts of the fields of a submitted form by their
-- names. It calls problem with the name and the fault of each that may not be
-- there.
local function read_tags(form, known, problem)
	local found = {};
	for tag in form:childtags("field") do
		local var, texts = tag.attr.var, texts_of(tag);
		if var == nil then
			if tag.attr.type ~= "fixed" then problem("field", "has no name (var)"); end
		elseif found[var] then
			problem(var, "given twice");
		elseif var == "FORM_TYPE" then
			if texts[1] ~= XMLNS_ADMIN then problem(var, ("%q is not %s"):format(texts[1] or "", XMLNS_ADMIN)); end
		elseif not known[var] and tag.attr.type ~= "fixed" then
			problem(var, unknown(var));
		end
		if var ~= nil then found[var] = texts; end
	end
	return found;
end

-- empty is the value of a field that is given without one.
local function empty(field)
	return MULTIPLE[field.type] and field.type ~= "text-multi" and {} or "";
end

-- read reads a submitted form by a list of fields. It returns the values of
-- the fields that are present, by their names, and a list of all that is wrong.
local function read(form, fields)
	local problems = {};
	local function problem(var, text) problems[#problems+1] = var..": "..text; end
	local found = read_tags(form, by_var(fields), problem);
	local layout = {};
	for i, field in ipairs(fields) do layout[i] = field; end
	local data, refused = dataforms.new(layout):data(form);
	local values = {};
	for _, field in ipairs(fields) do
		local var, value, err = var_of(field), data[field.name], refused and refused[field.name];
		if found[var] and not err then err = complain(field, found[var], value); end
		if err then
			problem(var, err);
		elseif found[var] and field.always and not value then
			problem(var, "cannot be turned off while muc_log_all_rooms is on in the server's configuration");
		elseif found[var] then
			if value == nil then value = empty(field); end
			values[var] = value;
		end
	end
	return values, problems;
end

-- from_texts returns the value that a field has by its texts, or nil where
-- the field does not allow it.
local function from_texts(field, texts)
	local form = st.stanza("x", { xmlns = "jabber:x:data"; type = "submit" }):tag("field", { var = var_of(field) });
	for _, text in ipairs(texts) do form:text_tag("value", text); end
	return read(form:reset(), { field })[var_of(field)];
end

-- element returns a <field/> with values and nothing else.
local function element(var, texts)
	local field = st.stanza("field", { var = var });
	for _, text in ipairs(texts) do field:text_tag("value", text); end
	return field;
end

-- bad_request returns the error that names all problems.
local function bad_request(problems)
	return errors.new("bad-request", "%s", table.concat(problems, "; "));
end

return {
	var_of = var_of;
	by_var = by_var;
	split_lines = split_lines;
	text_of = text_of;
	to_texts = to_texts;
	from_texts = from_texts;
	same = same;
	current_value = current_value;
	read = read;
	element = element;
	bad_request = bad_request;
};
