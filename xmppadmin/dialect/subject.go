package dialect

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// seenSubjects are the subjects that the server has sent to this account, by
// the JIDs of the rooms. Looking at a room shows them, so that a subject that
// was set can be read back as any other setting, as long as the stream lasts
// over which it came: a server that crashed may have lost it.
type seenSubjects struct {
	mu  sync.Mutex
	all map[string]seenSubject
}

type seenSubject struct {
	text string
	over *session.Stream
}

// note keeps the subject of a room, or forgets it after an error.
func (s *seenSubjects) note(over *session.Stream, room, text string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		delete(s.all, room)
		return
	}
	if s.all == nil {
		s.all = make(map[string]seenSubject)
	}
	s.all[room] = seenSubject{text, over}
}

// show adds the subject of a room to its settings, if it has been seen.
func (s *seenSubjects) show(room string, settings muc.Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if seen, ok := s.all[room]; ok && seen.over.Alive() {
		settings[muc.Subject] = seen.text
	}
}

// inside enters a room (a bare JID) that exists, calls do, and leaves the room,
// all over one stream, which it returns.
func (d *owner) inside(ctx context.Context, room string, do func(xep.Occupancy) error) (*session.Stream, error) {
	st, err := d.conn.Client.Stream(ctx)
	if err != nil {
		return nil, err
	}
	return st, insideOver(ctx, st, room, do)
}

// insideOver is inside over a stream that there is. Entering a room that does
// not exist would make it.
func insideOver(ctx context.Context, st *session.Stream, room string, do func(xep.Occupancy) error) error {
	stay, err := enter(ctx, st, room)
	if err != nil {
		return err
	}
	defer stay.Leave(ctx)
	if stay.Created {
		return session.ErrAbsent
	}
	return do(stay)
}

// setSubject sets the subject of a room from inside, unless the room has it:
// plain XEP-0045 has no other way.
func (d *owner) setSubject(ctx context.Context, room, text string) error {
	if _, err := xep.Info(ctx, d.conn.Client, room); err != nil {
		return err
	}
	st, err := d.inside(ctx, room, func(stay xep.Occupancy) error {
		present, err := stay.Subject(ctx)
		if err != nil || present == text {
			return err
		}
		return stay.SetSubject(ctx, text)
	})
	d.seen.note(st, room, text, err)
	return err
}

// setFirstSubject sets the subject of a room that has none yet, over the stream
// by which the room was made.
func (d *owner) setFirstSubject(ctx context.Context, st *session.Stream, room, text string) error {
	err := insideOver(ctx, st, room, func(stay xep.Occupancy) error { return stay.SetSubject(ctx, text) })
	d.seen.note(st, room, text, err)
	return err
}

// setSubjectInside sets the subject of a room that this account is in, if it is
// among the settings, unless the room has it.
func (d *owner) setSubjectInside(ctx context.Context, st *session.Stream, room string, stay xep.Occupancy, s muc.Settings) error {
	text, given := s[muc.Subject]
	if !given {
		return nil
	}
	present, err := stay.Subject(ctx)
	if err == nil && present != text {
		err = stay.SetSubject(ctx, text)
	}
	d.seen.note(st, room, text, err)
	return err
}

// subject reads the subject of a room that exists from inside.
func (d *owner) subject(ctx context.Context, room string) (text string, err error) {
	st, err := d.inside(ctx, room, func(stay xep.Occupancy) error {
		text, err = stay.Subject(ctx)
		return err
	})
	d.seen.note(st, room, text, err)
	return text, err
}

// ShowsSubjects reports false: only occupants are sent the subject.
func (d *owner) ShowsSubjects() bool { return false }

// ReadSubjects enters each of the rooms that exist, and of ifEmpty those that
// have no occupants.
func (d *owner) ReadSubjects(ctx context.Context, names, ifEmpty []string) ([]muc.Room, error) {
	return d.conn.lookAtEach(ctx, union(names, ifEmpty), func(ctx context.Context, name string) (muc.Room, error) {
		return d.lookInside(ctx, name, slices.Contains(names, name))
	})
}

// lookInside enters a room that exists, and an occupied one only if always is
// set. The error is one that stops all other looks as well.
func (d *owner) lookInside(ctx context.Context, name string, always bool) (muc.Room, error) {
	address, err := d.conn.JID(name)
	if err != nil {
		return muc.UnknownRoom(name, err), nil
	}
	info, err := xep.Info(ctx, d.conn.Client, address)
	room := muc.Room{Name: name, State: muc.Exists, Occupants: info.Occupants()}
	if err == nil && (always || room.Occupants == 0) {
		var text string
		text, err = d.subject(ctx, address)
		room.Settings = muc.Settings{muc.Subject: text}
	}
	switch {
	case errors.Is(err, session.ErrAbsent):
		return muc.Room{Name: name, State: muc.Absent}, nil
	case err != nil:
		return notSeen(ctx, name, err)
	}
	return room, nil
}

// withoutSubject returns the settings but the subject.
func withoutSubject(s muc.Settings) muc.Settings {
	rest := maps.Clone(s)
	delete(rest, muc.Subject)
	return rest
}
