package config

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/provision/want"
	"muster/xmppadmin"
)

// docs returns the documentation of the configuration.
func docs(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// keyRow is a row of the table of keys: the key and its default.
var keyRow = regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| (?:`([^|]*)`)?[^|]*\\|")

func TestDocumentedKeys(t *testing.T) {
	t.Parallel()
	var got []string
	for _, row := range keyRow.FindAllStringSubmatch(docs(t), -1) {
		got = append(got, row[1])
	}
	// Tables of tables have one row each.
	var want []string
	for _, key := range Keys() {
		if parts := strings.Split(key, "."); parts[0] == "rooms" && len(parts) == 3 {
			key = parts[0] + "." + parts[1]
		}
		want = append(want, key)
	}
	slices.Sort(got)
	slices.Sort(want)
	if want = slices.Compact(want); !slices.Equal(got, want) {
		t.Errorf("documented are the keys\n%v\nand there are\n%v", got, want)
	}
}

func TestDocumentedDefaults(t *testing.T) {
	t.Parallel()
	for _, row := range keyRow.FindAllStringSubmatch(docs(t), -1) {
		key, value := row[1], row[2]
		if value == "" || key == "rooms.standing" {
			continue
		}
		if _, err := strconv.Atoi(value); err != nil && value != "false" && value != "true" && value[0] != '[' {
			value = strconv.Quote(value)
		}
		end := strings.LastIndex(key, ".")
		table, name := key[:end], key[end+1:]
		text := least + "[" + table + "]\n" + name + " = " + value + "\n"
		if table == "xmpp" {
			text = least + name + " = " + value + "\n"
		}
		documented, err := configOf(t, text)
		if err != nil {
			t.Errorf("%s: the documented default %s: %v", key, value, err)
			continue
		}
		preset, err := configOf(t, least)
		if err != nil {
			t.Fatal(err)
		}
		documented.Path, preset.Path = "", ""
		if a, b := asTOML(t, documented), asTOML(t, preset); a != b {
			t.Errorf("%s: with the documented default the configuration is\n%s\nand by itself\n%s", key, a, b)
		}
	}
}

func TestDocumentedDialects(t *testing.T) {
	t.Parallel()
	for _, text := range []string{docs(t), sample} {
		line := regexp.MustCompile(`(?m)^.*dialect.*$`).FindString(text)
		for _, dialect := range xmppadmin.Dialects() {
			if !strings.Contains(line, dialect) {
				t.Errorf("the dialect %s is missing in: %s", dialect, line)
			}
		}
	}
}

// TestDocumentedFields fills the documented fields in for the documented room.
func TestDocumentedFields(t *testing.T) {
	t.Parallel()
	vienna, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	meeting := agenda.Meeting{
		Number: "126", City: "Vienna", TimeZone: vienna,
		Groups: []agenda.Group{{Acronym: "quic", Name: "QUIC", Type: "wg", State: "active", Parent: "wit"}},
		Sessions: []agenda.Session{{
			ID: 1, Group: "quic", Room: "quic", Type: "regular", Status: "sched", Location: "Donau B",
			Start: time.Date(2026, 7, 23, 9, 30, 0, 0, vienna), Duration: 2 * time.Hour,
		}},
	}
	fields, values := regexp.MustCompile("`\\.([A-Za-z]+)`"), regexp.MustCompile("`([^`]*)`")
	_, table, _ := strings.Cut(docs(t), "| field | for `quic` |\n")
	seen := 0
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		if len(cells) < 4 {
			break
		}
		names, documented := fields.FindAllStringSubmatch(cells[1], -1), values.FindAllStringSubmatch(cells[2], -1)
		for i, name := range names {
			if len(documented) == 0 || strings.HasSuffix(documented[0][1], " ") {
				continue // described, not given
			}
			seen++
			want := documented[min(i, len(documented)-1)][1]
			if got := filledIn(t, meeting, "{{."+name[1]+"}}"); got != want {
				t.Errorf(".%s is %q, documented as %q", name[1], got, want)
			}
		}
	}
	if seen < 11 {
		t.Errorf("only %d documented values were found", seen)
	}
}

// filledIn returns the title of the room quic by a template.
func filledIn(t *testing.T, m agenda.Meeting, template string) string {
	t.Helper()
	c := Default()
	c.XMPP.Service = "rooms.example.org"
	c.Rooms.Title = template
	w, err := want.Derive(want.Sources{Meetings: []agenda.Meeting{m}}, c.Rules(), time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range w.Rooms {
		if r.Name == "quic" {
			return r.Title()
		}
	}
	t.Fatal("there is no room quic")
	return ""
}
