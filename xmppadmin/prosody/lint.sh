#!/bin/sh
# Checks the Lua files of the companion module: with luacheck (Debian package
# lua-check) where it is installed, else the syntax alone with luac (lua5.4,
# which Debian's prosody depends on). Without both, that is an error in CI only.
set -eu
cd "$(dirname "$0")"

if command -v luacheck >/dev/null 2>&1; then
	exec luacheck --quiet --no-color mod_admin_muc
fi
luac=
for name in luac luac5.4 luac5.3; do
	if [ -z "$luac" ] && command -v "$name" >/dev/null 2>&1; then luac=$name; fi
done
if [ -n "$luac" ]; then
	for file in mod_admin_muc/*.lua; do "$luac" -p "$file"; done
	exit 0
fi
echo "left out: the check of the Lua files, for there is neither luacheck nor luac" >&2
[ -z "${CI:-}" ]
