package provision

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"muster/agenda"
)

// digestOf returns the SHA-256 of v's JSON as "sha256:" and hexadecimals. The
// values digested here are plain data, which always has a JSON form; the keys
// of maps come sorted.
func digestOf(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		data = fmt.Append(nil, err)
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// AgendaDigest returns a digest of what a meeting's agenda says. Where it came
// from (Stale) and what its reader remarked (Warnings) are not part of it.
func AgendaDigest(m agenda.Meeting) string {
	type plain agenda.Meeting
	p := plain(m)
	p.TimeZone, p.Stale, p.Warnings = nil, false, nil
	return digestOf(struct {
		Meeting plain
		Zone    string
	}{p, zoneName(m)})
}

func zoneName(m agenda.Meeting) string {
	if m.TimeZone == nil {
		return "UTC"
	}
	return m.TimeZone.String()
}

func compare(a, b string) int { return strings.Compare(a, b) }
