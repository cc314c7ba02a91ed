package wire

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// The years that a session can be in; any other is a mistake in the document.
const (
	FirstYear = 1980
	LastYear  = 2199
)

// longest is the longest session accepted.
const longest = 366 * 24 * time.Hour

// naiveTime is an ISO 8601 time without an offset, as older agenda-data has it.
const naiveTime = "2006-01-02T15:04:05"

// timedelta matches how Python formats a duration: "2:00:00", "1 day, 2:00:00".
var timedelta = regexp.MustCompile(`^(?:([0-9]{1,3}) days?, )?([0-9]{1,4}):([0-5][0-9]):([0-5][0-9])(?:\.[0-9]+)?$`)

// ParseStart parses an ISO 8601 time. One without an offset is in zone; where
// zone is nil such a time is unknown, which is the zero time, as an absent
// one is.
func ParseStart(s string, zone *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		in := zone
		if in == nil {
			in = time.UTC
		}
		if t, err = time.ParseInLocation(naiveTime, s, in); err != nil {
			return time.Time{}, fmt.Errorf("start %.80q is not a time", s)
		}
		if zone == nil {
			return time.Time{}, nil
		}
	}
	if t.Year() < FirstYear || t.Year() > LastYear {
		return time.Time{}, fmt.Errorf("start %.80q is in an impossible year", s)
	}
	return t, nil
}

// ParseDuration parses a duration in the form of either document: a string in
// Python's form, or a whole number of seconds. Absent and null are zero.
func ParseDuration(raw json.RawMessage) (time.Duration, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return 0, nil
	}
	text := string(raw)
	quoted := json.Unmarshal(raw, &text) == nil
	bad := fmt.Errorf("duration %.80q is neither H:MM:SS nor a number of seconds", text)
	if quoted {
		m := timedelta.FindStringSubmatch(text)
		if m == nil {
			return 0, bad
		}
		return believable(seconds(m[1])*86400+seconds(m[2])*3600+seconds(m[3])*60+seconds(m[4]), bad)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, bad
	}
	return believable(n, bad)
}

// believable turns seconds into a duration unless no session takes that long.
func believable(n int64, bad error) (time.Duration, error) {
	if n < 0 || n > int64(longest/time.Second) {
		return 0, bad
	}
	return time.Duration(n) * time.Second, nil
}

// seconds returns the number in a group of digits that timedelta matched.
func seconds(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64) // empty, or at most four digits
	return n
}

// LoadZone returns a time zone by its name in the IANA database.
func LoadZone(name string) (*time.Location, error) {
	// The library accepts both, and neither names a place.
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("invalid time zone %q", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone %.80q is not known here", name)
	}
	return zone, nil
}

// ParseChanged parses the time of a change. One without an offset is in the
// time of the Datatracker itself, which is that of California; one before
// there was a Datatracker, 1970 as a rule, stands for never.
func ParseChanged(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		zone, failed := LoadZone("America/Los_Angeles")
		if failed != nil {
			zone = time.FixedZone("PST", -8*60*60)
		}
		if t, err = time.ParseInLocation(naiveTime, s, zone); err != nil {
			return time.Time{}, fmt.Errorf("time of change %.80q is not a time", s)
		}
	}
	switch t = t.UTC(); {
	case t.Year() < FirstYear:
		return time.Time{}, nil
	case t.Year() > LastYear:
		return time.Time{}, fmt.Errorf("time of change %.80q is in an impossible year", s)
	}
	return t, nil
}
