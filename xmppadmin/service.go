package xmppadmin

import (
	"context"
	"maps"

	"muster/xmppadmin/dialect"
	"muster/xmppadmin/session"
)

// Service is one MUC service under administration, in the dialect that its
// server speaks.
type Service struct {
	conn    *dialect.Conn
	dialect dialect.Dialect
}

// Open looks at the MUC service at domain and chooses how to speak to it: by
// the dialect called name, or where that is "auto" or empty by the best one
// that the service offers to this account. A service that is not there, or
// does not offer the dialect, is a [*session.ConnectError].
func Open(ctx context.Context, c *session.Client, domain, name string) (*Service, error) {
	conn, err := dialect.Discover(ctx, c, domain)
	if err != nil {
		return nil, err
	}
	d, err := dialect.Choose(conn, name)
	if err != nil {
		return nil, err
	}
	return &Service{conn: conn, dialect: d}, nil
}

// Dialects returns the names that Open knows, sorted.
func Dialects() []string { return dialect.Names() }

// Name returns the name of the dialect.
func (s *Service) Name() string { return s.dialect.Name() }

// Domain returns the service's domain.
func (s *Service) Domain() string { return s.conn.Domain }

// Software returns the name and version of the server's software, empty where
// the server does not give them.
func (s *Service) Software() (name, version string) {
	return s.conn.Facts.Software, s.conn.Facts.Version
}

// Connections returns how many connections to the server were made so far: more
// than one means that it may have been restarted.
func (s *Service) Connections() int64 { return s.conn.Client.Stats().Streams }

// Explain returns what on the server stands in the way of a setting that it
// does not offer or does not keep: which module, which option. It is empty
// where nothing is known.
func (s *Service) Explain(setting Setting) string {
	return dialect.Explain(s.conn, s.dialect, setting)
}

// OnWarning has f receive what a caller should know of a change that succeeded,
// by the room's name: that something could not be given back on reopening.
// f must be safe for use by many goroutines.
func (s *Service) OnWarning(f func(room, text string)) { s.conn.OnWarning = f }

// Survey looks at every room that the service shows to this account and at
// each of names, listed or not. The rooms are sorted by name, each once; one
// that could not be looked at is Unknown. An error means that nothing at all
// is known.
func (s *Service) Survey(ctx context.Context, names []string) ([]Room, error) {
	return s.dialect.Survey(ctx, names)
}

// Read looks at the rooms named and at no others, as Survey does.
func (s *Service) Read(ctx context.Context, names []string) ([]Room, error) {
	return s.dialect.Read(ctx, names)
}

// ShowsSubjects reports whether Survey and Read show the present subjects of
// rooms. Where they do not, a room has the setting [Subject] only if it was
// read or set in this session.
func (s *Service) ShowsSubjects() bool { return s.dialect.ShowsSubjects() }

// ReadSubjects reads the subjects of the rooms called names, and of those of
// ifEmpty that have no occupants, as Read reads rooms. Rooms that exist have the
// number of occupants, and the setting [Subject] if it was read; they need not
// have other settings. Where ShowsSubjects reports false it enters the rooms,
// which their occupants see.
func (s *Service) ReadSubjects(ctx context.Context, names, ifEmpty []string) ([]Room, error) {
	return s.dialect.ReadSubjects(ctx, names, ifEmpty)
}

// Create makes a room with these settings, owned by this account. A room that
// exists is left alone: ErrExists. No answer to this or the following methods
// is proof of the change: read the room back.
func (s *Service) Create(ctx context.Context, name string, set Settings) error {
	return s.dialect.Create(ctx, name, set)
}

// Configure sets these settings of a room and leaves all others.
func (s *Service) Configure(ctx context.Context, name string, set Settings) error {
	return s.dialect.Configure(ctx, name, set)
}

// Adopt makes this account an owner of a room besides its present owners.
func (s *Service) Adopt(ctx context.Context, name string) error {
	return s.dialect.Adopt(ctx, name)
}

// Archive closes a room for all but its owners and sets these settings. The
// title becomes an archived one (see [ArchivedTitle]); where none is given, the
// room's own. What archiving changes is kept on the server until Reopen.
func (s *Service) Archive(ctx context.Context, name string, set Settings) error {
	title, given := set[Title]
	if !given {
		rooms, err := s.dialect.Read(ctx, []string{name})
		if err != nil {
			return err
		}
		if rooms[0].Err != nil {
			return rooms[0].Err
		}
		title = rooms[0].Settings[Title]
	}
	return s.dialect.Archive(ctx, name, with(set, Title, ArchivedTitle(title)))
}

// Reopen undoes Archive and sets these settings, which win over what is
// restored. A title given loses the mark of an archived room.
func (s *Service) Reopen(ctx context.Context, name string, set Settings) error {
	if title, given := set[Title]; given {
		set = with(set, Title, LiveTitle(title))
	}
	return s.dialect.Reopen(ctx, name, set)
}

// with returns settings with one more.
func with(set Settings, name Setting, value string) Settings {
	all := maps.Clone(set)
	if all == nil {
		all = make(Settings)
	}
	all[name] = value
	return all
}
