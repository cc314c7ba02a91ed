package agenda

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"time"
)

// stay is how long after its first day an IETF meeting stays the current one.
const stay = 31 * 24 * time.Hour

// listed is an IETF meeting in the Datatracker's list of meetings.
type listed struct {
	number int
	date   time.Time // midnight UTC of its first day
}

// meetingPage is one page of /api/v1/meeting/meeting/.
type meetingPage struct {
	meetings []listed // sorted by date, then number
	next     string   // path of the next page, empty on the last
	notes    notes
}

// parseMeetingList reads one page of the list of meetings. Rows of other
// types than ietf are passed over; a row that cannot be read is left out with
// a warning.
func parseMeetingList(body []byte) (meetingPage, error) {
	var page meetingPage
	var doc struct {
		Meta struct {
			Next string `json:"next"` // null on the last page
		} `json:"meta"`
		Objects json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return page, fmt.Errorf("list of meetings: %w", jsonError(err))
	}
	if doc.Objects == nil {
		return page, errors.New("list of meetings: want an object with the key objects")
	}
	page.next = doc.Meta.Next
	err := eachRow(doc.Objects, func(at int, raw json.RawMessage) {
		var r struct {
			Number string `json:"number"`
			Date   string `json:"date"`
			Type   string `json:"type"` // a URI whose last segment is the slug
		}
		err := decodeRow(raw, &r)
		if r.Type != "" && path.Base(r.Type) != "ietf" {
			return
		}
		number, err2 := parseNumber(r.Number)
		date, err3 := time.Parse(time.DateOnly, r.Date)
		if err3 != nil {
			err3 = fmt.Errorf("date %q is none", clip(r.Date))
		}
		if err = firstError(err, err2, err3); err != nil {
			page.notes.add("list of meetings: row %d (meeting %q) is left out: %v", at, clip(r.Number), err)
			return
		}
		page.meetings = append(page.meetings, listed{number, date})
	})
	if err != nil {
		return meetingPage{}, fmt.Errorf("list of meetings: %w", err)
	}
	slices.SortFunc(page.meetings, byDate)
	return page, nil
}

func parseNumber(s string) (int, error) {
	if !numberForm.MatchString(s) {
		return 0, fmt.Errorf("number %q is not that of an IETF meeting", clip(s))
	}
	return strconv.Atoi(s)
}

func byDate(a, b listed) int {
	return cmp.Or(a.date.Compare(b.date), cmp.Compare(a.number, b.number))
}

// pick gives the current meeting by the Datatracker's own rule, the first
// that began no more than 31 days ago, or the one after it.
func pick(meetings []listed, today time.Time, next bool) (listed, bool) {
	since := today.UTC().Truncate(24 * time.Hour).Add(-stay)
	at := slices.IndexFunc(meetings, func(m listed) bool { return !m.date.Before(since) })
	if at < 0 {
		return listed{}, false
	}
	current := meetings[at]
	if !next {
		return current, true
	}
	after := slices.IndexFunc(meetings, func(m listed) bool { return m.date.After(current.date) })
	if after < 0 {
		return listed{}, false
	}
	return meetings[after], true
}
