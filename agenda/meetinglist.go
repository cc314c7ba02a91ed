package agenda

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"muster/agenda/internal/fetch"
)

// currentWindow is how long after its first day an IETF meeting is the current
// one.
const currentWindow = 31 * 24 * time.Hour

// meetingRow is an IETF meeting in the Datatracker's list of meetings.
type meetingRow struct {
	number int
	date   time.Time // midnight UTC of its first day
	// unread is why the row cannot be used; nil where it can. Then a date that
	// could not be read is zero.
	unread error
}

// meetingPage is one page of /api/v1/meeting/meeting/.
type meetingPage struct {
	rows []meetingRow // sorted by date, then number
	all  int          // rows, with those of other types
	restPage
	notes notes
}

// parseMeetingList reads one page of the list of meetings. Rows of other types
// than ietf are left out.
func parseMeetingList(body []byte) (meetingPage, error) {
	var page meetingPage
	rest, err := decodePage("list of meetings", body, func(at int, raw json.RawMessage) {
		page.all++
		page.add(at, raw)
	})
	if err != nil {
		return meetingPage{}, err
	}
	page.restPage = rest
	slices.SortFunc(page.rows, byDate)
	return page, nil
}

// add reads one row. One that cannot be read is marked as such, with a
// warning.
func (p *meetingPage) add(at int, raw json.RawMessage) {
	r := openRow(raw)
	var number, date, kind string // kind is a URI
	r.need("type", &kind)
	if kind != "" && lastSegment(kind) != "ietf" {
		return
	}
	r.need("number", &number)
	r.need("date", &date)
	n, badNumber := parseNumber(number)
	day, badDate := time.Parse(time.DateOnly, date)
	if badDate != nil {
		badDate = fmt.Errorf("invalid date %.80q", date)
	}
	err := firstError(r.problems.fatal, badNumber, badDate)
	if err != nil {
		err = fmt.Errorf("list of meetings: row %d (meeting %.80q) cannot be read: %w", at, number, err)
		p.notes.add("%v", err)
	}
	p.rows = append(p.rows, meetingRow{n, day, err})
}

func parseNumber(s string) (int, error) {
	if !numberForm.MatchString(s) {
		return 0, fmt.Errorf("invalid number %.80q of an IETF meeting", s)
	}
	return strconv.Atoi(s)
}

func byDate(a, b meetingRow) int {
	return cmp.Or(a.date.Compare(b.date), cmp.Compare(a.number, b.number))
}

// chosen is the number of the current or the next meeting.
type chosen struct {
	number   string
	outages  []Outage
	warnings []string
}

// currentOrNext finds the number of the current or the next IETF meeting. It
// reads the list of the REST API: /meeting/upcoming.json drops a meeting 7 days
// after it began, and so has no answer for the following 24; agenda.json
// without a number may be an interim on older servers, and has "None" for its
// number. The list is requested from the beginning of last year on: short, and
// under one address for a whole year, so that the cache can serve.
func (c *Client) currentOrNext(ctx context.Context, next bool) (chosen, error) {
	var out chosen
	today := c.now()
	first := c.base.JoinPath("api/v1/meeting/meeting/")
	first.RawQuery = url.Values{
		"type": {"ietf"}, "format": {"json"}, "limit": {"100"},
		"date__gte": {fmt.Sprintf("%04d-01-01", today.UTC().Year()-1)},
	}.Encode()
	var rows []meetingRow
	err := eachPage("list of meetings", first.String(), func(address string) (pageRead, error) {
		doc, err := fetch.GetOrCached(ctx, c.docs, fetch.Request[meetingPage]{
			URL: address, Parse: parseMeetingList, Empty: func(p meetingPage) bool { return len(p.rows) == 0 },
		})
		if err != nil {
			return pageRead{}, err
		}
		page := doc.Value
		out.outages = append(out.outages, outageOf(doc)...)
		out.warnings = append(append(out.warnings, doc.Warnings...), page.notes.all()...)
		rows = append(rows, page.rows...)
		return pageRead{page.all, page.total, page.next}, nil
	})
	if err != nil {
		return out, asError(err)
	}
	found, err := choose(rows, today, next)
	if err != nil {
		err = fmt.Errorf("GET %s: %w", first, err)
		for _, o := range MergeOutages(out.outages) {
			err = fmt.Errorf("%w; and %w", err, &o)
		}
		return out, &Error{URL: first.String(), Hint: "name the meeting by its number", Err: err}
	}
	out.number = strconv.Itoa(found)
	return out, nil
}

// choose returns the number of the current meeting by the Datatracker's own
// rule, the first that began no more than 31 days ago, or of the one after it.
// It is an error where a row that could not be read may be that meeting.
func choose(rows []meetingRow, today time.Time, next bool) (int, error) {
	rows = slices.SortedFunc(slices.Values(rows), byDate)
	since := today.UTC().Truncate(24 * time.Hour).Add(-currentWindow)
	current, err := firstOf(rows, func(m meetingRow) bool { return !m.date.Before(since) })
	if err == nil && next && current.number > 0 {
		current, err = firstOf(rows, func(m meetingRow) bool { return m.date.After(current.date) })
	}
	if err == nil && current.number == 0 {
		err = fmt.Errorf("the list has no %s IETF meeting as of %s", which(next), today.UTC().Format(time.DateOnly))
	}
	return current.number, err
}

// firstOf returns the first of sorted rows that is late enough, the zero row
// where there is none, or why a row that could not be read may be before it.
func firstOf(rows []meetingRow, late func(meetingRow) bool) (meetingRow, error) {
	for _, m := range rows {
		switch dateless := m.date.IsZero(); {
		case m.unread != nil && (dateless || late(m)):
			return meetingRow{}, m.unread
		case late(m):
			return m, nil
		}
	}
	return meetingRow{}, nil
}
