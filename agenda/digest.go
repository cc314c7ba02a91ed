package agenda

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Digest returns a hex SHA-256 over the content of the agenda: the number, the
// sessions and the groups. It does not depend on their order, on where the
// agenda came from, when it was fetched, or what the warnings are.
func (m Meeting) Digest() string {
	lines := make([]string, 0, len(m.Sessions)+len(m.Groups))
	for _, s := range m.Sessions {
		lines = append(lines, lineOf(s))
	}
	for _, g := range m.Groups {
		lines = append(lines, groupLine(g))
	}
	slices.Sort(lines)
	sum := sha256.Sum256(fmt.Appendf(nil, "agenda 1 %q\n%s", m.Number, strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// Digest returns a hex SHA-256 over the groups of the list. It does not
// depend on where the list came from, how complete it is, or what the
// warnings are.
func (l GroupList) Digest() string {
	lines := make([]string, 0, len(l.Groups))
	for _, g := range l.Groups {
		lines = append(lines, recordLine(g))
	}
	slices.Sort(lines)
	sum := sha256.Sum256(fmt.Appendf(nil, "groups 1\n%s", strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// lineOf returns a session in full, on one line and without ambiguity.
func lineOf(s Session) string {
	own := ""
	if s.OwnRoom {
		own = s.Room
	}
	return fmt.Sprintf("session %d %q %q %q %q %s %d %q %q", s.ID, s.Group, s.Name, s.Type, s.Status,
		s.Start.UTC().Format(time.RFC3339Nano), s.Duration, s.Location, own)
}

// groupLine returns a group in the same way.
func groupLine(g Group) string {
	return fmt.Sprintf("group %q %q %q %q %q %t", g.Acronym, g.Name, g.Type, g.State, g.Parent, g.BOF)
}

// recordLine returns a group in the list of groups in the same way.
func recordLine(g GroupRecord) string {
	return fmt.Sprintf("%s %d %s", groupLine(g.Group), g.ID, g.Changed.UTC().Format(time.RFC3339Nano))
}
