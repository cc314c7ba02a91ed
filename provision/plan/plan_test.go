package plan

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/internal/wanting"
	"muster/provision/want"
	"muster/xmppadmin"
)

// TestPlan goes through the table in the comment of Plan, row by row.
func TestPlan(t *testing.T) {
	t.Parallel()
	down := errors.New("timed out")
	wanted := wanting.Rooms("quic")
	kept := wanting.Rooms("quic")
	kept.Rooms[0].Decision.Desired = provision.LiveIfExists
	over := wanting.Rooms().With(wanting.Archived("quic", "it concluded"))
	nothing := want.Wanted{Service: sample.Service}
	twice := wanting.Rooms("quic")
	twice.Rooms[0].Decision = provision.Decision{Desired: provision.Contested, Reason: "claimed by two"}
	bof := wanting.Rooms("quic")
	bof.Rooms[0].Decision.Desired = provision.LiveUnlessArchived
	toTLS := provision.Decision{Desired: provision.Archived, Reason: "it moved", MovedTo: "tls"}
	moved := wanting.Rooms().With(provision.Room{Name: "quic", Decision: toTLS, Settings: xmppadmin.Settings{xmppadmin.Title: "[archived] quic: now tls"}})
	perhaps := wanting.Rooms().With(provision.Room{Name: "quic", Decision: provision.Decision{Desired: provision.ArchivedIfFound, Reason: "it concluded"}})
	asleep := provision.Decision{Desired: provision.LeaveAlone, Source: provision.FromGroups, Reason: "it sleeps"}
	keep := wanting.Rooms().With(provision.Room{Name: "quic", Decision: asleep})
	adopt, adoptAll, reopen := Options{Policy: Sync, Adopt: []string{"quic"}}, Options{Policy: Sync, AdoptWanted: true}, Options{Policy: Sync,
		Reopen: []string{"quic"}}
	exists := func(managed, archived bool, change ...string) []xmppadmin.Room {
		r := xmppadmin.Room{Name: "quic", State: xmppadmin.Exists, Managed: managed, Archived: archived, Settings: sample.Settings("quic")}
		for i := 0; i+1 < len(change); i += 2 {
			if r.Settings[xmppadmin.Setting(change[i])] = change[i+1]; change[i+1] == "-" {
				delete(r.Settings, xmppadmin.Setting(change[i]))
			}
		}
		return []xmppadmin.Room{r}
	}
	half := exists(true, false, "title", "[opening] quic")
	half[0].HalfArchived = true
	finish := []provision.Field{{Name: "title", From: "[opening] quic", To: "quic"}}
	absent := []xmppadmin.Room{{Name: "quic", State: xmppadmin.Absent}}
	unknown := []xmppadmin.Room{{Name: "quic", Err: down}}
	retitled := []provision.Field{{Name: "title", From: "old", To: "quic"}}
	all := []provision.Field{{Name: "message_archive", To: "true"}, {Name: "persistent", To: "true"}, {Name: "public", To: "true"}, {Name: "title", To: "quic"}}
	cases := map[string]struct {
		w        want.Wanted
		found    []xmppadmin.Room
		o        Options
		action   provision.Action // empty for none
		fields   []provision.Field
		counts   provision.Counts
		explains bool // the room is unexplained
		kept     bool
		foreign  int // unmanaged
	}{
		"wanted, absent": {w: wanted, found: absent, action: provision.Create, fields: all,
			counts: provision.Counts{Wanted: 1, Create: 1}},
		"wanted, as wanted":               {w: wanted, found: exists(true, false), counts: provision.Counts{Wanted: 1, Unchanged: 1}},
		"wanted, another setting besides": {w: wanted, found: exists(true, false, "moderated", "true"), counts: provision.Counts{Wanted: 1, Unchanged: 1}},
		"wanted, different": {w: wanted, found: exists(true, false, "title", "old"), action: provision.Update, fields: retitled,
			counts: provision.Counts{Wanted: 1, Update: 1}},
		"wanted, promise not kept": {w: wanted, found: exists(true, false, "public", "false"), action: provision.Update,
			fields: []provision.Field{{Name: "public", From: "false", To: "true"}}, counts: provision.Counts{Wanted: 1, Update: 1}},
		"wanted, promise not shown": {w: wanted, found: exists(true, false, "message_archive", "-"), action: provision.Update,
			fields: []provision.Field{{Name: "message_archive", To: "true", NotShown: true}}, counts: provision.Counts{Wanted: 1, Update: 1}},
		"wanted, archived": {w: wanted, found: exists(true, true, "title", "old"), action: provision.Reopen, fields: retitled,
			counts: provision.Counts{Wanted: 1, Reopen: 1}},
		"wanted, archived, nothing differs": {w: wanted, found: exists(true, true), action: provision.Reopen,
			counts: provision.Counts{Wanted: 1, Reopen: 1}},
		"wanted, half archived": {w: wanted, found: half, action: provision.Reopen, fields: finish,
			counts: provision.Counts{Wanted: 1, Reopen: 1}},
		"ended, half archived": {w: over, found: half, action: provision.Archive,
			fields: []provision.Field{{Name: "title", From: "[opening] quic", To: "[archived] quic"}}, counts: provision.Counts{Archive: 1}},
		"ended, half archived, reopened by hand": {w: over, found: half, o: reopen, action: provision.Reopen, fields: finish,
			counts: provision.Counts{Reopen: 1}},
		"kept, half archived": {w: keep, found: half, action: provision.Reopen, fields: finish, counts: provision.Counts{Reopen: 1}},
		"unwanted, half archived": {w: nothing, found: half, action: provision.Reopen, fields: finish,
			counts: provision.Counts{Reopen: 1}},
		"wanted, unmanaged": {w: wanted, found: exists(false, false), action: provision.Conflict,
			counts: provision.Counts{Wanted: 1, Conflict: 1}},
		"wanted, unmanaged, archived": {w: wanted, found: exists(false, true), action: provision.Conflict,
			counts: provision.Counts{Wanted: 1, Conflict: 1}},
		"wanted, unmanaged, adopted": {w: wanted, found: exists(false, false, "title", "old"), o: adopt, action: provision.Adopt, fields: retitled,
			counts: provision.Counts{Wanted: 1, Adopt: 1}},
		"wanted, unmanaged, all adopted": {w: wanted, found: exists(false, false), o: adoptAll, action: provision.Adopt,
			counts: provision.Counts{Wanted: 1, Adopt: 1}},
		"wanted, managed, adopted": {w: wanted, found: exists(true, false), o: adopt, counts: provision.Counts{Wanted: 1, Unchanged: 1}},
		"wanted, absent, adopted": {w: wanted, found: absent, o: adopt, action: provision.Create, fields: all,
			counts: provision.Counts{Wanted: 1, Create: 1}},
		"wanted, unknown": {w: wanted, found: unknown, action: provision.Unknown, counts: provision.Counts{Wanted: 1, Unknown: 1}},
		"wanted, unknown, adopted": {w: wanted, found: unknown, o: adoptAll, action: provision.Unknown,
			counts: provision.Counts{Wanted: 1, Unknown: 1}},
		"wanted, not looked at":      {w: wanted, action: provision.Unknown, counts: provision.Counts{Wanted: 1, Unknown: 1}},
		"where it exists, absent":    {w: kept, found: absent},
		"where it exists, archived":  {w: kept, found: exists(true, true)},
		"where it exists, as wanted": {w: kept, found: exists(true, false), counts: provision.Counts{Wanted: 1, Unchanged: 1}},
		"where it exists, different": {w: kept, found: exists(true, false, "title", "old"), action: provision.Update, fields: retitled,
			counts: provision.Counts{Wanted: 1, Update: 1}},
		"where it exists, unmanaged": {w: kept, found: exists(false, false), action: provision.Conflict,
			counts: provision.Counts{Wanted: 1, Conflict: 1}},
		"where it exists, unknown": {w: kept, found: unknown, action: provision.Unknown, counts: provision.Counts{Wanted: 1, Unknown: 1}},
		"ended, live": {w: over, found: exists(true, false), action: provision.Archive,
			fields: []provision.Field{{Name: "title", From: "quic", To: "[archived] quic"}}, counts: provision.Counts{Archive: 1}},
		"contested, absent":   {w: twice, found: absent, action: provision.Conflict, counts: provision.Counts{Wanted: 1, Conflict: 1}},
		"contested, live":     {w: twice, found: exists(true, false), action: provision.Conflict, counts: provision.Counts{Wanted: 1, Conflict: 1}},
		"contested, archived": {w: twice, found: exists(true, true), action: provision.Conflict, counts: provision.Counts{Wanted: 1, Conflict: 1}},
		"contested, unknown":  {w: twice, found: unknown, action: provision.Conflict, counts: provision.Counts{Wanted: 1, Conflict: 1}},
		"contested, adopted": {w: twice, found: exists(false, false), o: adoptAll, action: provision.Conflict,
			counts: provision.Counts{Wanted: 1, Conflict: 1}},
		"ended, archived":      {w: over, found: exists(true, true)},
		"ended, unmanaged":     {w: over, found: exists(false, false), foreign: 1},
		"ended, absent":        {w: over, found: absent},
		"ended, unknown":       {w: over, found: unknown, action: provision.Unknown, counts: provision.Counts{Unknown: 1}},
		"ended, not looked at": {w: over, action: provision.Unknown, counts: provision.Counts{Unknown: 1}},
		"ended, archived, reopened by hand": {w: over, found: exists(true, true, "title", "[archived] old"), o: reopen, action: provision.Reopen,
			fields: []provision.Field{{Name: "title", From: "[archived] old", To: "old"}}, counts: provision.Counts{Reopen: 1}},
		"may stay archived, absent":    {w: bof, found: absent, action: provision.Create, fields: all, counts: provision.Counts{Wanted: 1, Create: 1}},
		"may stay archived, archived":  {w: bof, found: exists(true, true)},
		"may stay archived, as wanted": {w: bof, found: exists(true, false), counts: provision.Counts{Wanted: 1, Unchanged: 1}},
		"may stay archived, unmanaged": {w: bof, found: exists(false, true), action: provision.Conflict,
			counts: provision.Counts{Wanted: 1, Conflict: 1}},
		"moved, live": {w: moved, found: exists(true, false), action: provision.Archive,
			fields: []provision.Field{{Name: "title", From: "quic", To: "[archived] quic: now tls"}}, counts: provision.Counts{Archive: 1}},
		"moved, archived": {w: moved, found: exists(true, true, "title", "[archived] quic"), action: provision.Archive,
			fields: []provision.Field{{Name: "title", From: "[archived] quic", To: "[archived] quic: now tls"}}, counts: provision.Counts{Archive: 1}},
		"moved, archived, points":    {w: moved, found: exists(true, true, "title", "[archived] quic: now tls")},
		"moved, unmanaged, archived": {w: moved, found: exists(false, true), foreign: 1},
		"perhaps ended, live": {w: perhaps, found: exists(true, false), action: provision.Archive,
			fields: []provision.Field{{Name: "title", From: "quic", To: "[archived] quic"}}, counts: provision.Counts{Archive: 1}},
		"perhaps ended, not looked at":     {w: perhaps},
		"perhaps ended, unknown":           {w: perhaps, found: unknown, action: provision.Unknown, counts: provision.Counts{Unknown: 1}},
		"kept, live":                       {w: keep, found: exists(true, false), kept: true},
		"kept, archived":                   {w: keep, found: exists(true, true)},
		"kept, archived, reopened by hand": {w: keep, found: exists(true, true), o: reopen, action: provision.Reopen, counts: provision.Counts{Reopen: 1}},
		"kept, unmanaged":                  {w: keep, found: exists(false, false), foreign: 1},
		"kept, absent":                     {w: keep, found: absent},
		"kept, not looked at":              {w: keep},
		"kept, unknown":                    {w: keep, found: unknown, action: provision.Unknown, counts: provision.Counts{Unknown: 1}},
		"unwanted, live":                   {w: nothing, found: exists(true, false), explains: true},
		"unwanted, archived":               {w: nothing, found: exists(true, true)},
		"unwanted, archived, reopened by hand": {w: nothing, found: exists(true, true), o: reopen, action: provision.Reopen,
			counts: provision.Counts{Reopen: 1}},
		"unwanted, live, reopened by hand": {w: nothing, found: exists(true, false), o: reopen, explains: true},
		"unwanted, unmanaged":              {w: nothing, found: exists(false, false), foreign: 1},
		"unwanted, unmanaged, adopted": {w: nothing, found: exists(false, false), o: adopt, action: provision.Adopt,
			counts: provision.Counts{Adopt: 1}},
		"unwanted, unmanaged, wanted adopted": {w: nothing, found: exists(false, false), o: adoptAll, foreign: 1},
		"unwanted, absent":                    {w: nothing, found: absent},
		"unwanted, unknown":                   {w: nothing, found: unknown, action: provision.Unknown, counts: provision.Counts{Unknown: 1}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.o.Policy == "" {
				c.o.Policy = Sync
			}
			p := planOf(t, c.w, c.found, c.o)
			check.Same(t, "counts", p.Counts, c.counts)
			if strange := p.Select(Row.Unexplained); (len(strange) == 1) != c.explains || p.Unmanaged != c.foreign || p.Counts.Withheld > 0 {
				t.Errorf("unexplained %+v, unmanaged %d, %d withheld", strange, p.Unmanaged, p.Counts.Withheld)
			}
			if kept := p.Select(Row.Kept); (len(kept) == 1) != c.kept || c.kept && kept[0].Wanted.Decision != asleep {
				t.Errorf("kept %+v", kept)
			}
			changes := p.Changes()
			if c.action == "" {
				if len(changes) > 0 {
					t.Errorf("changes: %+v", changes)
				}
				return
			}
			if len(changes) != 1 || changes[0].Action != c.action {
				t.Fatalf("changes: %+v", changes)
			}
			got := changes[0]
			check.Same(t, "fields", got.Fields, c.fields)
			if got.Room.Name != "quic" || got.Room.JID != "quic@"+sample.Service {
				t.Errorf("room %+v", got.Room)
			}
			if len(c.found) > 0 {
				check.Same(t, "before", got.Before, c.found[0].Settings)
			}
			if got.Action == provision.Unknown && (got.Err == nil || got.Reason != got.Err.Error() || len(c.found) > 0 && !errors.Is(got.Err, down)) {
				t.Errorf("unknown for %v, %q", got.Err, got.Reason)
			}
		})
	}
}

