package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/sample"
	"muster/provision/internal/wanting"
	"muster/provision/want"
	"muster/xmppadmin"
)

// samplePlan is a plan file with every action in it.
func samplePlan(t testing.TB) File {
	t.Helper()
	w := wanting.Rooms("adopt", "conflict", "create", "reopen", "unknown", "update")
	w.Rooms[0].Reasons = []provision.Reason{{Source: provision.FromMeeting, Meeting: "126", Group: "adopt", GroupType: "wg", Sessions: []int{1}, Text: "why"}}
	w = w.With(provision.Room{Name: "archive", Decision: provision.Decision{Desired: provision.Archived}, Settings: sample.Settings("")})
	exists := func(name string, managed, archived bool, title string) xmppadmin.Room {
		return xmppadmin.Room{Name: name, State: xmppadmin.Exists, Managed: managed, Archived: archived, Settings: sample.Settings(title)}
	}
	found := []xmppadmin.Room{
		exists("update", true, false, "old"), exists("adopt", false, false, "adopt"), exists("archive", true, false, "archive"), exists("conflict", false,
			false, ""),
		exists("reopen", true, true, "<reopen>"), {Name: "create", State: xmppadmin.Absent}, {Name: "unknown", Err: errors.New("timed out")},
	}
	o := Options{Policy: Sync, Adopt: []string{"adopt"}}
	p := planOf(t, w, found, o)
	if len(p.Changes()) != 7 {
		t.Fatal(p.Changes())
	}
	return File{
		Version: "1.0", Account: "muster@example.org", Meetings: []string{"current"}, Options: o, AllowArchive: 3,
		Agendas:       []want.SourceDigest{{Meeting: "126", Digest: agenda.Meeting{Number: "126"}.Digest()}},
		Configuration: want.DefaultRules(sample.Service).Digest(), Plan: p,
	}
}

func written(t testing.TB, f File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPlanFileRoundTrip(t *testing.T) {
	t.Parallel()
	f := samplePlan(t)
	data := written(t, f)
	got, err := Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if again := written(t, *got); !bytes.Equal(again, data) {
		t.Errorf("written again it is different:\n%s\n%s", data, again)
	}
	if got.Plan.Digest() != f.Plan.Digest() || !got.Plan.Created.Equal(sample.Day) || got.Format != Format {
		t.Errorf("read %+v", got)
	}
	if !reflect.DeepEqual(got.Options, f.Options) || got.AllowArchive != 3 {
		t.Errorf("options %+v, archives allowed %d", got.Options, got.AllowArchive)
	}
	if err := got.CheckFresh(f); err != nil {
		t.Error(err)
	}
	for _, c := range got.Plan.Changes() {
		if c.Action == provision.Unknown && (c.Err == nil || c.Err.Error() != "timed out") {
			t.Errorf("unknown for %v", c.Err)
		}
	}
}

// TestPlanFileEveryEdit changes every value in a plan file, one at a time.
func TestPlanFileEveryEdit(t *testing.T) {
	t.Parallel()
	var doc any
	if err := json.Unmarshal(written(t, samplePlan(t)), &doc); err != nil {
		t.Fatal(err)
	}
	edits := 0
	var walk func(v any, set func(any))
	try := func(what any) {
		edits++
		data, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(bytes.NewReader(data)); err == nil {
			t.Errorf("a plan file with %v in it was taken", what)
		}
	}
	walk = func(v any, set func(any)) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				walk(e, func(n any) { v[k] = n })
			}
		case []any:
			for i, e := range v {
				walk(e, func(n any) { v[i] = n })
			}
		case string:
			set(v + "0")
			try(v + "0")
			set(v)
		case float64:
			set(v + 1)
			try(v + 1)
			set(v)
		case bool:
			set(!v)
			try(!v)
			set(v)
		}
	}
	walk(doc, nil)
	if edits < 100 {
		t.Errorf("only %d edits were tried", edits)
	}
}

// rename gives the room of a row another name throughout.
func rename(r *Row, name string) {
	r.Found.Name, r.JID = name, name+"@"+sample.Service
	r.Wanted.Name, r.Wanted.JID = r.Found.Name, r.JID
}

