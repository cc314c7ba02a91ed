package dialect

import (
	"muster/xmppadmin/muc"
)

// Verdict is the outcome of one check.
type Verdict string

// The outcomes. Warn is for what may be right, or cannot be seen from here.
const (
	OK   Verdict = "ok"
	Warn Verdict = "warn"
	Fail Verdict = "fail"
)

// Finding is the outcome of one check of a connection or a service.
type Finding struct {
	// Check names what was checked: "login", "room rights", ….
	Check   string
	Verdict Verdict
	// Text is what was found, Hint what to do about it.
	Text, Hint string
}

// server is what is known of one kind of server, whichever dialect is spoken.
type server struct {
	name string // of its software, in lower case, and of its dialect
	// obstacle returns what stands in the way of a setting that the server
	// does not offer or does not keep, or "".
	obstacle func(c *Conn, s muc.Setting) string
	// commands returns what the server lacks for its dialect of commands, or
	// "" where it has none.
	commands func(c *Conn) string
	// creation returns what keeps this account from making rooms.
	creation func(c *Conn) string
	// retention reports how long it keeps archives, as seen from the owner
	// dialect.
	retention func(c *Conn) Finding
	// rate returns what exempts this account from the server's limits of how
	// fast a client may send.
	rate func(c *Conn) string
}

// servers are those that something is known of.
func servers() []server {
	return []server{knownProsody(), knownEjabberd(), knownOpenfire()}
}

// serverOf returns what is known of the server, by its own name or by the
// dialect that it is spoken to in.
func (c *Conn) serverOf(dialect string) server {
	for _, s := range servers() {
		if c.software(s.name) {
			return s
		}
	}
	for _, s := range servers() {
		if dialect == s.name {
			return s
		}
	}
	return server{
		obstacle: func(*Conn, muc.Setting) string { return "" },
		commands: func(*Conn) string { return "" },
		creation: func(c *Conn) string { return "the service restricts who may make rooms: allow " + c.Client.JID() },
		retention: func(*Conn) Finding {
			return Finding{Check: "retention", Verdict: OK, Text: "how long the archive is kept cannot be seen from here"}
		},
		rate: func(c *Conn) string { return "exempt " + c.Client.JID() + " from its limits" },
	}
}

// Explain returns what on the server stands in the way of a setting that it
// does not offer or does not keep: which module, which option. It is empty
// where nothing is known.
func Explain(c *Conn, d Dialect, s muc.Setting) string { return c.serverOf(d.Name()).obstacle(c, s) }

// BetterDialect returns what the server lacks for a dialect of commands; it is
// empty where nothing is known.
func BetterDialect(c *Conn, d Dialect) string { return c.serverOf(d.Name()).commands(c) }

// CreationHint returns what may keep this account from making rooms.
func CreationHint(c *Conn, d Dialect) string { return c.serverOf(d.Name()).creation(c) }

// RateHint returns what exempts this account from the server's limits of how
// fast a client may send.
func RateHint(c *Conn, d Dialect) string { return c.serverOf(d.Name()).rate(c) }

// AdvisedError is a refusal with what to do about it on the server.
type AdvisedError struct {
	err    error
	advice string
}

// Error returns the refusal.
func (e *AdvisedError) Error() string { return e.err.Error() }

// Unwrap returns the refusal.
func (e *AdvisedError) Unwrap() error { return e.err }

// Hint returns what to do about it on the server.
func (e *AdvisedError) Hint() string { return e.advice }

// ArchiveNeedsTime reports whether the server finds a page of a room's archive
// faster when the query has a start time beside the id behind which the page
// begins. Prosody 13 with its internal storage reads a room's archive from the
// beginning otherwise. On ejabberd a start time changes the count.
func ArchiveNeedsTime(c *Conn) bool { return c.software("prosody") }

// OneThread reports whether the server serves all its users by one thread, so
// that they wait behind what it is doing.
func OneThread(c *Conn) bool { return c.software("prosody") }
