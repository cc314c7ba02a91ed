package desk

import (
	"context"
	"sync"
	"time"

	"muster/agenda"
	"muster/frontdesk"
)

// How long what the Datatracker has is kept.
const (
	listsEvery  = 15 * time.Minute
	listsAgain  = 2 * time.Minute // after they could not be had, or only from the cache
	personEvery = 24 * time.Hour
	mostPersons = 10_000
)

// Datatracker reads the Datatracker, each time anew.
type Datatracker struct {
	Roles    func(ctx context.Context) (agenda.RoleList, error)
	Acronyms func(ctx context.Context) (agenda.GroupList, error)
	Profiles func(ctx context.Context) (agenda.ProfileList, error)
	Person   func(ctx context.Context, id int) (agenda.Person, error)
}

// People has the Datatracker's lists in memory and reads them anew every 15
// minutes. It is a [frontdesk.People]. What was read last is kept where the
// Datatracker does not answer: each list has the time of its confirmation.
type People struct {
	roles    list[agenda.RoleList]
	acronyms list[agenda.GroupList]
	profiles list[agenda.ProfileList]

	person  func(ctx context.Context, id int) (agenda.Person, error)
	now     func() time.Time
	mu      sync.Mutex
	persons map[int]look[agenda.Person]
}

var _ frontdesk.People = (*People)(nil)

// NewPeople returns the people of a Datatracker. Nothing is read yet.
func NewPeople(d Datatracker, now func() time.Time) *People {
	return &People{
		roles:    list[agenda.RoleList]{read: d.Roles, stale: func(l agenda.RoleList) bool { return l.Stale || l.Incomplete }},
		acronyms: list[agenda.GroupList]{read: d.Acronyms, stale: func(l agenda.GroupList) bool { return l.Stale || l.Incomplete }},
		profiles: list[agenda.ProfileList]{read: d.Profiles, stale: func(l agenda.ProfileList) bool { return l.Stale || l.Incomplete }},
		person:   d.Person, now: now, persons: make(map[int]look[agenda.Person]),
	}
}

// Roles returns the list of roles.
func (p *People) Roles(ctx context.Context) (agenda.RoleList, error) {
	return p.roles.get(ctx, p.now())
}

// Acronyms returns the groups of every type and in every state.
func (p *People) Acronyms(ctx context.Context) (agenda.GroupList, error) {
	return p.acronyms.get(ctx, p.now())
}

// Profiles returns what people have written in their profiles.
func (p *People) Profiles(ctx context.Context) (agenda.ProfileList, error) {
	return p.profiles.get(ctx, p.now())
}

// Person returns one person, as of at most a day ago.
func (p *People) Person(ctx context.Context, id int) (agenda.Person, error) {
	p.mu.Lock()
	have, ok := p.persons[id]
	p.mu.Unlock()
	if ok && p.now().Sub(have.at) < personEvery {
		return have.value, nil
	}
	got, err := p.person(ctx, id)
	if err != nil {
		if ok {
			return have.value, nil
		}
		return got, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.persons) >= mostPersons {
		clear(p.persons)
	}
	p.persons[id] = look[agenda.Person]{got, p.now()}
	return got, nil
}

// Refresh reads the lists that are due. The error is that of the first list that
// could not be had.
func (p *People) Refresh(ctx context.Context) error {
	var first error
	for _, refresh := range []func(context.Context, time.Time) error{p.roles.refresh, p.acronyms.refresh, p.profiles.refresh} {
		if err := refresh(ctx, p.now()); first == nil {
			first = err
		}
	}
	return first
}

// Confirmed returns when the Datatracker last confirmed the list of roles; zero
// for never. It reads nothing.
func (p *People) Confirmed() time.Time {
	have, _, _ := p.roles.last()
	return have.Confirmed
}

// list is one list in memory.
type list[T any] struct {
	read  func(ctx context.Context) (T, error)
	stale func(T) bool

	reading sync.Mutex // held while it is read, so that all wait for one answer
	due     time.Time  // guarded by reading

	mu     sync.Mutex // guards what follows
	have   T
	any    bool  // there is one
	failed error // why there is none yet, where it was tried
}

// get returns the list as it was read last. One that was never read is read now,
// once: those who ask do not wait for a Datatracker that does not answer.
func (l *list[T]) get(ctx context.Context, now time.Time) (T, error) {
	have, ok, failed := l.last()
	if !ok && failed == nil {
		_ = l.refresh(ctx, now)
		have, ok, failed = l.last()
	}
	if ok {
		return have, nil
	}
	return have, failed
}

// last returns the list as it was read last, whether there is one, and why there
// is none.
func (l *list[T]) last() (have T, ok bool, failed error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.have, l.any, l.failed
}

// refresh reads the list where it is due. Where that fails, the one that there was
// stays.
func (l *list[T]) refresh(ctx context.Context, now time.Time) error {
	l.reading.Lock()
	defer l.reading.Unlock()
	if now.Before(l.due) {
		return nil
	}
	got, err := l.read(ctx)
	l.due = now.Add(listsAgain)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		if !l.any { // it is missed: the next refresh reads it
			l.due, l.failed = time.Time{}, err
		}
		return err
	}
	if !l.stale(got) {
		l.due = now.Add(listsEvery)
	}
	l.have, l.any = got, true
	return nil
}
