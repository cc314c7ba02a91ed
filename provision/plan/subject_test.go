package plan_test

import (
	"testing"
	"time"

	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/plan"
	"muster/provision/want"
	"muster/xmppadmin"
)

var (
	before = sample.Day.Add(-time.Hour)
	after  = sample.Day.Add(time.Hour)
)

func TestSubjectWrites(t *testing.T) {
	t.Parallel()
	ours := plan.SubjectHistory{Wrote: "Monday", Wanted: "Monday", Next: after}
	begun := plan.SubjectHistory{Wrote: "Monday", Wanted: "Monday", Next: before}
	deferred := plan.SubjectHistory{Wrote: "Monday", Wanted: "Tuesday", Next: after}
	seen := func(text string, over time.Time) plan.SubjectHistory {
		return plan.SubjectHistory{Wrote: "Monday", Wanted: "Monday", Next: before, Other: text, Over: over}
	}
	for name, c := range map[string]struct {
		history  plan.SubjectHistory
		found    string
		occupied bool
		want     bool
	}{
		"empty":                               {plan.SubjectHistory{}, "", true, true},
		"empty again":                         {ours, "", true, true},
		"as wanted":                           {plan.SubjectHistory{}, "Tuesday", true, true},
		"ours, session to come":               {ours, "Monday", true, true},
		"ours, begun, occupied":               {begun, "Monday", true, false},
		"ours, begun, empty":                  {begun, "Monday", false, true},
		"ours, left before, occupied":         {deferred, "Monday", true, false},
		"ours, left before, empty":            {deferred, "Monday", false, true},
		"ours, no session named":              {plan.SubjectHistory{Wrote: "Monday", Wanted: "Monday"}, "Monday", true, true},
		"another's, first seen":               {ours, "Slides", false, false},
		"another's, nothing known":            {plan.SubjectHistory{}, "Slides", false, false},
		"another's, session to come":          {seen("Slides", after), "Slides", false, false},
		"another's, no session":               {seen("Slides", time.Time{}), "Slides", false, false},
		"another's, session over":             {seen("Slides", before), "Slides", true, true},
		"another's, that moment":              {seen("Slides", sample.Day), "Slides", true, true},
		"a second one after the first's time": {seen("Slides", before), "Minutes", true, false},
	} {
		if got := c.history.Writes(c.found, c.occupied, "Tuesday", sample.Day); got != c.want {
			t.Errorf("%s: it is written: %v, want %v", name, got, c.want)
		}
	}
}

func TestSubjectNeed(t *testing.T) {
	t.Parallel()
	ours := plan.SubjectHistory{Wrote: "Monday", Wanted: "Monday", Next: after}
	held, over := ours, ours
	held.Other, held.Over = "Slides", after
	over.Other, over.Over = "Slides", before
	for name, c := range map[string]struct {
		history plan.SubjectHistory
		wanted  string
		now     time.Time
		need    plan.Need
		assumed string
	}{
		"nothing known":       {plan.SubjectHistory{}, "Monday", sample.Day, plan.NeedSubject, ""},
		"written":             {ours, "Monday", sample.Day, plan.NeedNone, "Monday"},
		"moved":               {ours, "Tuesday", sample.Day, plan.NeedSubject, "Monday"},
		"begun":               {ours, "Tuesday", after, plan.NeedIfEmpty, "Monday"},
		"another's":           {held, "Tuesday", sample.Day, plan.NeedNone, "Slides"},
		"another's, over":     {over, "Tuesday", sample.Day, plan.NeedSubject, "Slides"},
		"another's, as wrote": {over, "Monday", after, plan.NeedSubject, "Slides"},
	} {
		check.Same(t, name, c.history.Need(c.wanted, c.now), c.need)
		check.Same(t, name+", assumed", c.history.Assumed(), c.assumed)
	}
}

// TestPlanLeavesSubjects has the plan change other settings of a room whose
// subject is an occupant's.
func TestPlanLeavesSubjects(t *testing.T) {
	t.Parallel()
	wanted := func(desired provision.Desired) want.Wanted {
		s := sample.Settings("new")
		s[xmppadmin.Subject] = "Tuesday"
		return want.Wanted{Service: sample.Service, Rooms: []provision.Room{{
			Name: "quic", JID: "quic@" + sample.Service, Decision: provision.Decision{Desired: desired}, Settings: s,
		}}}
	}
	for name, c := range map[string]struct {
		desired  provision.Desired
		archived bool
		subject  string
		action   provision.Action
		fields   []xmppadmin.Setting
	}{
		"ours":             {provision.Live, false, "Monday", provision.Update, []xmppadmin.Setting{xmppadmin.Subject, xmppadmin.Title}},
		"another's":        {provision.Live, false, "Slides", provision.Update, []xmppadmin.Setting{xmppadmin.Title}},
		"to be reopened":   {provision.Live, true, "Slides", provision.Reopen, []xmppadmin.Setting{xmppadmin.Subject, xmppadmin.Title}},
		"to be archived":   {provision.Archived, false, "Slides", provision.Archive, []xmppadmin.Setting{xmppadmin.Subject, xmppadmin.Title}},
		"archived already": {provision.Archived, true, "Slides", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := sample.Room("quic", true, c.archived, "old")
			found.Settings[xmppadmin.Subject] = c.subject
			w := wanted(c.desired)
			p, err := plan.New(plan.Input{
				Wanted: w, Found: []xmppadmin.Room{found}, Rules: want.DefaultRules(sample.Service), Now: sample.Day,
				Subjects: map[string]plan.SubjectHistory{"quic": {Wrote: "Monday", Wanted: "Monday", Next: after}},
			}, plan.Options{Policy: plan.Sync})
			if err != nil {
				t.Fatal(err)
			}
			var fields []xmppadmin.Setting
			for _, f := range p.Rows[0].Fields {
				fields = append(fields, f.Name)
			}
			check.Same(t, "action", p.Rows[0].Action, c.action)
			check.Same(t, "fields", fields, c.fields)
			check.Same(t, "not offered", p.NotOffered, []xmppadmin.Setting(nil))
			if w.Rooms[0].Settings[xmppadmin.Subject] != "Tuesday" {
				t.Error("the plan changed what is wanted")
			}
		})
	}
}
