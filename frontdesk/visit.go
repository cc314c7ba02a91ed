package frontdesk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"muster/agenda"
	"muster/provision"
)

// Desk decides what is answered to whom, and when rooms are made and end. It
// knows no XML and reads no clock. It is safe for use by many goroutines.
type Desk struct {
	cfg       Config
	store     *Store
	people    People
	rooms     Rooms
	addresses provision.Addresses
	log       *slog.Logger
	sessions  *sessions
	// deciding is held while a request is counted, decided and added, so that
	// two at once do not both fit into the last place.
	deciding sync.Mutex
	chats    *chats
	ticks    ticks
}

// New returns a desk.
func New(cfg Config, s *Store, p People, r Rooms) (*Desk, error) {
	addresses, err := provision.NewAddresses(cfg.Service)
	if err != nil {
		return nil, err
	}
	if cfg.Domain == "" || cfg.Chat == "" {
		return nil, errors.New("front desk: no address")
	}
	d := &Desk{cfg: cfg, store: s, people: p, rooms: r, addresses: addresses, log: cfg.Logger,
		sessions: newSessions(), chats: newChats(), ticks: newTicks()}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	return d, nil
}

// visitor is a caller, and what is known of that person.
type visitor struct {
	jid         string
	vouched     bool // the server vouches for the JID well enough
	secretariat bool
	link        Link
	linked      bool
	facts       Facts // but for what is known of one room
	lists       error // why roles or groups are not to be had
}

// visit finds out who a caller is.
func (d *Desk) visit(ctx context.Context, c Caller, now time.Time) (visitor, error) {
	v := visitor{jid: c.JID}
	v.vouched = d.cfg.Remote || strings.HasSuffix(c.JID, "@"+d.cfg.Local) && d.cfg.Local != ""
	if !v.vouched {
		return v, nil
	}
	v.secretariat = slices.Contains(d.cfg.Secretariat, c.JID)
	var err error
	if v.link, v.linked, err = d.store.LinkOf(ctx, c.JID); err != nil {
		return v, err
	}
	v.facts, v.lists = d.lists(ctx, now)
	v.facts.Person = v.link.Person
	return v, nil
}

// lists returns the facts that are the same for every request.
func (d *Desk) lists(ctx context.Context, now time.Time) (Facts, error) {
	f := Facts{Now: now, Counted: d.cfg.Roles, AreaDirectors: d.cfg.AreaDirectors, Quota: d.cfg.Quota}
	var failed, other error
	f.Roles, failed = d.people.Roles(ctx)
	f.Groups, other = d.people.Acronyms(ctx)
	if failed != nil {
		f.Roles.Incomplete = true
	}
	if other != nil {
		f.Groups.Incomplete = true
	}
	if err := errors.Join(failed, other); err != nil {
		d.log.WarnContext(ctx, "the Datatracker's lists are not to be had", "error", err)
		return f, err
	}
	return f, nil
}

// groups are the active groups in which a visitor has a role.
func (v visitor) groups() []agenda.GroupRecord {
	if !v.linked {
		return nil
	}
	return groupsOf(v.link.Person, v.facts)
}

// factsOf adds what is known of one room. It asks the service, and is slow.
func (d *Desk) factsOf(ctx context.Context, v visitor, room string) Facts {
	f := v.facts
	f.Reserved, f.ReservedUnknown = d.rooms.Reserved(ctx, room)
	found, err := d.rooms.Look(ctx, room)
	if err != nil {
		d.log.WarnContext(ctx, "a room could not be looked at", "room", room, "error", err)
		found.State = 0
	}
	f.Found = found
	if f.ReservedUnknown != nil {
		d.log.WarnContext(ctx, "the rooms that are wanted are not known", "error", f.ReservedUnknown)
	}
	return f
}

// open adds the open requests to the facts.
func (d *Desk) open(ctx context.Context, f Facts) (Facts, error) {
	var err error
	f.Open, err = d.store.Requests(ctx, Filter{States: []State{Pending, Approved, Live}})
	return f, err
}

