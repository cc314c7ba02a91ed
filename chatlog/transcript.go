package chatlog

import (
	"context"
	"fmt"
	"time"
)

// Margin is how much time before the start and after the end of a session belongs
// to its transcript. Neither is above [MaxMargin].
type Margin struct{ Before, After time.Duration }

// Part is the part of a room's record that is the transcript of a session.
type Part struct {
	Session Session
	Span
}

// Window returns the time of a session's transcript, among the other sessions in
// its room that are held:
//
//	nothing else near       from Before the start to After the end
//	one ends before it      not before the middle between that end and its start
//	one begins after it     not after the middle between its end and that start
//	one overlaps its start  not before its start
//	one overlaps its end    not after its end
//
// So a message belongs to two transcripts only where two sessions are held in one
// room at the same time. A session that is not held has none: the span is empty.
func Window(s Session, others []Session, m Margin) Span {
	if !s.Held() {
		return Span{}
	}
	w := Span{s.Start.Add(-m.Before), s.End.Add(m.After)}
	for _, o := range others {
		if o.ID == s.ID || !o.Held() {
			continue
		}
		switch {
		case !o.End.After(s.Start):
			w.From = later(w.From, middle(o.End, s.Start))
		case !o.Start.Before(s.End):
			w.To = earlier(w.To, middle(s.End, o.Start))
		default:
			if o.Start.Before(s.Start) {
				w.From = later(w.From, s.Start)
			}
			if o.End.After(s.End) {
				w.To = earlier(w.To, s.End)
			}
		}
	}
	return w
}

func middle(a, b time.Time) time.Time { return a.Add(b.Sub(a) / 2) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Parts returns the transcripts of a room: the times of its sessions that are
// held, of all meetings, in their order.
func (s *Store) Parts(ctx context.Context, room string, m Margin) ([]Part, error) {
	sessions, err := querySessions(ctx, s.db, "room = $1", room)
	if err != nil {
		return nil, fmt.Errorf("sessions in room %q: %w", room, err)
	}
	var parts []Part
	for _, x := range sessions {
		if x.Held() {
			parts = append(parts, Part{x, Window(x, sessions, m)})
		}
	}
	return parts, nil
}

// Transcript returns what was said in a session: the lines of its room in its
// time, see [Window]. A session that is cancelled, or the old placement of one
// that moved, has no lines and an empty span. The error is ErrNoSession where the
// record does not know it.
func (s *Store) Transcript(ctx context.Context, session int, m Margin) (Part, []Line, error) {
	x, err := s.Session(ctx, session)
	if err != nil {
		return Part{}, nil, err
	}
	parts, err := s.Parts(ctx, x.Room, m)
	if err != nil {
		return Part{}, nil, err
	}
	for _, p := range parts {
		if p.Session.ID == session {
			lines, err := s.Lines(ctx, x.Room, p.From, p.To)
			return p, lines, err
		}
	}
	return Part{Session: x}, nil, nil
}