func TestPlanArchiveSettings(t *testing.T) {
	t.Parallel()
	e, err := want.DefaultRules(sample.Service).Archive("quic", sample.Day, "the group concluded")
	if err != nil {
		t.Fatal(err)
	}
	for title, archived := range map[string]string{
		"quic: QUIC": "[archived] quic: QUIC", "": "[archived] quic", "[archived] quic: QUIC": "[archived] quic: QUIC",
		strings.Repeat("x", 300): "[archived] " + strings.Repeat("x", provision.MaxTitle-12) + "…",
	} {
		found := []xmppadmin.Room{{Name: "quic", State: xmppadmin.Exists, Managed: true, Settings: sample.Settings(title)}}
		p := planOf(t, wanting.Rooms().With(e), found, Options{Policy: Sync})
		c := p.Changes()[0]
		if c.Action != provision.Archive || c.Room.Title() != archived || c.Reason != "the group concluded" {
			t.Errorf("%s, %q for %q", c.Action, c.Room.Title(), c.Reason)
		}
		if c.Room.Settings[xmppadmin.Description] != "Archived since 20 July 2026: the group concluded." || c.Room.Settings[xmppadmin.Public] != "true" {
			t.Errorf("settings %q", c.Room.Settings)
		}
		if _, ok := e.Settings[xmppadmin.Title]; ok {
			t.Fatal("the plan wrote into what was wanted")
		}
	}
}

