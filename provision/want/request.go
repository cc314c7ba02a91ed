package want

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"muster/provision"
	"muster/xmppadmin"
)

// Request is a room that was requested at the front desk, and approved. It gives
// way to every other claim on its name.
type Request struct {
	ID   int64  `json:"id"`
	Room string `json:"room"` // a checked room name
	// Title and Purpose are one line each, as they were approved.
	Title   string `json:"title"`
	Purpose string `json:"purpose"`
	Acronym string `json:"acronym,omitempty"` // of the group that it is for; empty for none
	// Until is the moment at which the room is no longer wanted: the start, in
	// UTC, of the day after its last.
	Until time.Time `json:"until"`
	// Ended reports whether the request, once approved, was withdrawn or has come
	// to its end. It must stay among the [Sources] until its room was found
	// archived: that a request is missing ends no room. One that gave way is left
	// out, since its room is another's.
	Ended bool `json:"ended,omitempty"`
}

// over reports whether the request wants no room any more at now.
func (r *Request) over(now time.Time) bool { return r.Ended || !now.Before(r.Until) }

// forgotten reports whether the request is over for so long that it counts for
// nothing.
func (r *Request) forgotten(now time.Time) bool {
	return r.over(now) && now.Sub(r.Until) > forgetAfter
}

// String names the request and its last day: "request 12 of the front desk, until
// 2026-12-24".
func (r *Request) String() string { return r.name() + ", until " + r.lastDay() }

func (r *Request) name() string {
	return "request " + strconv.FormatInt(r.ID, 10) + " of the front desk"
}

func (r *Request) lastDay() string { return r.Until.UTC().Add(-1).Format(time.DateOnly) }

// isOver is why the room of a request that is over is archived: a text that may
// follow a colon.
func (r *Request) isOver(now time.Time) string {
	if now.Before(r.Until) {
		return r.name() + " was withdrawn"
	}
	return r.name() + " ended with " + r.lastDay()
}

// addRequests adds the requests: of several for one room the one that is open,
// else the last. It returns a warning for each name that no room can have.
func (cs candidates) addRequests(requests []Request, now time.Time) (warnings []string) {
	for i := range requests {
		r := &requests[i]
		if why := provision.CheckName(r.Room); why != "" {
			warnings = append(warnings, fmt.Sprintf("%s: no room can be called %q: %s", r.name(), r.Room, why))
			continue
		}
		if r.forgotten(now) {
			continue
		}
		c := cs.at(r.Room)
		if c.request == nil || c.request.over(now) && !r.over(now) || c.request.over(now) == r.over(now) && r.ID > c.request.ID {
			c.request = r
		}
	}
	return warnings
}

// requested reports whether a request that is not over is for the room.
func (e evidence) requested() bool { return e.request != nil && !e.request.over(e.now) }

// byRequest reports whether the room is wanted by its request, and by nothing
// else.
func (v verdict) byRequest() bool {
	return v.Source == provision.FromRequest && v.Desired == provision.Live
}

// superseded reports whether the candidate's request, which is not over, has
// given way to another claim on the name.
func (c *candidate) superseded(v verdict) bool {
	return c.request != nil && !c.request.over(v.now) && !v.byRequest()
}

// setRequest fills in what the room of a request is.
func (f *Facts) setRequest(r *Request) {
	f.GroupName = provision.OneLine(r.Title, provision.MaxGroupName)
	f.What = "Room requested"
	if r.Acronym != "" {
		f.What += " for " + provision.OneLine(r.Acronym, provision.MaxName)
	}
	f.What += ", open until " + r.lastDay()
	if purpose := strings.TrimRight(provision.OneLine(r.Purpose, provision.MaxTitle), ". "); purpose != "" {
		f.What += ": " + purpose
	}
	f.What += "."
}

// requestTitle returns the title of the room of a request. A mark of archived
// rooms is no part of it.
func requestTitle(r *Request) string {
	title := provision.OneLine(r.Title, provision.MaxTitle)
	for live := xmppadmin.LiveTitle(title); live != title; live = xmppadmin.LiveTitle(title) {
		title = live
	}
	return cmp.Or(title, r.Room)
}
