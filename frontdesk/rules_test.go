package frontdesk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/agenda"
	"muster/frontdesk"
	"muster/xmppadmin"
)

// group returns a group of the list of groups.
func group(id int, acronym, kind string, state agenda.GroupState, parent string) agenda.GroupRecord {
	return agenda.GroupRecord{ID: id, Group: agenda.Group{Acronym: acronym, Name: "The " + acronym + " group", Type: kind, State: state, Parent: parent}}
}

// theGroups are those of all tests.
func theGroups() agenda.GroupList {
	return agenda.GroupList{Confirmed: noon.Add(-time.Hour), Groups: []agenda.GroupRecord{
		group(1, "bar", "wg", agenda.StateBOF, "sec"), group(2, "foo", "wg", agenda.StateActive, "wit"),
		group(3, "foo-bar", "team", agenda.StateConcluded, ""), group(4, "old", "wg", agenda.StateConcluded, "wit"),
		group(5, "prop", "wg", agenda.StateProposed, "wit"), group(6, "quic", "wg", agenda.StateActive, "wit"),
		group(7, "quic-taken", "team", agenda.StateConcluded, ""), group(8, "sec", "area", agenda.StateActive, "iesg"),
		group(9, "wit", "area", agenda.StateActive, "iesg"), group(10, "iab", "iab", agenda.StateActive, ""),
	}}
}

// theRoles are those of all tests: person 7 chairs quic, foo, bar, prop and old,
// person 8 directs the area wit, person 9 chairs it.
func theRoles() agenda.RoleList {
	return agenda.RoleList{Confirmed: noon.Add(-time.Hour), Roles: []agenda.Role{
		{Person: 7, Group: 1, Name: "chair", Email: "alice@mail.example"}, {Person: 7, Group: 2, Name: "secr", Email: "alice@mail.example"},
		{Person: 7, Group: 4, Name: "chair", Email: "alice@mail.example"}, {Person: 7, Group: 5, Name: "delegate", Email: "alice@mail.example"},
		{Person: 7, Group: 6, Name: "chair", Email: "alice@mail.example"}, {Person: 9, Group: 9, Name: "chair", Email: "carol@mail.example"},
		{Person: 8, Group: 9, Name: "ad", Email: "bob@mail.example"}, {Person: 9, Group: 6, Name: "techadv", Email: "carol@mail.example"},
		{Person: 9, Group: 10, Name: "lead", Email: "carol@mail.example"},
	}}
}

func theFacts() frontdesk.Facts {
	return frontdesk.Facts{
		Now: noon, Person: 7, Roles: theRoles(), Groups: theGroups(), Counted: []string{"chair", "secr", "delegate", "lead"}, AreaDirectors: true,
		Found: xmppadmin.Room{State: xmppadmin.Absent}, Quota: frontdesk.Quota{Group: 5, Person: 10, Days: 180, All: 200},
	}
}

// open returns n open requests of a group and a person.
func open(n int, acronym string, person int, state frontdesk.State) []frontdesk.Request {
	var all []frontdesk.Request
	for i := range n {
		r := frontdesk.Request{ID: int64(i + 1), Room: strings.Repeat("x", i+1), Acronym: acronym, Person: person, State: state}
		r.JID = "other@example.org"
		all = append(all, r)
	}
	return all
}

// setNow has it be another time, at which the lists are as recent as before.
func setNow(f *frontdesk.Facts, now time.Time) {
	f.Now, f.Roles.Confirmed, f.Groups.Confirmed = now, now.Add(-time.Hour), now.Add(-time.Hour)
}

