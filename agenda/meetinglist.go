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
	"muster/agenda/internal/rest"
	"muster/agenda/internal/wire"
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

// meetingPage is one page of /api/v1/meeting/meeting/. Its rows are sorted by
// date, then number.
type meetingPage struct {
	rest.Page[meetingRow]
	all int // rows, with those of other types
}

// parseMeetingList reads one page of the list of meetings. Rows of other types
// than ietf are left out.
func parseMeetingList(body []byte) (meetingPage, error) {
	all := 0
	page, err := rest.Decode("list of meetings", body, func(p *rest.Page[meetingRow], at int, raw json.RawMessage) {
		all++
		addMeeting(p, at, raw)
	})
	slices.SortFunc(page.Rows, byDate)
	return meetingPage{page, all}, err
}

// addMeeting reads one row. One that cannot be read is marked as such, with a
// warning.
func addMeeting(p *rest.Page[meetingRow], at int, raw json.RawMessage) {
	r := wire.OpenRow(raw)
	var number, date, kind string // kind is a URI
	r.Need("type", &kind)
	if kind != "" && wire.LastSegment(kind) != "ietf" {
		return
	}
	r.Need("number", &number)
	r.Need("date", &date)
	n, badNumber := parseNumber(number)
	day, badDate := time.Parse(time.DateOnly, date)
	if badDate != nil {
		badDate = fmt.Errorf("invalid date %.80q", date)
	}
	err := firstError(r.Failed(), badNumber, badDate)
	if err != nil {
		err = fmt.Errorf("list of meetings: row %d (meeting %.80q) cannot be read: %w", at, number, err)
		p.Notes.Add("%v", err)
	}
	p.Rows = append(p.Rows, meetingRow{n, day, err})
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
	err := rest.EachPage("list of meetings", first.String(), func(address string) (rest.Part, error) {
		doc, err := fetch.GetOrCached(ctx, c.docs, fetch.Request[meetingPage]{
			URL: address, Parse: parseMeetingList, Empty: func(p meetingPage) bool { return len(p.Rows) == 0 },
		})
		if err != nil {
			return rest.Part{}, err
		}
		page := doc.Value
		out.outages = append(out.outages, outageOf(doc)...)
		out.warnings = append(append(out.warnings, doc.Warnings...), page.Notes.All()...)
		rows = append(rows, page.Rows...)
		return rest.Part{Rows: page.all, Total: page.Total, Next: page.Next}, nil
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
