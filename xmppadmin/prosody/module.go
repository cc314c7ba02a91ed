// Package prosody holds the companion module for Prosody, mod_admin_muc, so
// that programs and tests can install it. See the README.md beside it.
package prosody

import _ "embed"

//go:embed mod_admin_muc.lua
var module string

// Module returns the text of mod_admin_muc.lua, the file to be put into one
// of Prosody's plugin_paths.
func Module() string { return module }
