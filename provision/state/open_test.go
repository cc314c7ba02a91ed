package state

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"muster/provision/internal/check"
)

func TestOpenChanges(t *testing.T) {
	t.Parallel()
	const begun, ended = `{"room":"a","result":"started"}`, `{"room":"a","result":"failed"}`
	for name, c := range map[string]struct {
		trail string
		want  string
	}{
		"empty":              {"", ""},
		"ended":              {begun + "\n" + ended + "\n", ""},
		"skipped":            {begun + "\n" + `{"room":"a","result":"skipped"}` + "\n", ""},
		"found":              {begun + "\n" + `{"room":"a","result":"found","state":"live"}` + "\n", ""},
		"begun":              {begun + "\n", "a"},
		"begun, torn end":    {begun + "\n" + `{"room":"a","resu`, "a"},
		"begun again":        {begun + "\n" + ended + "\n" + begun + "\n", "a"},
		"several":            {`{"room":"b","result":"started"}` + "\n" + begun + "\n" + `{"room":"c","result":"started"}` + "\n" + `{"room":"b","result":"done"}` + "\n", "a c"},
		"no record of rooms": {`{"action":"discard","file":"x"}` + "\n\n" + "no JSON\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, auditFile), []byte(c.trail), 0o600); err != nil {
				t.Fatal(err)
			}
			open, err := OpenChanges(dir)
			if err != nil {
				t.Fatal(err)
			}
			var rooms []string
			for _, e := range open {
				rooms = append(rooms, e.Room)
			}
			check.Same(t, "open", strings.Join(rooms, " "), c.want)
		})
	}
	if open, err := OpenChanges(t.TempDir()); err != nil || open != nil {
		t.Errorf("without a trail: %v, %v", open, err)
	}
	if _, err := OpenChanges(filepath.Join(t.TempDir(), auditFile, "x")); err != nil {
		t.Errorf("without a folder: %v", err)
	}
}
