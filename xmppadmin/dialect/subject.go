package dialect

import (
	"context"
	"errors"
	"maps"
	"sync"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// subjectNick is added to the nick under which this account enters a room for
// its subject, so that it does not meet itself there.
const subjectNick = " (subject)"

// seenSubjects are the subjects that the server has sent to this account, by
// the JIDs of the rooms. Looking at a room shows them, so that a subject that
// was set can be read back as any other setting.
type seenSubjects struct {
	mu   sync.Mutex
	text map[string]string
}

// note keeps the subject of a room, or forgets it after an error.
func (s *seenSubjects) note(room, text string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		delete(s.text, room)
		return
	}
	if s.text == nil {
		s.text = make(map[string]string)
	}
	s.text[room] = text
}

// show adds the subject of a room to its settings, if it has been seen.
func (s *seenSubjects) show(room string, settings muc.Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if text, ok := s.text[room]; ok {
		settings[muc.Subject] = text
	}
}

// inside enters a room (a bare JID), calls do, and leaves the room. It looks
// first whether the room exists, since the join would make it.
func (d *owner) inside(ctx context.Context, room string, do func(xep.Occupancy) error) error {
	st, err := d.conn.Client.Stream(ctx)
	if err == nil {
		_, err = xep.Info(ctx, st, room)
	}
	if err != nil {
		return err
	}
	stay, err := xep.Join(ctx, st, room, d.nick()+subjectNick)
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
	err := d.inside(ctx, room, func(stay xep.Occupancy) error {
		present, err := stay.Subject(ctx)
		if err != nil || present == text {
			return err
		}
		return stay.SetSubject(ctx, text)
	})
	d.seen.note(room, text, err)
	return err
}

// subject reads the subject of a room from inside.
func (d *owner) subject(ctx context.Context, room string) (text string, err error) {
	err = d.inside(ctx, room, func(stay xep.Occupancy) error {
		text, err = stay.Subject(ctx)
		return err
	})
	d.seen.note(room, text, err)
	return text, err
}

// ShowsSubjects reports false: only occupants are sent the subject.
func (d *owner) ShowsSubjects() bool { return false }

// ReadSubjects enters each of the rooms.
func (d *owner) ReadSubjects(ctx context.Context, names []string) ([]muc.Room, error) {
	return d.conn.lookAtEach(ctx, names, func(ctx context.Context, name string) (muc.Room, error) {
		address, err := d.conn.JID(name)
		if err != nil {
			return muc.UnknownRoom(name, err), nil
		}
		text, err := d.subject(ctx, address)
		if errors.Is(err, session.ErrAbsent) {
			return muc.Room{Name: name, State: muc.Absent}, nil
		}
		if err != nil {
			return notSeen(ctx, name, err)
		}
		return muc.Room{Name: name, State: muc.Exists, Settings: muc.Settings{muc.Subject: text}}, nil
	})
}

// withoutSubject returns the settings but the subject.
func withoutSubject(s muc.Settings) muc.Settings {
	rest := maps.Clone(s)
	delete(rest, muc.Subject)
	return rest
}
