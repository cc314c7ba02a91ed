package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"muster/agenda"
	"muster/cmd/muster/internal/desk"
)

// tracker is a Datatracker that counts what is read of it.
type tracker struct {
	reads   int
	persons int
	list    agenda.RoleList
	err     error
}

func (d *tracker) people(now func() time.Time) *desk.People {
	return desk.NewPeople(desk.Datatracker{
		Roles:    func(context.Context) (agenda.RoleList, error) { d.reads++; return d.list, d.err },
		Acronyms: func(context.Context) (agenda.GroupList, error) { return agenda.GroupList{}, d.err },
		Profiles: func(context.Context) (agenda.ProfileList, error) { return agenda.ProfileList{}, d.err },
		Person: func(_ context.Context, id int) (agenda.Person, error) {
			d.persons++
			return agenda.Person{ID: id, Name: "Alice"}, d.err
		},
	}, now)
}

// TestPeople reads the lists when they are due, and keeps them when they cannot be
// had.
func TestPeople(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	d := &tracker{err: errors.New("no answer")}
	p := d.people(func() time.Time { return now })
	want := func(what string, reads, roles int) {
		t.Helper()
		got, err := p.Roles(t.Context())
		if err != nil || d.reads != reads || len(got.Roles) != roles {
			t.Errorf("%s: %d roles after %d reads (%v), not %d after %d", what, len(got.Roles), d.reads, err, roles, reads)
		}
	}
	if _, err := p.Roles(t.Context()); err == nil || !p.Confirmed().IsZero() {
		t.Errorf("a list that was never had: %v, confirmed %v", err, p.Confirmed())
	}
	for range 3 { // those who ask do not wait for it
		if _, err := p.Roles(t.Context()); err == nil || d.reads != 1 {
			t.Errorf("a list that could not be had is read %d times: %v", d.reads, err)
		}
	}
	d.err, d.list = nil, agenda.RoleList{Roles: make([]agenda.Role, 1), Confirmed: now}
	if err := p.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
	want("the first", 2, 1)
	want("and again", 2, 1)
	if !p.Confirmed().Equal(now) {
		t.Errorf("it was confirmed %v", p.Confirmed())
	}
	if err := p.Refresh(t.Context()); err != nil || d.reads != 2 {
		t.Errorf("refreshed before it is due: %d reads, %v", d.reads, err)
	}
	now = now.Add(15 * time.Minute)
	d.list.Roles = make([]agenda.Role, 2)
	want("due, and not refreshed", 2, 1)
	if err := p.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
	want("refreshed", 3, 2)
	d.err = errors.New("no answer")
	now = now.Add(15 * time.Minute)
	if err := p.Refresh(t.Context()); err == nil {
		t.Error("a refresh without an answer has no error")
	}
	want("kept", 4, 2)
	d.err, d.list.Stale = nil, true
	now = now.Add(2 * time.Minute)
	for range 2 {
		if err := p.Refresh(t.Context()); err != nil {
			t.Error(err)
		}
	}
	want("an old copy", 5, 2)
	now = now.Add(2 * time.Minute)
	if err := p.Refresh(t.Context()); err != nil || d.reads != 6 {
		t.Errorf("an old copy is not read again soon: %d reads, %v", d.reads, err)
	}
}

func TestPerson(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	d := &tracker{}
	p := d.people(func() time.Time { return now })
	if got, err := p.Person(t.Context(), 7); err != nil || got.ID != 7 || d.persons != 1 {
		t.Errorf("a person is %+v after %d reads, %v", got, d.persons, err)
	}
	if _, err := p.Person(t.Context(), 7); err != nil || d.persons != 1 {
		t.Errorf("a person of today is read again: %d, %v", d.persons, err)
	}
	now, d.err = now.Add(25*time.Hour), errors.New("no answer")
	if got, err := p.Person(t.Context(), 7); err != nil || got.Name != "Alice" || d.persons != 2 {
		t.Errorf("without an answer: %+v after %d reads, %v", got, d.persons, err)
	}
	if _, err := p.Person(t.Context(), 8); err == nil {
		t.Error("a person who was never read has no error")
	}
}
