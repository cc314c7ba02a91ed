package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestInstall installs into a folder as a package would be made, and looks for
// what README.md promises.
func TestInstall(t *testing.T) {
	t.Parallel()
	watchTree(t)
	dest := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "make", "-C", "..", "install", "install-prosody",
		"DESTDIR="+dest, "PREFIX=/usr", "BIN="+filepath.Join(t.TempDir(), "bin", "muster"))
	// A make that runs this test must not hand its own flags on.
	cmd.Env = append(os.Environ(), "MAKEFLAGS=", "MAKELEVEL=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	for path, want := range map[string]string{
		"usr/bin/muster":                                                "",
		"usr/share/man/man1/muster.1":                                   ".TH",
		"usr/share/man/man1/muster-rooms-show.1":                        ".TH",
		"usr/share/bash-completion/completions/muster":                  "__start_muster",
		"usr/share/zsh/site-functions/_muster":                          "#compdef muster",
		"usr/share/fish/vendor_completions.d/muster.fish":               "complete -c muster",
		"usr/lib/systemd/system/muster.service":                         "\nExecStart=/usr/bin/muster sync --logs --lock-timeout 5m\n",
		"usr/lib/systemd/system/muster-desk.service":                    "\nExecStart=/usr/bin/muster desk\n",
		"usr/lib/systemd/system/muster.timer":                           "OnCalendar=",
		"usr/local/lib/prosody/modules/mod_admin_muc":                   "",
		"usr/local/lib/prosody/modules/mod_admin_muc/mod_admin_muc.lua": "adhoc",
	} {
		info, err := os.Stat(filepath.Join(dest, path))
		if err != nil || info.IsDir() {
			if err != nil {
				t.Errorf("not installed: %v", err)
			}
			continue
		}
		text, err := os.ReadFile(filepath.Join(dest, path))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v; it does not have %q", path, err, want)
		}
	}
	program := exec.CommandContext(t.Context(), filepath.Join(dest, "usr/bin/muster"), "version")
	if out, err := program.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "muster ") {
		t.Errorf("the installed program: %v\n%s", err, out)
	}
}
