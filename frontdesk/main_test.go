package frontdesk_test

import (
	"time"

	"muster/frontdesk"
)

// noon is the time at which most tests happen.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const (
	alice = "alice@example.org"
	amy   = "amy@example.org" // of the secretariat
)

func sample(room string) frontdesk.Request {
	return frontdesk.Request{Room: room, Acronym: "quic", Title: "QUIC design team", Purpose: "Designing", Until: "2026-12-24", JID: alice, Person: 7}
}
