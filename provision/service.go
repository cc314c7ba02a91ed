package provision

import (
	"context"

	"muster/xmppadmin"
)

// Reader reads the rooms of one MUC service.
type Reader interface {
	// Survey reads every room that the service shows to this account, and each
	// of names, whether listed or not. The rooms come sorted by name, each
	// once; one that could not be read is among them as [xmppadmin.Unknown]. An
	// error means that nothing at all is known.
	Survey(ctx context.Context, names []string) ([]xmppadmin.Room, error)
	// Read reads the rooms named and no others, in the same manner.
	Read(ctx context.Context, names []string) ([]xmppadmin.Room, error)
	// ShowsSubjects reports whether Survey and Read show the present subjects
	// of rooms.
	ShowsSubjects() bool
	// ReadSubjects reads the subjects of the rooms called names, and of those
	// of ifEmpty that have no occupants: see [xmppadmin.Service.ReadSubjects].
	ReadSubjects(ctx context.Context, names, ifEmpty []string) ([]xmppadmin.Room, error)
}

// Writer changes rooms. No answer of a Writer is trusted: [apply.Run] reads each
// room back. An error that wraps [xmppadmin.ErrInterrupted] leaves open whether
// the change was made.
type Writer interface {
	// Create creates a room that does not exist, owned by this account, with
	// these settings. It never touches a room that exists: that is
	// [xmppadmin.ErrExists].
	Create(ctx context.Context, name string, s xmppadmin.Settings) error
	// Configure sets these settings of a room and leaves all others.
	Configure(ctx context.Context, name string, s xmppadmin.Settings) error
	// Adopt makes this account an owner of a room, besides those it has.
	Adopt(ctx context.Context, name string) error
	// Archive closes a room for all but its owners and remembers, on the
	// server, what it changed; the settings given are set in the same step.
	Archive(ctx context.Context, name string, s xmppadmin.Settings) error
	// Reopen brings back what Archive changed; the settings given win over
	// what was remembered.
	Reopen(ctx context.Context, name string, s xmppadmin.Settings) error
}

// Service is one MUC service under administration.
type Service interface {
	Reader
	Writer
	// Explain returns what on this kind of server prevents a setting that it
	// does not offer or does not keep: which module, which option. The text may
	// follow a colon; it is empty where nothing is known.
	Explain(s xmppadmin.Setting) string
	// Notes returns who archived rooms by hand, by room name, and SetNotes
	// replaces that. The server keeps the notes.
	Notes(ctx context.Context) (map[string]xmppadmin.Note, error)
	SetNotes(ctx context.Context, notes map[string]xmppadmin.Note) error
}

// Obstacle is a wanted setting that a server does not offer.
type Obstacle struct {
	Setting xmppadmin.Setting
	// Why is what [Service.Explain] returns for it.
	Why string
}

// Obstacles returns settings that the server does not offer with their
// explanations, in the order given.
func Obstacles(server interface {
	Explain(s xmppadmin.Setting) string
}, settings []xmppadmin.Setting) []Obstacle {
	var out []Obstacle
	for _, s := range settings {
		out = append(out, Obstacle{Setting: s, Why: server.Explain(s)})
	}
	return out
}
