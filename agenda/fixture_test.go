package agenda_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"muster/agenda"
	"muster/agenda/internal/fetch"
	"muster/fixtures/datatracker"
	"muster/fixtures/meeting"
)

const groupList = "/api/v1/group/group/"

// yearRound are the types of the groups that have a room all year.
func yearRound() []string { return []string{"wg", "rg", "ag", "rag", "dir"} }

// reader makes a client of a fixture, with a cache.
func reader(t *testing.T, url string) *agenda.Client {
	t.Helper()
	c, err := agenda.New(agenda.Config{URL: url, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func read(t *testing.T, c *agenda.Client, types ...string) agenda.GroupList {
	t.Helper()
	l, err := c.Groups(t.Context(), types)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// group finds a group of a list.
func group(t *testing.T, l agenda.GroupList, acronym string) agenda.GroupRecord {
	t.Helper()
	at := slices.IndexFunc(l.Groups, func(g agenda.GroupRecord) bool { return g.Acronym == acronym })
	if at < 0 {
		t.Fatalf("there is no group %q", acronym)
	}
	return l.Groups[at]
}

func TestGroupsOf126(t *testing.T) {
	t.Parallel()
	m := meeting.IETF126()
	d, url := datatracker.Start(t, m)
	c := reader(t, url)
	l := read(t, c, yearRound()...)
	if len(l.Warnings) > 0 || l.Stale || l.Incomplete || l.Unread.Rows > 0 {
		t.Errorf("got %+v", l)
	}
	want := map[string]agenda.Group{}
	for _, g := range m.Groups {
		if !slices.Contains(yearRound(), g.Type) {
			continue
		}
		acronym, state := g.Acronym, agenda.GroupState(g.State)
		if g.Today != "" {
			acronym = g.Today
		}
		if g.StateToday != "" {
			state = agenda.GroupState(g.StateToday)
		}
		want[acronym] = agenda.Group{Acronym: acronym, Name: g.Name, Type: g.Type, State: state, Parent: g.Parent, BOF: state == "bof"}
	}
	if len(l.Groups) != len(want) || len(want) < 150 {
		t.Errorf("%d groups, want %d", len(l.Groups), len(want))
	}
	for _, g := range l.Groups {
		if g.Group != want[g.Acronym] || g.Changed.IsZero() {
			t.Errorf("got %+v, want %+v", g, want[g.Acronym])
		}
	}
	asked := d.Requests(groupList)
	if again := read(t, c, yearRound()...); again.Digest() != l.Digest() || d.Requests(groupList) != 2*asked {
		t.Error("read again it is another list")
	}
	// Who meets under an acronym of its own day is in both.
	meeting, err := c.Meeting(t.Context(), "126")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range meeting.Groups {
		if g.Type == "wg" && g.State == "active" && group(t, l, g.Acronym).Group != g {
			t.Errorf("%+v on the agenda is %+v in the list", g, group(t, l, g.Acronym))
		}
	}
	if nimby := group(t, l, "ivy"); nimby.BOF || nimby.State != "active" {
		t.Errorf("the working group that the BOF nimby became is %+v", nimby)
	}
}

func TestGroupIsConcluded(t *testing.T) {
	t.Parallel()
	d, url := datatracker.Start(t, meeting.IETF126())
	c := reader(t, url)
	before := read(t, c, yearRound()...)
	d.SetGroup(meeting.Group{Acronym: "tls", Name: "Transport Layer Security", Type: "wg", State: "conclude", Parent: "sec"})
	after := read(t, c, yearRound()...)
	if g := group(t, after, "tls"); g.State != "conclude" || after.Digest() == before.Digest() || after.Stale {
		t.Errorf("got %+v", g)
	}
}

func TestGroupsOfAServerThatFails(t *testing.T) {
	t.Parallel()
	_, url := datatracker.Start(t, meeting.IETF126())
	whole := read(t, reader(t, url), yearRound()...)
	tests := map[string]struct {
		how    datatracker.Failure
		unread int
		kind   error
	}{
		"a bad row":        {datatracker.BadRow(2, http.StatusNotFound), 4, nil}, // wg, rg, ag, dir
		"another bad row":  {datatracker.BadRow(70, http.StatusNotFound), 1, nil},
		"not there":        {datatracker.HTMLPage(http.StatusNotFound), 0, fetch.ErrUnusable},
		"forbidden":        {datatracker.HTMLPage(http.StatusForbidden), 0, fetch.ErrUnusable},
		"a page of a sort": {datatracker.NotJSON(), 0, fetch.ErrUnusable},
		"something else":   {datatracker.WrongJSON(), 0, fetch.ErrUnusable},
		"too large":        {datatracker.Huge(), 0, fetch.ErrUnusable},
		"slow":             {datatracker.Drip(4096, time.Millisecond), 0, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, url := datatracker.Start(t, meeting.IETF126())
			d.Fail(groupList, tt.how)
			l, err := reader(t, url).Groups(t.Context(), yearRound())
			if tt.kind != nil {
				if !errors.Is(err, tt.kind) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || l.Unread.Rows != tt.unread || len(l.Groups) != len(whole.Groups)-tt.unread || l.Incomplete {
				t.Errorf("%d of %d groups, %d unread, incomplete %t, %v", len(l.Groups), len(whole.Groups), l.Unread.Rows, l.Incomplete, err)
			}
		})
	}
	t.Run("emptied", func(t *testing.T) {
		t.Parallel()
		d, url := datatracker.Start(t, meeting.IETF126())
		d.Fail(groupList, datatracker.EmptyList())
		if l := read(t, reader(t, url), yearRound()...); !l.Incomplete || len(l.Warnings) != len(yearRound()) {
			t.Errorf("got %+v", l)
		}
	})
}

func TestThousandsOfGroups(t *testing.T) {
	t.Parallel()
	d, url := datatracker.Start(t, meeting.Large(2100))
	l := read(t, reader(t, url), "wg")
	if len(l.Groups) != 2100 || l.Incomplete || len(l.Warnings) > 0 {
		t.Errorf("%d groups, warnings %q", len(l.Groups), l.Warnings)
	}
	if got := d.Requests(groupList); got != 3+3 {
		t.Errorf("asked %d times", got)
	}
}
