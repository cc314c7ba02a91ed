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
		exists("update", true, false, "old"), exists("adopt", false, false, "adopt"), exists("archive", true, false, "archive"), exists("conflict", false, false, ""),
		exists("reopen", true, true, "<reopen>"), {Name: "create", State: xmppadmin.Absent}, {Name: "unknown", Err: errors.New("timed out")},
	}
	o := FileOptions{Policy: Sync, Adopt: []string{"adopt"}, AllowArchive: 3}
	p, err := New(w, found, o.PlanOptions(sample.Day))
	if err != nil || len(p.Changes) != 7 {
		t.Fatal(p.Changes, err)
	}
	return File{
		Version: "1.0", Account: "muster@example.org", Meetings: []string{"current"}, Options: o,
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
	if !reflect.DeepEqual(got.Options.PlanOptions(got.Plan.Created), f.Options.PlanOptions(sample.Day)) {
		t.Errorf("options %+v", got.Options)
	}
	if err := got.CheckFresh(f); err != nil {
		t.Error(err)
	}
	for _, c := range got.Plan.Changes {
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

// TestPlanFileForged has plans whose digest fits and that no plan could be.
func TestPlanFileForged(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		forge func(*Plan)
		want  string
	}{
		"action":   {func(p *Plan) { p.Changes[0].Action = "destroy" }, `room "adopt": "destroy" is not an action`},
		"address":  {func(p *Plan) { p.Changes[0].Room.JID = "adopt@elsewhere.example.org" }, "is not its address"},
		"name":     {func(p *Plan) { p.Changes[3].Room.Name, p.Changes[3].Room.JID = "d e", "d e@"+sample.Service }, `room "d e": the name does not match`},
		"twice":    {func(p *Plan) { p.Changes[1] = p.Changes[0] }, "there are two changes of it"},
		"order":    {func(p *Plan) { p.Changes[0], p.Changes[1] = p.Changes[1], p.Changes[0] }, "not sorted"},
		"field":    {func(p *Plan) { p.Changes[6].Fields[0].To = "x" }, `room "update": the change of title does not lead to the wanted settings`},
		"alien":    {func(p *Plan) { p.Changes[6].Fields[0].Name = "whois" }, "does not lead to the wanted settings"},
		"password": {func(p *Plan) { p.Changes[6].Room.Settings[xmppadmin.Password] = "x" }, "rooms have no password"},
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
		"nothing": "", "no JSON": "hello", "no object": "[]", "no format": "{}", "another format": `{"format":"muster-plan/2"}`, "a wrong type": `{"format":"muster-plan/1","plan":7}`,
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
		"why it's unknown": {func(f *File) { f.Plan.Changes[5].Reason = "another error" }, ""},
		"agenda":           {func(f *File) { f.Agendas[0].Digest = "x" }, "the agenda of IETF 126 has changed"},
		"meetings":         {func(f *File) { f.Agendas = append(f.Agendas, want.SourceDigest{Meeting: "127", Digest: "x"}) }, "the agenda of IETF 127 has changed"},
		"configuration":    {func(f *File) { f.Configuration = "x" }, "the configuration has changed"},
		"account":          {func(f *File) { f.Account = "x" }, "the configuration has changed"},
		"options":          {func(f *File) { f.Options.AllowArchive = 99 }, "the configuration has changed"},
		"agenda and more":  {func(f *File) { f.Agendas, f.Configuration, f.Plan.Changes = nil, "x", nil }, "the agenda of IETF 126 has changed; the configuration has changed"},
		"room as found":    {func(f *File) { f.Plan.Changes[6].Before[xmppadmin.Moderated] = "true" }, "rooms have changed: update"},
		"room wanted":      {func(f *File) { f.Plan.Changes[6].Room.Settings[xmppadmin.Title] = "x" }, "rooms have changed: update"},
		"another action":   {func(f *File) { f.Plan.Changes[3].Action = provision.Conflict }, "rooms have changed: create"},
		"one less":         {func(f *File) { f.Plan.Changes = f.Plan.Changes[1:] }, "rooms have changed: adopt"},
		"one more": {func(f *File) {
			f.Plan.Changes = append(f.Plan.Changes, provision.Change{Action: provision.Create, Room: provision.Room{Name: "new"}})
		}, "rooms have changed: new"},
		"many": {func(f *File) {
			for _, n := range strings.Fields("m01 m02 m03 m04 m05 m06 m07 m08 m09 m10 m11 m12") {
				f.Plan.Changes = append(f.Plan.Changes, provision.Change{Action: provision.Create, Room: provision.Room{Name: n}})
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
			var moved *StaleError
			if !errors.As(err, &moved) || err.Error() != "the plan no longer fits: "+c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestPlanFileAgainLater makes the plan a day later with the time of the file:
// what the clock alone would change, such as the next session, stays.
func TestPlanFileAgainLater(t *testing.T) {
	t.Parallel()
	meetings := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sample.Session(1, "quic", "sched"), sample.Session(30, "quic", "sched"))}
	file := func(at File) File {
		w, err := want.Derive(want.Sources{Meetings: meetings}, bare(), at.Plan.Created)
		if err != nil {
			t.Fatal(err)
		}
		at.Plan = planOf(t, w, Offline(w), at.Options.PlanOptions(at.Plan.Created))
		return at
	}
	saved, err := Read(bytes.NewReader(written(t, file(File{Options: FileOptions{Policy: Sync}, Plan: Plan{Created: sample.Day}}))))
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
	f.Add([]byte(`{"format":"muster-plan/1"}`))
	f.Add([]byte(`{"format":"muster-plan/1","plan":{"service":"a.example","policy":"sync","changes":[{"action":"create","room":{"name":"x","jid":"x@a.example"}}]}}`))
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
		for _, c := range p.Plan.Changes {
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
