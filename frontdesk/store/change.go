package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"muster/provision/want"
)

// byDesk is the actor of what the front desk does by itself.
const byDesk = "desk"

// columns are those of a request, in the order that scanRequest reads.
const columns = `id, coalesce(origin, ''), room, coalesce(acronym, ''), title, purpose, until, coalesce(extend_to, ''), jid,
	coalesce(person, 0), state, made_at, decided_at, coalesce(decided_by, ''), coalesce(reason, ''), live_at, ended_at, warned_at, coalesce(error, '')`

// scanner is a row of a query.
type scanner interface{ Scan(...any) error }

func scanRequest(row scanner) (Request, error) {
	var r Request
	var made, decided, live, ended, warned sql.NullInt64
	err := row.Scan(&r.ID, &r.Origin, &r.Room, &r.Acronym, &r.Title, &r.Purpose, &r.Until, &r.ExtendTo, &r.JID,
		&r.Person, &r.State, &made, &decided, &r.DecidedBy, &r.Reason, &live, &ended, &warned, &r.Error)
	r.MadeAt, r.DecidedAt, r.LiveAt, r.EndedAt, r.WarnedAt = timeOf(made), timeOf(decided), timeOf(live), timeOf(ended), timeOf(warned)
	return r, err
}

// Requests returns the requests that a filter selects, by number.
func (s *Store) Requests(ctx context.Context, f Filter) ([]Request, error) {
	where, args := f.where()
	rows, err := s.db.QueryContext(ctx, "SELECT "+columns+" FROM request"+where+" ORDER BY id", args...)
	return collect(rows, err, func(r *sql.Rows) (Request, error) { return scanRequest(r) })
}

// Request returns one request; [ErrUnknown] where there is none.
func (s *Store) Request(ctx context.Context, id int64) (Request, error) {
	return oneRequest(s.db.QueryRowContext(ctx, "SELECT "+columns+" FROM request WHERE id = ?", id), id)
}

func oneRequest(row scanner, id int64) (Request, error) {
	r, err := scanRequest(row)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("request %d: %w", id, ErrUnknown)
	}
	return r, err
}

// History returns what happened to a request, the oldest first.
func (s *Store) History(ctx context.Context, id int64) ([]Entry, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT at, who, what, detail FROM event WHERE request = ? ORDER BY id", id)
	return collect(rows, err, func(r *sql.Rows) (e Entry, err error) {
		var at sql.NullInt64
		err = r.Scan(&at, &e.Who, &e.What, &e.Detail)
		e.At = timeOf(at)
		return e, err
	})
}

// Approved returns the approved and live requests, by number, as the derivation
// of rooms takes them. The end of some may be past: their rooms are to be
// archived. So are those of requests that were approved and then withdrawn, or
// ended, before any run reported their rooms: a run that was killed may have made
// them.
func (s *Store) Approved(ctx context.Context) ([]want.Request, error) {
	all, err := s.Requests(ctx, Filter{States: []State{Approved, Live, Withdrawn, Ended}})
	if err != nil {
		return nil, err
	}
	once, err := s.onceApproved(ctx)
	var out []want.Request
	for _, r := range all {
		w := r.wanted()
		w.Ended = !r.State.Open()
		if !w.Ended || r.LiveAt.IsZero() && once[r.ID] {
			out = append(out, w)
		}
	}
	return out, err
}

// onceApproved returns the numbers of the requests that were ever approved.
func (s *Store) onceApproved(ctx context.Context) (map[int64]bool, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT DISTINCT request FROM event WHERE what = ?", string(Approve))
	ids, err := collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	once := make(map[int64]bool, len(ids))
	for _, id := range ids {
		once[id] = true
	}
	return once, err
}

