package chatlog

import (
	"context"

	"muster/xmppadmin"
)

// Source is what the record needs of a MUC service; an [xmppadmin.Service] is
// one.
type Source interface {
	// ArchivePage returns one page of a room's archive. An id to begin behind
	// that the archive does not have may be [xmppadmin.ErrForgotten].
	ArchivePage(ctx context.Context, room string, q xmppadmin.ArchiveQuery) (xmppadmin.ArchivePage, error)
	// HasArchive reports whether the room archives its messages now.
	HasArchive(ctx context.Context, room string) (bool, error)
}

// Limited is a [Source] that gives how many of its archives may be read at the
// same time; of others, 16 are.
type Limited interface {
	Source
	ArchivesAtOnce() int
}

// Room is a room whose archive is read.
type Room struct {
	Name, Title, Description string
	// Life is what the room is now.
	Life Life
	// Purpose is what the room is for; empty where that is not known, and then
	// the record keeps what it has.
	Purpose Purpose
}

// Purpose is what a room is for.
type Purpose string

// The purposes of rooms.
const (
	ForGroup     Purpose = "group"     // a group's own room
	ForSession   Purpose = "session"   // that of sessions only: the plenary, and sessions with a room of their own
	ForStanding  Purpose = "standing"  // there always
	ForRequester Purpose = "requested" // requested, for a time
)

// Life is what a room is.
type Life string

// The lives of rooms in the record.
const (
	Live     Life = "live"
	Archived Life = "archived"
	Gone     Life = "gone" // it is no longer on the service; its record stays
)

// Verdict is how the record of a room compares with the server's archive.
type Verdict string

// The verdicts.
const (
	// Whole means that the record has all that the archive has.
	Whole Verdict = "whole"
	// Unread means that the archive has messages that were not read yet.
	Unread Verdict = "unread"
	// Forgotten means that the archive lost messages that the record has.
	Forgotten Verdict = "forgotten"
	// Gap means that the archive lost messages before they were read.
	Gap Verdict = "gap"
	// Off means that the room does not archive its messages.
	Off Verdict = "off"
	// UnknownVerdict means that the archive could not be read.
	UnknownVerdict Verdict = "unknown"
)

// Outcome is what became of one room in an export or a comparison.
type Outcome struct {
	Room    string
	Verdict Verdict
	// Before is the verdict of the last export; empty for none.
	Before Verdict
	// New, Removed and Forgotten count messages: recorded now, found without
	// their text now, and no longer in the archive though the record has them.
	New, Removed, Forgotten int
	// Differing counts messages that had another text than the archive.
	Differing int
	// Err is why the verdict is UnknownVerdict.
	Err error
}
