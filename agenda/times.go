package agenda

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// The years that a session can lie in; anything else is a mistake somewhere.
const (
	firstYear = 1980
	lastYear  = 2199
)

// longest is the longest session believed in.
const longest = 366 * 24 * time.Hour

// naiveTime is an ISO 8601 time without an offset, as older agenda-data has it.
const naiveTime = "2006-01-02T15:04:05"

// timedelta is how Python prints a duration: "2:00:00", "1 day, 2:00:00".
var timedelta = regexp.MustCompile(`^(?:([0-9]{1,3}) days?, )?([0-9]{1,4}):([0-5][0-9]):([0-5][0-9])(?:\.[0-9]+)?$`)

// parseStart reads an ISO 8601 time. One without an offset is in zone; where
// zone is nil such a time is unknown, which is the zero time, as an absent
// one is.
func parseStart(s string, zone *time.Location) (time.Time, error) {
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
			return time.Time{}, fmt.Errorf("start %q is not a time", clip(s))
		}
		if zone == nil {
			return time.Time{}, nil
		}
	}
	if t.Year() < firstYear || t.Year() > lastYear {
		return time.Time{}, fmt.Errorf("start %q is in an impossible year", clip(s))
	}
	return t, nil
}

// parseDuration reads a duration as either document has it: a string in
// Python's form, or a whole number of seconds. Absent and null are zero.
func parseDuration(raw json.RawMessage) (time.Duration, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return 0, nil
	}
	bad := fmt.Errorf("duration %q is neither H:MM:SS nor a number of seconds", clip(string(raw)))
	var text string
	if json.Unmarshal(raw, &text) == nil {
		m := timedelta.FindStringSubmatch(text)
		if m == nil {
			return 0, bad
		}
		return believable(seconds(m[1])*86400+seconds(m[2])*3600+seconds(m[3])*60+seconds(m[4]), bad)
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
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

// seconds is the number in a group of digits that timedelta matched.
func seconds(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64) // empty, or at most four digits
	return n
}

// loadZone finds a time zone by its name in the IANA database.
func loadZone(name string) (*time.Location, error) {
	// Both are names to the library, but of no place.
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("time zone %q is none", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone %q is not known here", clip(name))
	}
	return zone, nil
}
