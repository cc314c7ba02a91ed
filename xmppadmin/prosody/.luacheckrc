-- What Prosody gives to a module, and what all versions of Lua that it runs on have.
std = "min"
read_globals = { "module", "prosody" }
max_line_length = 150