// TestPlanFileForged has plans whose digest fits and that no plan could be.
func TestPlanFileForged(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		forge func(*Plan)
		want  string
	}{
		"action":   {func(p *Plan) { p.Rows[0].Action = "destroy" }, `room "adopt": "destroy" is not an action`},
		"address":  {func(p *Plan) { p.Rows[0].JID = "adopt@elsewhere.example.org" }, "is not its address"},
		"another":  {func(p *Plan) { p.Rows[0].Wanted.JID = "adopt@elsewhere.example.org" }, "is not its address"},
		"name":     {func(p *Plan) { rename(&p.Rows[3], "d e") }, `room "d e": the name does not match`},
		"no room":  {func(p *Plan) { p.Rows[0].Wanted.Name = "x" }, `room "adopt": the room wanted is "x"`},
		"nothing":  {func(p *Plan) { p.Rows[0].Wanted = nil }, `room "adopt": adopt of a room that is not known`},
		"twice":    {func(p *Plan) { p.Rows[1] = p.Rows[0] }, `room "adopt" is in it twice`},
		"order":    {func(p *Plan) { p.Rows[0], p.Rows[1] = p.Rows[1], p.Rows[0] }, "not sorted"},
		"field":    {func(p *Plan) { p.Rows[6].Fields[0].To = "x" }, `room "update": the change of title does not lead to the wanted settings`},
		"alien":    {func(p *Plan) { p.Rows[6].Fields[0].Name = "whois" }, "does not lead to the wanted settings"},
		"password": {func(p *Plan) { p.Rows[6].Wanted.Settings[xmppadmin.Password] = "x" }, "rooms have no password"},
		"service":  {func(p *Plan) { p.Service = "a b" }, `MUC service "a b"`},
		"policy":   {func(p *Plan) { p.Policy = "yes" }, `policy "yes"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := samplePlan(t)
			c.forge(&f.Plan)
			if _, err := Read(bytes.NewReader(written(t, f))); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	for what, data := range map[string]string{
		"nothing": "", "no JSON": "hello", "no object": "[]", "no format": "{}", "another format": `{"format":"muster-plan/1"}`,
		"a wrong type": `{"format":"muster-plan/2","plan":7}`,
	} {
		if _, err := Read(strings.NewReader(data)); err == nil || !strings.HasPrefix(err.Error(), "plan file: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestPlanFileFits(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		move func(*File)
		want string // empty where it still fits
	}{
		"nothing":          {func(*File) {}, ""},
		"version":          {func(f *File) { f.Version = "2" }, ""},
		"why it's unknown": {func(f *File) { f.Plan.Rows[5].Reason = "another error" }, ""},
		"agenda":           {func(f *File) { f.Agendas[0].Digest = "x" }, "the agenda of IETF 126 has changed"},
		"meetings": {func(f *File) { f.Agendas = append(f.Agendas, want.SourceDigest{Meeting: "127", Digest: "x"}) },
			"the agenda of IETF 127 has changed"},
		"configuration": {func(f *File) { f.Configuration = "x" }, "the configuration has changed"},
		"account":       {func(f *File) { f.Account = "x" }, "the configuration has changed"},
		"options":       {func(f *File) { f.Options.AdoptWanted = true }, "the configuration has changed"},
		"agenda and more": {func(f *File) { f.Agendas, f.Configuration, f.Plan.Rows = nil, "x", nil },
			"the agenda of IETF 126 has changed; the configuration has changed"},
		"room as found":  {func(f *File) { f.Plan.Rows[6].Found.Settings[xmppadmin.Moderated] = "true" }, "rooms have changed: update"},
		"room wanted":    {func(f *File) { f.Plan.Rows[6].Wanted.Settings[xmppadmin.Title] = "x" }, "rooms have changed: update"},
		"another action": {func(f *File) { f.Plan.Rows[3].Action = provision.Conflict }, "rooms have changed: create"},
		"one less":       {func(f *File) { f.Plan.Rows = f.Plan.Rows[1:] }, "rooms have changed: adopt"},
		"one more": {func(f *File) {
			f.Plan.Rows = append(f.Plan.Rows, Row{Action: provision.Create, Found: xmppadmin.Room{Name: "new"}})
		}, "rooms have changed: new"},
		"many": {func(f *File) {
			for _, n := range strings.Fields("m01 m02 m03 m04 m05 m06 m07 m08 m09 m10 m11 m12") {
				f.Plan.Rows = append(f.Plan.Rows, Row{Action: provision.Create, Found: xmppadmin.Room{Name: n}})
			}
		}, "rooms have changed: m01, m02, m03, m04, m05, m06, m07, m08, m09, m10 and 2 more"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			saved, now := samplePlan(t), samplePlan(t)
			c.move(&now)
			err := saved.CheckFresh(now)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var stale *StalePlanError
			if !errors.As(err, &stale) || err.Error() != "the plan no longer fits: "+c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestPlanFileAgainLater makes the plan a day later with the time of the file:
// what the clock alone would change, such as the next session, stays.
func TestPlanFileAgainLater(t *testing.T) {
	t.Parallel()
	meetings := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sample.Session(1, "quic", "sched"),
		sample.Session(30, "quic", "sched"))}
	file := func(at File) File {
		w, err := want.Derive(want.Sources{Meetings: meetings}, bare(), at.Plan.Created)
		if err != nil {
			t.Fatal(err)
		}
		p, err := New(Input{Wanted: w, Found: Offline(w), Rules: bare(), Now: at.Plan.Created}, at.Options)
		if err != nil {
			t.Fatal(err)
		}
		at.Plan = p
		return at
	}
	saved, err := Read(bytes.NewReader(written(t, file(File{Options: Options{Policy: Sync}, Plan: Plan{Created: sample.Day}}))))
	if err != nil {
		t.Fatal(err)
	}
	if err := saved.CheckFresh(file(*saved)); err != nil {
		t.Error(err)
	}
	late := *saved
	late.Plan.Created = sample.Day.AddDate(0, 0, 1)
	if err := saved.CheckFresh(file(late)); err == nil {
		t.Error("the next session did not depend on the time: the test shows nothing")
	}
}

func FuzzReadPlan(f *testing.F) {
	f.Add(written(f, samplePlan(f)))
	f.Add([]byte(`{"format":"muster-plan/2"}`))
	f.Add([]byte(`{"format":"muster-plan/2","plan":{"service":"a.example","policy":"sync","rows":[{"room":"x","jid":"x@a.example","state":"absent","wanted":{"name":"x","jid":"x@a.example"},"action":"create"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		// The digest would keep nearly all of what is tried from being
		// looked at, so it is put right first.
		var forged File
		if json.Unmarshal(data, &forged) == nil {
			data = written(t, forged)
		}
		p, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, c := range p.Plan.Changes() {
			if !c.Action.Known() || !strings.HasPrefix(c.Room.JID, c.Room.Name+"@") {
				t.Errorf("took %+v", c)
			}
		}
		if again := written(t, *p); !bytes.Equal(again, written(t, forged)) {
			t.Errorf("written again it is different")
		}
		if err := p.CheckFresh(*p); err != nil {
			t.Error(err)
		}
	})
}