func TestPlanNotOffered(t *testing.T) {
	t.Parallel()
	w := wanting.Rooms("a", "b")
	for _, r := range w.Rooms {
		r.Settings[xmppadmin.PublicLog], r.Settings[xmppadmin.Language] = "true", "en"
	}
	var found []xmppadmin.Room
	for _, n := range []string{"a", "b"} {
		found = append(found, xmppadmin.Room{Name: n, State: xmppadmin.Exists, Managed: true, Settings: sample.Settings(n)})
	}
	p := planOf(t, w, found, Options{})
	check.Same(t, "not offered", p.NotOffered, []xmppadmin.Setting{xmppadmin.Language, xmppadmin.PublicLog})
	if p.Counts.Unchanged != 2 || p.Managed != 2 {
		t.Errorf("%+v", p.Counts)
	}
}

func TestPlanPolicies(t *testing.T) {
	t.Parallel()
	w := wanting.Rooms("adopt", "conflict", "create", "reopen", "unknown", "update")
	w = w.With(wanting.Archived("archive", ""))
	exists := func(name string, managed, archived bool, title string) xmppadmin.Room {
		return xmppadmin.Room{Name: name, State: xmppadmin.Exists, Managed: managed, Archived: archived, Settings: sample.Settings(title)}
	}
	found := []xmppadmin.Room{
		exists("update", true, false, "old"), exists("adopt", false, false, "adopt"), exists("archive", true, false, "archive"), exists("conflict", false,
			false, ""),
		exists("reopen", true, true, "reopen"), {Name: "create", State: xmppadmin.Absent}, {Name: "unknown"},
	}
	for policy, want := range map[Policy]string{
		"":         "adopt conflict create reopen unknown update",
		CreateOnly: "conflict create unknown",
		UpsertOnly: "adopt conflict create reopen unknown update",
		Sync:       "adopt archive conflict create reopen unknown update",
	} {
		p := planOf(t, w, found, Options{Policy: policy, Adopt: []string{"adopt"}})
		var got []string
		for _, c := range p.Changes() {
			if string(c.Action) != c.Room.Name {
				t.Errorf("%s of %s", c.Action, c.Room.Name)
			}
			got = append(got, c.Room.Name)
		}
		if strings.Join(got, " ") != want || len(got)+p.Counts.Withheld != 7 || p.Counts.Wanted != 6 {
			t.Errorf("policy %q: %q, %+v", policy, got, p.Counts)
		}
	}
	if _, err := ParsePolicy("upsert-only"); err != nil {
		t.Error(err)
	}
	if _, err := ParsePolicy("destroy"); err == nil || !strings.Contains(err.Error(), "create-only, upsert-only, sync") {
		t.Error(err)
	}
}