// TestDecide has each condition fail by itself, and what is just inside it.
func TestDecide(t *testing.T) {
	t.Parallel()
	const yes, wait, no = frontdesk.Approves, frontdesk.Waits, frontdesk.Refuses
	type facts = frontdesk.Facts
	tests := []struct {
		name    string
		change  func(*frontdesk.Request, *facts)
		outcome frontdesk.Outcome
		why     string
	}{
		{"all holds", func(*frontdesk.Request, *facts) {}, yes, ""},

		{"1: not linked", func(_ *frontdesk.Request, f *facts) { f.Person = 0 }, wait, "the address is not linked to a person of the Datatracker"},
		{"1: no role", func(_ *frontdesk.Request, f *facts) { f.Person = 9 }, wait, "you have no role in the group quic"},
		{"1: a role that does not count", func(_ *frontdesk.Request, f *facts) { f.Counted = []string{"secr"} }, wait, "you have no role in the group quic"},
		{"1: area director", func(_ *frontdesk.Request, f *facts) { f.Person = 8 }, yes, ""},
		{"1: area directors do not count", func(_ *frontdesk.Request, f *facts) { f.Person, f.AreaDirectors = 8, false }, wait, "you have no role in the group quic"},
		{"1: director of another area", func(r *frontdesk.Request, f *facts) { f.Person, r.Acronym, r.Room = 8, "bar", "bar-dt" }, wait,
			"you have no role in the group bar"},
		{"1: BOF", func(r *frontdesk.Request, _ *facts) { r.Acronym, r.Room = "bar", "bar-dt" }, yes, ""},
		{"1: proposed", func(r *frontdesk.Request, _ *facts) { r.Acronym, r.Room = "prop", "prop-dt" }, yes, ""},
		{"1: lead", func(r *frontdesk.Request, f *facts) { f.Person, r.Acronym, r.Room = 9, "iab", "iab-dt" }, yes, ""},
		{"1: concluded", func(r *frontdesk.Request, _ *facts) { r.Acronym, r.Room = "old", "old-dt" }, wait, "the group old is not active"},
		{"1: unknown group", func(r *frontdesk.Request, _ *facts) { r.Acronym, r.Room = "none", "none-dt" }, wait,
			"there is no group none; the name is in the name space of no group"},
		{"1: incomplete", func(_ *frontdesk.Request, f *facts) { f.Roles.Incomplete = true }, wait, "the Datatracker's list of roles is not complete"},
		{"1: unread rows", func(_ *frontdesk.Request, f *facts) { f.Roles.Unread = 1 }, wait, "the Datatracker's list of roles is not complete"},
		{"1: a day old", func(_ *frontdesk.Request, f *facts) { f.Roles.Confirmed = noon.Add(-24 * time.Hour) }, yes, ""},
		{"1: a day old and a cached copy", func(_ *frontdesk.Request, f *facts) { f.Roles.Confirmed, f.Roles.Stale = noon.Add(-24*time.Hour), true }, yes, ""},
		{"1: older", func(_ *frontdesk.Request, f *facts) { f.Roles.Confirmed = noon.Add(-24*time.Hour - time.Second) }, wait,
			"the Datatracker's list of roles is older than a day"},
		{"1: confirmed in the future", func(_ *frontdesk.Request, f *facts) { f.Roles.Confirmed = noon.AddDate(0, 0, 2) }, wait,
			"the Datatracker's list of roles is older than a day"},
		{"1: never confirmed", func(_ *frontdesk.Request, f *facts) { f.Roles.Confirmed = time.Time{} }, wait, "the Datatracker's list of roles is older than a day"},

		{"2: no hyphen", func(r *frontdesk.Request, _ *facts) { r.Room = "quicdt" }, wait,
			"the name is not quic, a hyphen, and up to 20 letters, digits and hyphens"},
		{"2: one letter", func(r *frontdesk.Request, _ *facts) { r.Room = "quic-x" }, yes, ""},
		{"2: twenty letters", func(r *frontdesk.Request, _ *facts) { r.Room = "quic-" + strings.Repeat("x", 20) }, yes, ""},
		{"2: twenty-one letters", func(r *frontdesk.Request, _ *facts) { r.Room = "quic-" + strings.Repeat("x", 21) }, wait,
			"the name is not quic, a hyphen, and up to 20 letters, digits and hyphens"},
		{"2: hyphen at the end", func(r *frontdesk.Request, _ *facts) { r.Room = "quic-x-" }, wait,
			"the name is not quic, a hyphen, and up to 20 letters, digits and hyphens"},
		{"2: a dot", func(r *frontdesk.Request, _ *facts) { r.Room = "quic-x.y" }, wait, "the name is not quic, a hyphen, and up to 20 letters, digits and hyphens"},
		{"2: longest acronym", func(r *frontdesk.Request, _ *facts) { r.Acronym, r.Room = "foo", "foo-bar-dt" }, wait, "the name belongs to the group foo-bar"},
		{"2: not the longer one", func(r *frontdesk.Request, _ *facts) { r.Acronym, r.Room = "foo", "foo-barn" }, yes, ""},
		{"2: another group's", func(r *frontdesk.Request, _ *facts) { r.Room = "foo-dt" }, wait,
			"the name is not quic, a hyphen, and up to 20 letters, digits and hyphens"},
		{"2: for no group", func(r *frontdesk.Request, _ *facts) { r.Acronym, r.Room = "", "hallway" }, wait,
			"the room is for no group; the name is in the name space of no group"},

		{"3: an acronym", func(r *frontdesk.Request, _ *facts) { r.Room = "quic-taken" }, wait,
			"the name belongs to the group quic-taken; the name is the acronym of the group quic-taken"},
		{"3: incomplete", func(_ *frontdesk.Request, f *facts) { f.Groups.Incomplete = true }, wait, "the Datatracker's list of groups is not complete"},
		{"3: unread rows", func(_ *frontdesk.Request, f *facts) { f.Groups.Unread.Rows = 1 }, wait, "the Datatracker's list of groups is not complete"},
		{"3: a day old", func(_ *frontdesk.Request, f *facts) {
			f.Groups.Stale, f.Groups.Confirmed = true, noon.Add(-24*time.Hour)
		}, yes, ""},
		{"3: older", func(_ *frontdesk.Request, f *facts) { f.Groups.Confirmed = noon.Add(-25 * time.Hour) }, wait,
			"the Datatracker's list of groups is older than a day"},
		{"3: never confirmed", func(_ *frontdesk.Request, f *facts) { f.Groups.Confirmed = time.Time{} }, wait,
			"the Datatracker's list of groups is older than a day"},

		{"4: an open request", func(r *frontdesk.Request, f *facts) {
			f.Open = []frontdesk.Request{{ID: 3, Room: r.Room, State: frontdesk.Live}}
		}, no,
			"request 3, which is open, has the name quic-dt"},
		{"4: wanted otherwise", func(_ *frontdesk.Request, f *facts) { f.Reserved = "a session has the room" }, wait, "a session has the room"},
		{"4: not known", func(_ *frontdesk.Request, f *facts) { f.ReservedUnknown = errors.New("no agenda") }, wait,
			"it is not known whether the name is in use otherwise"},

		{"5: unknown", func(_ *frontdesk.Request, f *facts) { f.Found = xmppadmin.Room{} }, wait, "it is not known whether the room exists already"},
		{"5: unmanaged", func(_ *frontdesk.Request, f *facts) {
			f.Found = xmppadmin.Room{State: xmppadmin.Exists, Archived: true}
		}, wait,
			"the room exists already, and others made it"},
		{"5: live", func(_ *frontdesk.Request, f *facts) { f.Found = xmppadmin.Room{State: xmppadmin.Exists, Managed: true} }, wait, "the room exists already"},
		{"5: archived", func(_ *frontdesk.Request, f *facts) {
			f.Found = xmppadmin.Room{State: xmppadmin.Exists, Managed: true, Archived: true}
		}, yes, ""},

		{"6: group nearly full", func(_ *frontdesk.Request, f *facts) { f.Open = open(4, "quic", 1, frontdesk.Live) }, yes, ""},
		{"6: group full", func(_ *frontdesk.Request, f *facts) { f.Open = open(5, "quic", 1, frontdesk.Live) }, wait, "the group quic has 5 rooms by request already"},
		{"6: others wait for the group", func(_ *frontdesk.Request, f *facts) { f.Open = open(5, "quic", 1, frontdesk.Pending) }, yes, ""},
		{"6: person nearly full", func(_ *frontdesk.Request, f *facts) { f.Open = open(9, "foo", 7, frontdesk.Live) }, yes, ""},
		{"6: person full", func(_ *frontdesk.Request, f *facts) { f.Open = open(10, "foo", 7, frontdesk.Live) }, wait, "you have 10 open requests already"},
		{"6: person waits too often", func(_ *frontdesk.Request, f *facts) { f.Open = open(10, "foo", 7, frontdesk.Pending) }, no,
			"10 of your requests wait already"},
		{"6: all nearly full", func(_ *frontdesk.Request, f *facts) { f.Open = open(199, "foo", 1, frontdesk.Live) }, yes, ""},
		{"6: all full", func(_ *frontdesk.Request, f *facts) { f.Open = open(200, "foo", 1, frontdesk.Live) }, no,
			"200 requests are open in all, and no more are taken"},
		{"6: today", func(r *frontdesk.Request, _ *facts) { r.Until = "2026-11-24" }, no, "the last day must be tomorrow or later"},
		{"6: tomorrow", func(r *frontdesk.Request, _ *facts) { r.Until = "2026-11-25" }, yes, ""},
		{"6: tomorrow, a second before midnight", func(r *frontdesk.Request, f *facts) {
			setNow(f, time.Date(2026, 11, 24, 23, 59, 59, 0, time.UTC))
			r.Until = "2026-11-25"
		}, yes, ""},
		{"6: tomorrow, at midnight", func(r *frontdesk.Request, f *facts) {
			setNow(f, time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
			r.Until = "2026-11-25"
		}, no, "the last day must be tomorrow or later"},
		{"6: tomorrow in UTC, today where the desk is", func(r *frontdesk.Request, f *facts) {
			setNow(f, time.Date(2026, 11, 25, 0, 30, 0, 0, time.FixedZone("east", 60*60)))
			r.Until = "2026-11-25"
		}, yes, ""},
		{"6: in 180 days in UTC, 179 where the desk is", func(r *frontdesk.Request, f *facts) {
			setNow(f, time.Date(2026, 11, 25, 0, 30, 0, 0, time.FixedZone("east", 60*60)))
			r.Until = "2027-05-24"
		}, wait, "the last day is more than 180 days from now"},
		{"6: a leap day", func(r *frontdesk.Request, f *facts) {
			setNow(f, time.Date(2028, 2, 1, 0, 0, 0, 0, time.UTC))
			r.Until = "2028-02-29"
		}, yes, ""},
		{"6: no leap day", func(r *frontdesk.Request, _ *facts) { r.Until = "2027-02-29" }, no, "the last day is no date such as 2026-12-24"},
		{"6: in 180 days", func(r *frontdesk.Request, _ *facts) { r.Until = "2027-05-23" }, yes, ""},
		{"6: in 181 days", func(r *frontdesk.Request, _ *facts) { r.Until = "2027-05-24" }, wait, "the last day is more than 180 days from now"},
		{"6: no date", func(r *frontdesk.Request, _ *facts) { r.Until = "2026-13-24" }, no, "the last day is no date such as 2026-12-24"},
		{"no room name", func(r *frontdesk.Request, _ *facts) { r.Room = "quic dt" }, no, "the name does not match [a-z0-9][a-z0-9._-]*"},
		{"Cyrillic letters", func(r *frontdesk.Request, _ *facts) { r.Room = "quic-d\u0442" }, no, "the name does not match [a-z0-9][a-z0-9._-]*"},
		{"the sign of Kelvin", func(r *frontdesk.Request, _ *facts) { r.Room = "quic-\u212a" }, no, "the name does not match [a-z0-9][a-z0-9._-]*"},
		{"capitals", func(r *frontdesk.Request, _ *facts) { r.Room = "QUIC-dt" }, no, "the name does not match [a-z0-9][a-z0-9._-]*"},
		{"in order", func(_ *frontdesk.Request, f *facts) { f.Person, f.Found, f.Reserved = 0, xmppadmin.Room{}, "it stands" }, wait,
			"the address is not linked to a person of the Datatracker; it stands; it is not known whether the room exists already"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, f := sample("quic-dt"), theFacts()
			test.change(&r, &f)
			v := frontdesk.Decide(r, f)
			if v.Outcome != test.outcome {
				t.Errorf("outcome %d, not %d", v.Outcome, test.outcome)
			}
			if diff := cmp.Diff(test.why, v.Why()); diff != "" {
				t.Errorf("reasons -want +got:\n%s", diff)
			}
		})
	}
}

func TestNameSpace(t *testing.T) {
	t.Parallel()
	groups := theGroups()
	groups.Groups = append(groups.Groups, group(11, "6MAN", "wg", agenda.StateActive, ""))
	for name, want := range map[string]string{
		"quic-dt": "quic", "quic": "quic", "foo-bar": "foo-bar", "foo-bar-dt": "foo-bar", "foo-barn": "foo", "6man-dt": "6man",
		"quicker-dt": "", "quic_dt": "", "hallway": "", "": "", "-": "",
	} {
		got, err := frontdesk.NameSpace(name, &groups)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is in %q, %v; want %q", name, got, err, want)
		}
	}
}
