-- The table of rooms with their settings, by pages.

local array = require "util.array";
local it = require "util.iterators";
local jid = require "util.jid";
local st = require "util.stanza";
local check = module:require "check";
local errors = module:require "errors";
local fields = module:require "fields";
local names = module:require "names";
local rooms = module:require "rooms";
local settings = module:require "settings";

local XMLNS_ADMIN = "http://jabber.org/protocol/admin";

local COLUMNS = {
	{ name = "roomname"; type = "text-single"; label = "Name of the room" };
	{ name = "owners"; type = "jid-multi"; label = "Owners" };
	{ name = "occupants"; type = "text-single"; label = "Number of occupants" };
	{ name = "archived"; type = "boolean"; label = "Archived" };
	{ name = "locked"; type = "boolean"; label = "Locked until configured" };
	{ name = "passwordprotected"; type = "boolean"; label = "Needs a password to enter" };
	{ name = "error"; type = "text-single"; label = "Why the room could not be read" };
};

-- shared_elements returns a function like fields.element that returns the same
-- element again for the same field and value. Most settings of most rooms are
-- alike, and making elements takes most of the time.
local function shared_elements()
	local made = {};
	return function (var, texts)
		local key = var.."\n"..table.concat(texts, "\n");
		made[key] = made[key] or fields.element(var, texts);
		return made[key];
	end;
end

local function room_fields(room, occupants, actor, element)
	local function flag(value) return { value and "1" or "0" }; end
	local elements = {
		element("owners", rooms.owners(room));
		element("occupants", { fields.text_of(occupants) });
		element("archived", flag(rooms.memory(room)));
		element("locked", flag(rooms.is_locked(room)));
		element("passwordprotected", flag(room:get_password()));
	};
	for _, field in ipairs(settings.of(room, actor)) do
		if field.type ~= "text-private" then
			elements[#elements+1] = element(fields.var_of(field), fields.to_texts(field, fields.current_value(field)));
		end
	end
	return elements;
end

-- read returns a room from memory or storage and the number of its occupants.
local function read(name, live)
	local room_jid = jid.join(name, module.host);
	local room = live[room_jid];
	if room then return room, it.count(room:each_occupant()); end
	local stored, err = rooms.stored(room_jid);
	if not stored then error(err or "it is gone from storage", 0); end
	return stored, rooms.stored_occupants(room_jid);
end

-- item returns the row of one room; a room that cannot be read has a row with
-- its name and the error.
local function item(name, live, actor, element)
	local row = st.stanza("item"):add_child(element("roomname", { name }));
	local ok, elements = pcall(function ()
		local room, occupants = read(name, live);
		return room_fields(room, occupants, actor, element);
	end);
	for _, field in ipairs(ok and elements or { element("error", { tostring(elements) }) }) do row:add_child(field); end
	return row;
end

-- reported returns the columns of the table, the same on all pages.
local function reported(actor)
	local columns = st.stanza("reported");
	local function add(field)
		columns:tag("field", { var = fields.var_of(field); type = field.type; label = field.label }):up();
	end
	for _, field in ipairs(COLUMNS) do add(field); end
	for _, field in ipairs(settings.of(settings.example(), actor)) do
		if field.type ~= "text-private" then add(field); end
	end
	return columns;
end

local function position_after(sorted, after)
	local first = 1;
	while after and sorted[first] and sorted[first] <= after do first = first + 1; end
	return first;
end

-- retention returns for how long muc_mam is configured to keep messages, and
-- how many of each room the storage holds before it drops the oldest; nil
-- where there is no archive, no number where there is no limit.
local function retention()
	if not prosody.hosts[module.host].modules["muc_mam"] then return nil; end
	local store = module:open_store(module:get_option_string("muc_log_store", "muc_log"), "archive");
	return tostring(module:get_option("muc_log_expires_after", "1w")), store and store.caps and store.caps.quota;
end

-- heading adds to a page what it has beside its rows.
local function heading(page, count, next_name, actor)
	local function add(var, value)
		if value then page:add_child(fields.element(var, { fields.text_of(value) })); end
	end
	page:tag("field", { var = "FORM_TYPE"; type = "hidden" }):text_tag("value", XMLNS_ADMIN):up();
	add("count", count);
	add("next", next_name);
	local expires, limit = retention();
	add("archive_expires", expires);
	add("archive_limit", limit);
	page:add_child(reported(actor));
end

-- get returns a page of the table and a warning, or nil and an error.
local function get(values, actor)
	local wanted, live = fields.split_lines(values.roomnames or ""), names.live();
	local err = check.list(wanted);
	if err then return nil, err; end
	local found, empty;
	if wanted[1] then found, empty = names.existing(wanted, live); else found, empty = names.all(live); end
	if not found then
		return nil, errors.new("internal-server-error", "the list of persistent rooms could not be read: %s", tostring(empty));
	end
	table.sort(found);
	local first = position_after(found, values.after);
	local last = math.min(first + (values.max or 100) - 1, #found);
	local page = st.stanza("x", { xmlns = "jabber:x:data"; type = "result" });
	heading(page, #found, last < #found and found[last] or nil, actor);
	local element = shared_elements();
	for i = first, last do page:add_child(item(found[i], live, actor, element)); end
	return page, empty[1] and "Left out, because storage has nothing of them; they can be created anew: "
		..table.concat(array.sort(empty), ", ") or nil;
end

return { get = get };