func TestPlanSelection(t *testing.T) {
	t.Parallel()
	w := wanting.Rooms("quic", "quic-interop", "tls")
	w = w.With(wanting.Archived("old", ""))
	found := append(Offline(w), xmppadmin.Room{Name: "strange", State: xmppadmin.Exists, Managed: true})
	cases := map[string]struct {
		o       Options
		created string
		leftOut int
		err     string
	}{
		"all":             {Options{}, "quic quic-interop tls", 0, ""},
		"only":            {Options{Only: []string{"tls"}}, "tls", 4, ""},
		"pattern":         {Options{Only: []string{"quic*"}}, "quic quic-interop", 3, ""},
		"except":          {Options{Except: []string{"quic-*", "strange"}}, "quic tls", 2, ""},
		"only and except": {Options{Only: []string{"quic*"}, Except: []string{"quic"}}, "quic-interop", 4, ""},
		"ended":           {Options{Only: []string{"old"}}, "", 4, ""},
		"found only":      {Options{Only: []string{"strange"}}, "", 4, ""},
		"no such room":    {Options{Only: []string{"tls", "quik"}}, "", 0, `no room, wanted or found, is called "quik" (nearest: "quic")`},
		"no such except":  {Options{Except: []string{"zzzzzzz"}}, "", 0, `no room, wanted or found, is called "zzzzzzz"`},
		"no such adopt":   {Options{Adopt: []string{"tsl", "tls"}}, "", 0, `no room, wanted or found, is called "tsl" (nearest: "tls")`},
		"no such reopen":  {Options{Reopen: []string{"ol"}}, "", 0, `no room, wanted or found, is called "ol" (nearest: "old")`},
		"bad pattern":     {Options{Only: []string{"[a"}}, "", 0, `pattern "[a": syntax error in pattern`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := New(input(w, found), c.o)
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Errorf("got %v, want %s", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, ch := range p.Changes() {
				got = append(got, ch.Room.Name)
			}
			if strings.Join(got, " ") != c.created || p.LeftOut != c.leftOut || p.Counts.Wanted != len(got) {
				t.Errorf("got %q, left out %d, %+v", got, p.LeftOut, p.Counts)
			}
			if slices.Contains(c.o.Except, "strange") == (len(p.Select(Row.Unexplained)) > 0) && c.o.Only == nil {
				t.Errorf("rows %+v", p.Rows)
			}
		})
	}
}

