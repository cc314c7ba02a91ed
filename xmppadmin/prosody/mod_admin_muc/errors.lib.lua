-- Errors of the ad-hoc commands: tables with a condition, a type and a text,
-- from which util.stanza makes a stanza error (RFC 6120 §8.3).

local TYPES = {
	["bad-request"] = "modify";
	["jid-malformed"] = "modify";
	["conflict"] = "cancel";
	["item-not-found"] = "cancel";
	["resource-constraint"] = "wait";
	["internal-server-error"] = "wait";
};

-- new returns an error; the text may be a format for the other arguments.
local function new(condition, text, ...)
	if select("#", ...) > 0 then text = text:format(...); end
	return { condition = condition; type = TYPES[condition]; text = text };
end

-- explain is a message handler for xpcall: it leaves an error of new as it is
-- and adds a traceback to any other.
local function explain(err)
	return type(err) == "table" and err or debug.traceback(tostring(err), 2);
end

return { new = new; explain = explain };
