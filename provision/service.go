package provision

import (
	"context"

	"muster/xmppadmin"
)

// Reader looks at the rooms of one MUC service.
type Reader interface {
	// Survey looks at every room that the service shows to this account, and
	// at each of names, whether listed or not. The rooms come sorted by
	// name, each once; one that could not be looked at is among them as
	// [xmppadmin.Unknown]. An error means that nothing at all is known.
	Survey(ctx context.Context, names []string) ([]xmppadmin.Room, error)
	// Read looks at the rooms named and at no others, in the same manner.
	Read(ctx context.Context, names []string) ([]xmppadmin.Room, error)
}

// Writer changes rooms. No answer of a Maker is believed: Apply reads each
// room back. An error that wraps [xmppadmin.ErrInterrupted] leaves open
// whether the change was made.
type Writer interface {
	// Create makes a room that does not exist, owned by this account, with
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
	// Explain says what on this kind of server stands in the way of a
	// setting that it does not offer or does not keep: which module, which
	// option. The text may follow a colon; it is empty where nothing is known.
	Explain(s xmppadmin.Setting) string
}