func TestPlanTakesAnyOrder(t *testing.T) {
	t.Parallel()
	w := wanting.Rooms("a", "b", "c")
	found := Offline(w)
	slices.Reverse(found)
	found = append(found, found[1])
	slices.Reverse(w.Rooms)
	p := planOf(t, w, found, Options{})
	if p.Counts != (provision.Counts{Wanted: 3, Create: 3}) || p.Rows[0].Found.Name != "a" || found[0].Name != "c" || w.Rooms[0].Name != "c" {
		t.Errorf("%+v, found begins with %s", p.Counts, found[0].Name)
	}
}

func TestPlanDigest(t *testing.T) {
	t.Parallel()
	w := wanting.Rooms("a", "b")
	p, q := planOf(t, w, Offline(w), Options{}), planOf(t, w, Offline(w), Options{})
	if q.Created = sample.Day.AddDate(0, 0, 1); p.Digest() != q.Digest() {
		t.Error("the time makes another digest")
	}
	q.Rows[1].Fields[0].To = "x"
	if p.Digest() == q.Digest() {
		t.Error("another field makes no other digest")
	}
}

// TestPlanCountsAddUp holds for whatever is wanted and found: every wanted
// room is in one place, nothing unknown is acted on, and nothing unmanaged
// without a request.
func TestPlanCountsAddUp(t *testing.T) {
	t.Parallel()
	check := func(wants, finds []uint8) bool {
		w, found := wanting.Anything(wants, finds)
		p, err := New(input(w, found), Options{Policy: Sync})
		if err != nil {
			t.Error(err)
			return false
		}
		state := make(map[string]xmppadmin.Room)
		for _, f := range found {
			state[f.Name] = f
		}
		unwantedUnknown := 0
		for _, c := range p.Changes() {
			f := state[c.Room.Name]
			if c.Action.Changes() && (f.State == xmppadmin.Unknown || f.State == xmppadmin.Exists && !f.Managed) {
				t.Errorf("%s of %+v", c.Action, f)
			}
			if c.Action == provision.Unknown && c.Room.Settings == nil {
				unwantedUnknown++
			}
		}
		c := p.Counts
		return c.Wanted == c.Create+c.Update+c.Reopen+c.Adopt+c.Unchanged+c.Conflict+c.Unknown-unwantedUnknown &&
			len(p.Select(func(r Row) bool { return r.Action == provision.Unchanged })) == c.Unchanged
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}
