package agenda

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// resolve finds the number of the current or the next IETF meeting. It reads
// the list of the REST API: /meeting/upcoming.json forgets a meeting 7 days
// after it began, and so cannot answer for the following 24; agenda.json
// without a number may be an interim on older servers, and says "None" for
// its number. The list is asked for from the beginning of last year on: short,
// and under one address for a whole year, so that the cache can serve.
func (c *Client) resolve(ctx context.Context, next bool) (reading[string], error) {
	var out reading[string]
	today := c.now()
	first := c.base.JoinPath("api/v1/meeting/meeting/")
	first.RawQuery = url.Values{
		"type": {"ietf"}, "format": {"json"}, "limit": {"100"},
		"date__gte": {fmt.Sprintf("%04d-01-01", today.UTC().Year()-1)},
	}.Encode()
	var meetings []listed
	err := eachPage("list of meetings", first.String(), func(address string) (string, error) {
		page, err := read(ctx, c, address, false, parseMeetingList)
		if err != nil {
			return "", err
		}
		out.stale = out.stale || page.stale
		out.warnings = append(append(out.warnings, page.warnings...), page.value.notes.all()...)
		meetings = append(meetings, page.value.meetings...)
		return page.value.next, nil
	})
	if err != nil {
		return out, err
	}
	slices.SortFunc(meetings, byDate)
	found, ok := pick(meetings, today, next)
	if !ok {
		return out, &Error{
			Op: http.MethodGet, URL: first.String(), Kind: ErrNotFound, Hint: "name the meeting by its number",
			Err: fmt.Errorf("the list has no %s IETF meeting as of %s", which(next), today.UTC().Format(time.DateOnly)),
		}
	}
	out.value = strconv.Itoa(found.number)
	return out, nil
}

func which(next bool) string {
	if next {
		return "next"
	}
	return "current"
}
