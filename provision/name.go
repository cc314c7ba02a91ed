package provision

import (
	"fmt"
	"strings"

	"muster/xmppadmin"
)

// MaxName is the length in bytes that a room name may have.
const MaxName = 64

// checkName returns what is wrong with name as the name of a room, or the
// empty string. What it lets through is left as it is by JID preparation.
func checkName(name string) string {
	if name == "" {
		return "the name is empty"
	}
	if len(name) > MaxName {
		return fmt.Sprintf("the name has %d bytes, at most %d are allowed", len(name), MaxName)
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case i > 0 && (c == '.' || c == '_' || c == '-'):
		default:
			return "the name does not match [a-z0-9][a-z0-9._-]*"
		}
	}
	return ""
}

// lower lower-cases the ASCII letters of s and nothing else: a letter such as
// the Kelvin sign must be refused, not turned into another one.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// addresses makes the bare JIDs of one service's rooms.
type addresses struct{ suffix string }

// newAddresses has the service's domain prepared once. The names themselves
// need no preparation, because checkName lets through only what it leaves as
// it is.
func newAddresses(service string) (addresses, error) {
	const probe = "x"
	j, err := xmppadmin.RoomJID(probe, service)
	if err != nil {
		return addresses{}, fmt.Errorf("MUC service %q: %w", service, err)
	}
	return addresses{suffix: strings.TrimPrefix(j, probe)}, nil
}

// of returns the JID of a room whose name has passed checkName.
func (a addresses) of(name string) string { return name + a.suffix }
