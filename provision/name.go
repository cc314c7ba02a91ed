package provision

import (
	"fmt"
	"strconv"
	"strings"

	"muster/xmppadmin"
)

// MaxName is the length in bytes that a room name may have.
const MaxName = 64

// CheckName returns what is wrong with name as the name of a room, or the
// empty string. A name that it accepts is left as it is by JID preparation.
func CheckName(name string) string {
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

// Lower lower-cases the ASCII letters of s and nothing else: a letter such as
// the Kelvin sign must be refused, not turned into another one.
func Lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// Addresses makes the bare JIDs of one service's rooms.
type Addresses struct{ suffix string }

// NewAddresses returns the addresses of a service, a domain, which is prepared
// once. The names themselves need no preparation: CheckName accepts only those
// that it leaves as they are.
func NewAddresses(service string) (Addresses, error) {
	const probe = "x"
	j, err := xmppadmin.RoomJID(probe, service)
	if err != nil {
		return Addresses{}, fmt.Errorf("MUC service %q: %w", service, err)
	}
	return Addresses{suffix: strings.TrimPrefix(j, probe)}, nil
}

// JID returns the bare JID of a room whose name has passed CheckName.
func (a Addresses) JID(name string) string { return name + a.suffix }

// NameError is a name that no room can have.
type NameError struct{ Name, Why string }

// Error returns the name and what is wrong with it.
func (e *NameError) Error() string {
	return "room " + strconv.Quote(e.Name) + ": " + e.Why
}
