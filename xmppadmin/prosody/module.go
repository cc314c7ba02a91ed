// Package prosody has the companion module for Prosody, mod_admin_muc, so that
// programs and tests can install it. See the README.md beside it.
package prosody

import (
	"embed"
	"io/fs"
)

//go:embed mod_admin_muc
var module embed.FS

// Module returns the folder mod_admin_muc, which goes into one of Prosody's
// plugin_paths; os.CopyFS installs it.
func Module() fs.FS { return module }
