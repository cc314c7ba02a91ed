package xmppadmin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"muster/xmppadmin/dialect"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

type (
	// ArchiveQuery selects one page of a room's message archive.
	ArchiveQuery = xep.ArchiveQuery
	// ArchivePage is one page of a room's message archive.
	ArchivePage = xep.ArchivePage
	// ArchivedMessage is one message of a room's archive.
	ArchivedMessage = xep.ArchivedMessage
	// Fallback is a part of a body for clients that do not know an extension.
	Fallback = xep.Fallback
)

// ErrForgotten means that the archive does not have the message behind which a
// page was to begin. Prosody answers so; ejabberd gives some page instead.
var ErrForgotten = errors.New("the archive does not have the message that was read last")

// ArchivePage returns one page of the archive of the room called name
// (XEP-0313), which an owner may read without joining. An id in q.After that
// the archive does not have is ErrForgotten on servers that say so.
//
// Beside q.After, q.Since is sent only to servers that find the message faster
// with it.
func (s *Service) ArchivePage(ctx context.Context, name string, q ArchiveQuery) (ArchivePage, error) {
	at, err := s.conn.JID(name)
	if err != nil {
		return ArchivePage{}, err
	}
	if q.After != "" && !dialect.ArchiveNeedsTime(s.conn) {
		q.Since = time.Time{}
	}
	var page ArchivePage
	var silent error
	err = s.conn.Client.RetryLost(ctx, func() error {
		stream, err := s.conn.Client.Stream(ctx)
		if err != nil {
			return err
		}
		page, err = xep.QueryArchive(ctx, stream, at, q)
		if errors.Is(err, session.ErrNoAnswer) {
			silent = err // ejabberd, of a room that was destroyed: it will not answer the next time
			return nil
		}
		return err
	})
	err = cmp.Or(err, silent)
	if errors.Is(err, ErrAbsent) && q.After != "" {
		return ArchivePage{}, fmt.Errorf("room %q: %w: %w", name, ErrForgotten, err)
	}
	if err != nil {
		return ArchivePage{}, fmt.Errorf("room %q: %w", name, err)
	}
	return page, nil
}

// ArchivesAtOnce returns how many archives may be read at the same time: fewer
// of a server that serves all its users by one thread.
func (s *Service) ArchivesAtOnce() int {
	if dialect.OneThread(s.conn) {
		return 8
	}
	return 16
}

// RoomArchive is what a room shows of its archive to everyone.
type RoomArchive struct {
	// On is set where the room archives its messages now (XEP-0313 §6). Without
	// that, ejabberd answers archive queries from the history in its memory.
	On bool
	// Occupants is set where messages have occupant ids (XEP-0421).
	Occupants bool
	// Password is set where entering the room takes one.
	Password bool
}

// RoomArchive reads what the room called name shows of its archive.
func (s *Service) RoomArchive(ctx context.Context, name string) (RoomArchive, error) {
	at, err := s.conn.JID(name)
	if err != nil {
		return RoomArchive{}, err
	}
	info, err := xep.Info(ctx, s.conn.Client, at)
	if err != nil {
		return RoomArchive{}, fmt.Errorf("room %q: %w", name, err)
	}
	return RoomArchive{
		On: info.Has(xep.FeatureMAM), Occupants: info.Has(xep.FeatureOccupantID), Password: info.Has(xep.FeaturePassword),
	}, nil
}

// HasArchive reports whether the room called name archives its messages now.
func (s *Service) HasArchive(ctx context.Context, name string) (bool, error) {
	a, err := s.RoomArchive(ctx, name)
	return a.On, err
}