// Add adds a request and returns it with its number. It waits, with r.Reason as
// why, or is approved at once where approve is set, by r.DecidedBy, else by the
// desk. A request of the same Origin as an earlier one is that one, and nothing is
// added. A name that another open request has is [ErrTaken].
func (s *Store) Add(ctx context.Context, r Request, approve bool, now time.Time) (Request, error) {
	var out Request
	err := s.writeAt(ctx, now, func(c *change) (err error) {
		if r.Origin != "" {
			out, err = scanRequest(c.tx.QueryRowContext(ctx, "SELECT "+columns+" FROM request WHERE origin = ?", r.Origin))
			if !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		var by, at any
		if r.State = Pending; approve {
			r.State, r.DecidedBy = Approved, cmp.Or(r.DecidedBy, byDesk)
			by, at = r.DecidedBy, now.Unix()
		}
		res, err := c.tx.ExecContext(ctx, `INSERT INTO request
			(origin, room, acronym, title, purpose, until, jid, person, state, made_at, decided_at, decided_by, reason)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, orNull(r.Origin), r.Room, orNull(r.Acronym), r.Title, r.Purpose, r.Until,
			r.JID, orNull(r.Person), string(r.State), now.Unix(), at, by, orNull(r.Reason))
		if err != nil {
			return taken(err, r.Room)
		}
		if r.ID, err = res.LastInsertId(); err != nil {
			return err
		}
		if err := c.record(ctx, r.ID, r.JID, "request", r.Reason); err != nil {
			return err
		}
		if approve {
			err = c.record(ctx, r.ID, r.DecidedBy, string(Approve), "")
		} else {
			err = c.tell(ctx, r, "received", receivedText(r))
		}
		if err != nil {
			return err
		}
		out, err = c.request(ctx, r.ID)
		return err
	})
	return out, err
}

// taken turns the refusal of a name that is in use into [ErrTaken].
func taken(err error, room string) error {
	if strings.Contains(err.Error(), "UNIQUE constraint failed: request.room") {
		return fmt.Errorf("room %q: %w", room, ErrTaken)
	}
	return err
}

func (c *change) request(ctx context.Context, id int64) (Request, error) {
	return oneRequest(c.tx.QueryRowContext(ctx, "SELECT "+columns+" FROM request WHERE id = ?", id), id)
}

// save writes what may change of a request.
func (c *change) save(ctx context.Context, r Request) error {
	at := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.Unix()
	}
	_, err := c.tx.ExecContext(ctx, `UPDATE request SET room = ?, title = ?, purpose = ?, until = ?, extend_to = ?, state = ?,
		decided_at = ?, decided_by = ?, reason = ?, live_at = ?, ended_at = ?, warned_at = ?, error = ? WHERE id = ?`,
		r.Room, r.Title, r.Purpose, r.Until, orNull(r.ExtendTo), string(r.State), at(r.DecidedAt), orNull(r.DecidedBy), orNull(r.Reason),
		at(r.LiveAt), at(r.EndedAt), at(r.WarnedAt), orNull(r.Error), r.ID)
	if err != nil {
		return taken(err, r.Room)
	}
	return nil
}

// tell sends the requester a message about a request, once for each kind.
func (c *change) tell(ctx context.Context, r Request, kind, text string) error {
	if !r.HasJID() {
		return nil
	}
	_, err := c.send(ctx, Message{Key: fmt.Sprintf("request:%d:%s:%s", r.ID, kind, r.JID), Medium: Chat, Address: r.JID, Body: text})
	return err
}

// alter does to a request what do says, in one transaction: do changes r and
// returns the detail of the event.
func (s *Store) alter(ctx context.Context, id int64, e Event, by string, now time.Time, do func(*change, *Request) (string, error)) (Request, error) {
	var out Request
	err := s.writeAt(ctx, now, func(c *change) error {
		r, err := c.request(ctx, id)
		if err != nil {
			return err
		}
		detail, err := do(c, &r)
		if err != nil {
			return fmt.Errorf("request %d: %w", id, err)
		}
		if err := c.save(ctx, r); err != nil {
			return err
		}
		out = r
		return c.record(ctx, id, by, string(e), detail)
	})
	return out, err
}

// decide notes who decided on a request, and why.
func (r *Request) decide(by, reason string, now time.Time) {
	r.DecidedAt, r.DecidedBy, r.Reason = now.UTC().Truncate(time.Second), by, reason
}

// Amendment is what approving changes of a request; the empty string leaves it.
type Amendment struct{ Room, Title, Purpose, Until string }

func (a Amendment) apply(r *Request) string {
	var changes []string
	for _, f := range []struct {
		name string
		to   string
		at   *string
	}{{"room", a.Room, &r.Room}, {"title", a.Title, &r.Title}, {"purpose", a.Purpose, &r.Purpose}, {"until", a.Until, &r.Until}} {
		if f.to != "" && f.to != *f.at {
			changes = append(changes, fmt.Sprintf("%s %q instead of %q", f.name, f.to, *f.at))
			*f.at = f.to
		}
	}
	return strings.Join(changes, ", ")
}

// Approve approves a request that waits, or the extension of one that waits; of
// an amendment of an extension only Until counts. By is a bare JID or
// shell:USER.
func (s *Store) Approve(ctx context.Context, id int64, a Amendment, by string, now time.Time) (Request, error) {
	return s.alter(ctx, id, Approve, by, now, func(c *change, r *Request) (string, error) {
		if r.State != Pending && r.ExtendTo != "" {
			if a.Until == "" {
				a.Until = r.ExtendTo
			}
			detail := Amendment{Until: a.Until}.apply(r)
			r.ExtendTo, r.WarnedAt = "", time.Time{}
			r.decide(by, "", now)
			return detail, c.tell(ctx, *r, "extended:"+r.Until, extendedText(*r))
		}
		state, err := Next(r.State, Approve)
		if err != nil {
			return "", err
		}
		r.State = state
		detail := a.apply(r)
		r.decide(by, "", now)
		return detail, c.tell(ctx, *r, "approved", approvedText(*r, detail))
	})
}

// Deny denies a request that waits, or the extension of one that waits: the room
// then keeps the end that it has.
func (s *Store) Deny(ctx context.Context, id int64, reason, by string, now time.Time) (Request, error) {
	return s.alter(ctx, id, Deny, by, now, func(c *change, r *Request) (string, error) {
		if r.State != Pending && r.ExtendTo != "" {
			denied := r.ExtendTo
			r.ExtendTo = ""
			r.decide(by, reason, now)
			return reason, c.tell(ctx, *r, fmt.Sprintf("not extended:%s:%d", denied, now.Unix()), notExtendedText(*r, denied))
		}
		state, err := Next(r.State, Deny)
		if err != nil {
			return "", err
		}
		r.State = state
		r.decide(by, reason, now)
		return reason, c.tell(ctx, *r, "denied", deniedText(*r))
	})
}

// Withdraw withdraws a request. A live room is no longer wanted from now on, and
// its request ends when the room is archived.
func (s *Store) Withdraw(ctx context.Context, id int64, by string, now time.Time) (Request, error) {
	return s.alter(ctx, id, Withdraw, by, now, func(c *change, r *Request) (string, error) {
		state, err := Next(r.State, Withdraw)
		if err != nil {
			return "", err
		}
		if r.State == Live {
			if r.End().After(now) {
				r.Until = dayOf(now.AddDate(0, 0, -1))
			}
		} else {
			r.EndedAt = now.UTC().Truncate(time.Second)
		}
		r.State, r.ExtendTo = state, ""
		r.decide(by, "withdrawn", now)
		if by == r.JID {
			return "", nil
		}
		return "", c.tell(ctx, *r, "withdrawn", withdrawnText(*r))
	})
}

// Extend gives an approved or live request a later last day: at once where
// approve is set, otherwise when the secretariat approves it. The room stays as
// it is until then.
func (s *Store) Extend(ctx context.Context, id int64, until string, approve bool, reason, by string, now time.Time) (Request, error) {
	return s.alter(ctx, id, Extend, by, now, func(c *change, r *Request) (string, error) {
		state, err := Next(r.State, Extend)
		if err != nil {
			return "", err
		}
		r.State = state
		if !approve {
			r.ExtendTo, r.Reason = until, reason
			return until + ", waits", nil
		}
		r.Until, r.ExtendTo, r.WarnedAt = until, "", time.Time{}
		if by == r.JID {
			return until, nil
		}
		return until, c.tell(ctx, *r, "extended:"+until, extendedText(*r))
	})
}
