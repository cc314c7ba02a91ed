package want

import (
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/xmppadmin"
)

func TestRulesValidate(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*Rules)
		want   string // in the error; empty for none
	}{
		"default":                 {func(*Rules) {}, ""},
		"no service":              {func(r *Rules) { r.Service = "" }, `MUC service ""`},
		"service with a resource": {func(r *Rules) { r.Service = "a b" }, `MUC service "a b"`},
		"title does not parse":    {func(r *Rules) { r.Title = "{{.Acronym" }, "title template"},
		"unknown field":           {func(r *Rules) { r.Description = "{{.Colour}}" }, "description template"},
		"unknown function":        {func(r *Rules) { r.LogURL = "{{colour .Name}}" }, "log address template"},
		"standing room's name":    {func(r *Rules) { r.Standing = []Standing{{Name: "Hall Way"}} }, `standing room "Hall Way": the name does not match`},
		"empty title":             {func(r *Rules) { r.Title = "" }, ""},
		"negative grace":          {func(r *Rules) { r.Grace = -1 }, "the grace of rooms whose life is over is -1ns: it cannot be negative"},
		"renamed in a circle":     {func(r *Rules) { r.Renamed = []Rename{{"a", "a"}} }, "go round in a circle"},
		"template with logic":     {func(r *Rules) { r.Title = `{{if .Area}}{{slice .Area 0 2}}{{end}} {{.Start.Year}}` }, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := DefaultRules(sample.Service)
			c.change(&r)
			err := r.Validate()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if _, werr := Derive(Sources{}, r, sample.Day); (werr == nil) != (err == nil) {
				t.Errorf("Want says %v, Validate %v", werr, err)
			}
		})
	}
}

func TestTemplateThatFailsOnARoom(t *testing.T) {
	t.Parallel()
	r := bare()
	r.Title = `{{slice .Acronym 0 4}}`
	_, err := Derive(Sources{Meetings: []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("tls", "wg")},
		sample.Session(1, "tls", "sched"))}}, r, sample.Day)
	if err == nil || !strings.Contains(err.Error(), `room "tls": title template`) {
		t.Errorf("got %v", err)
	}
}

func TestRulesDigest(t *testing.T) {
	t.Parallel()
	base := DefaultRules(sample.Service)
	changes := map[string]func(*Rules){
		"service": func(r *Rules) { r.Service = "other.example.org" }, "types": func(r *Rules) { r.GroupTypes = []string{"wg"} },
		"standing": func(r *Rules) { r.Standing = nil }, "title": func(r *Rules) { r.Title = "x" }, "description": func(r *Rules) { r.Description = "x" },
		"language": func(r *Rules) { r.Language = "de" }, "log": func(r *Rules) { r.LogURL = "x" }, "unwanted": func(r *Rules) { r.Unwanted = []string{"x"} },
		"hide":       func(r *Rules) { r.HideArchived = true },
		"year-round": func(r *Rules) { r.YearRound = nil }, "grace": func(r *Rules) { r.Grace = 0 },
		"renamed": func(r *Rules) { r.Renamed = []Rename{{"b", "a"}} },
	}
	for name, change := range changes {
		r := DefaultRules(sample.Service)
		if change(&r); r.Digest() == base.Digest() {
			t.Errorf("%s: the digest stays the same", name)
		}
	}
	r := DefaultRules(sample.Service)
	r.GroupTypes = []string{"rag", "edwg", "ag", "rg", "wg", "wg"}
	r.YearRound = []string{"rag", "review", "dir", "edwg", "ag", "rg", "wg"}
	if r.Digest() != base.Digest() || r.GroupTypes[0] != "rag" || r.YearRound[0] != "rag" {
		t.Error("the order of the types makes another digest, or was changed")
	}
	r.Renamed = []Rename{{"b", "a"}, {"d", "c"}}
	one := r.Digest()
	if r.Renamed = []Rename{{"d", "c"}, {"b", "a"}}; r.Digest() != one {
		t.Error("the order of the renamed groups makes another digest")
	}
}

func TestRulesListTypes(t *testing.T) {
	t.Parallel()
	r := DefaultRules(sample.Service)
	r.GroupTypes = []string{"wg", "team"}
	check.Same(t, "types", r.ListTypes(), []string{"ag", "dir", "edwg", "rag", "review", "rg", "team", "wg"})
	r.YearRound = nil
	check.Same(t, "types of the agenda's alone", r.ListTypes(), []string(nil))
}

func TestRulesEnd(t *testing.T) {
	t.Parallel()
	r := DefaultRules(sample.Service)
	r.LogURL, r.HideArchived = "https://logs.example.org/{{.Name}}", true
	e, err := r.Archive("quic", time.Date(2026, 7, 1, 23, 0, 0, 0, time.UTC), "the group\n concluded")
	if err != nil {
		t.Fatal(err)
	}
	check.Same(t, "settings", e.Settings, xmppadmin.Settings{
		xmppadmin.Description: "Archived since 1 July 2026: the group concluded. Log: https://logs.example.org/quic",
		xmppadmin.Subject:     "Archived since 1 July 2026: the group concluded. Log: https://logs.example.org/quic",
		xmppadmin.LogAddress:  "https://logs.example.org/quic",
		xmppadmin.Persistent:  "true", xmppadmin.Public: "false", xmppadmin.MessageArchive: "true",
	})
	if e.JID != "quic@"+sample.Service {
		t.Errorf("JID %q", e.JID)
	}
	if _, err := r.Archive("Quic", sample.Day, ""); err == nil {
		t.Error("a name in upper case was taken")
	}
}