// asked is what became of a request that was made.
type asked struct {
	verdict Verdict
	request Request
	made    Made
	failed  error // why the room is not there yet
}

// ask decides a request and keeps it, and makes the room where it is approved. A
// request that was kept before under the same origin is that one.
func (d *Desk) ask(ctx context.Context, v visitor, r Request, now time.Time) (asked, error) {
	f := v.facts
	if provision.CheckName(r.Room) == "" {
		f = d.factsOf(ctx, v, r.Room)
	}
	a, err := d.keep(ctx, r, f, now)
	if err != nil || a.verdict.Outcome != Approves {
		return a, err
	}
	a.made, a.failed = d.make(ctx, a.request, now)
	a.request, err = d.store.Request(ctx, a.request.ID)
	return a, err
}

// keep decides a request and keeps it.
func (d *Desk) keep(ctx context.Context, r Request, f Facts, now time.Time) (asked, error) {
	d.deciding.Lock()
	defer d.deciding.Unlock()
	f, err := d.open(ctx, f)
	if err != nil {
		return asked{}, err
	}
	a := asked{verdict: Decide(r, f)}
	if a.verdict.Outcome == Refuses {
		return a, nil
	}
	r.Reason = a.verdict.Why()
	a.request, err = d.store.Add(ctx, r, a.verdict.Outcome == Approves, now)
	if errors.Is(err, ErrTaken) { // from the command line, meanwhile
		return asked{verdict: Verdict{Refuses, []string{"another open request has the name " + r.Room}}}, nil
	}
	if err == nil {
		d.note(ctx, a.request)
	}
	if err == nil && a.verdict.Outcome == Waits {
		err = d.summarize(ctx, now)
	}
	return a, err
}

// note logs where a request stands after it changed.
func (d *Desk) note(ctx context.Context, r Request) {
	d.log.InfoContext(ctx, "request "+string(r.State), "request", r.ID, "room", r.Room, "until", r.Until,
		"by", r.JID, "decided_by", r.DecidedBy, "reason", r.Reason)
}

// make makes the room of an approved request and notes what became of it.
func (d *Desk) make(ctx context.Context, r Request, now time.Time) (Made, error) {
	made, err := d.rooms.Make(ctx, r.Room)
	run := Run{Service: d.cfg.Service}
	switch {
	case err == nil:
		if made.Log == "" {
			made.Log = d.logOf(r.Room)
		}
		run.Live = map[string]string{r.Room: made.Log}
	case errors.Is(err, ErrBusy), ctx.Err() != nil:
		return made, err // nothing is wrong: it is made later
	case errors.Is(err, ErrSuperseded):
		run.Superseded = []string{r.Room}
	default:
		d.log.WarnContext(ctx, "a room could not be made", "room", r.Room, "request", r.ID, "error", err)
		run.Failed = map[string]string{r.Room: provision.OneLine(err.Error(), provision.MaxSubject)}
	}
	if settled := d.store.Settle(ctx, run, now); settled != nil {
		return made, settled
	}
	if err == nil {
		d.welcome(ctx, r, now)
	}
	return made, err
}

// logOf returns where the log of a room is published, or nothing.
func (d *Desk) logOf(room string) string { return strings.ReplaceAll(d.cfg.LogURL, "{room}", room) }

// roleText returns the roles of a person in words: "chair of quic, secr of tls".
func roleText(person int, f Facts) string {
	var parts []string
	for _, g := range groupsOf(person, f) {
		parts = append(parts, fmt.Sprintf("%s of %s", strings.Join(rolesIn(person, g, f), " and "), g.Acronym))
	}
	if len(parts) > 8 {
		parts = append(parts[:8], fmt.Sprintf("and in %d groups more", len(parts)-8))
	}
	return strings.Join(parts, ", ")
}
