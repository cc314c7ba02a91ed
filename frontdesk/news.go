package frontdesk

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"muster/agenda"
	"muster/frontdesk/store"
	"muster/provision"
)

// What has to be of a session that moved before its chairs are sent news of it.
const (
	newsAhead  = 14 * 24 * time.Hour // how far ahead it is at most
	newsStands = 10 * time.Minute    // for how long the agenda has had it so
	newsSyncs  = 2                   // and in how many syncs
	// newsKept is how long a session is remembered after its start.
	newsKept = 30 * 24 * time.Hour
)

// News is what is new of the sessions of one group at one meeting.
type News struct {
	Meeting, Group string // number and acronym
	// Rooms are the names of the chat rooms of those sessions, sorted.
	Rooms []string
	// Text is the message: a line that names both, and a line for each session.
	Text string
}

// Moved compares what is known of sessions with the agendas of a sync at now, which
// must be fresh and whole. It returns what is to be known from now on, sorted, and
// the news. By the ID of the session, the first row that fits counts:
//
//	the agenda has                                then
//	--------------------------------------------  ----------------------------------
//	it for the first time                         it is known, and no news; where the row
//	                                              of another one of its group that is
//	                                              known was superseded, it is that one
//	it as it is known                             what was seen meanwhile is dropped
//	it otherwise, and otherwise than last seen    seen in one sync, from now
//	it otherwise, in one sync or < 10 minutes     seen in one more sync
//	it otherwise, before and in 14 days and more  it is known, and no news
//	it otherwise                                  it is known, and news
//	it no more                                    as before; forgotten in the end
//
// Otherwise is another start, length or place, that it is cancelled or takes place
// again. An unknown start is no other one. The superseded rows of moved sessions
// count for nothing, nor do breaks and the like.
func Moved(known []store.Sighting, meetings []agenda.Meeting, now time.Time) (all []store.Sighting, news []News) {
	by := make(sightings, len(known))
	for _, s := range known {
		if last := s.Last(); last.IsZero() || now.Sub(last) < newsKept {
			by[sessionID{s.Meeting, s.Session}] = s
		}
	}
	for i := range meetings {
		m := &meetings[i]
		changes := make(map[string]*News)
		by.followMoves(m)
		for k := range m.Sessions {
			s := &m.Sessions[k]
			if s.Status == agenda.Rescheduled || s.Type.Placeholder() {
				continue
			}
			id := sessionID{m.Number, s.ID}
			have, found := by[id]
			next, line := sight(have, found, s, m, now)
			if by[id] = next; line != "" {
				add(changes, m, s, line)
			}
		}
		for _, group := range slices.Sorted(maps.Keys(changes)) {
			n := *changes[group]
			if m.AgendaURL != "" {
				n.Text += "\nAgenda: " + m.AgendaURL
			}
			n.Rooms = slices.Compact(slices.Sorted(slices.Values(n.Rooms)))
			news = append(news, n)
		}
	}
	for _, s := range by {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b store.Sighting) int {
		return cmp.Or(strings.Compare(a.Meeting, b.Meeting), cmp.Compare(a.Session, b.Session))
	})
	return all, news
}

// sessionID identifies a session.
type sessionID struct {
	meeting string
	session int
}

type sightings map[sessionID]store.Sighting

// followMoves gives what is known of a session whose row is superseded to a session
// of the same group that is not known: whichever of the two kept the ID, it is one
// session that moved.
func (by sightings) followMoves(m *agenda.Meeting) {
	left := make(map[string][]sessionID) // by group
	for i := range m.Sessions {
		id := sessionID{m.Number, m.Sessions[i].ID}
		if _, known := by[id]; known && m.Sessions[i].Status == agenda.Rescheduled {
			left[m.Sessions[i].Group] = append(left[m.Sessions[i].Group], id)
		}
	}
	for i := range m.Sessions {
		s := &m.Sessions[i]
		id := sessionID{m.Number, s.ID}
		if _, known := by[id]; known || s.Status == agenda.Rescheduled || len(left[s.Group]) == 0 {
			continue
		}
		old := left[s.Group][0]
		left[s.Group] = left[s.Group][1:]
		moved := by[old]
		moved.Session = s.ID
		by[id] = moved
		delete(by, old)
	}
}

// add adds a line on a session to the news of its group.
func add(changes map[string]*News, m *agenda.Meeting, s *agenda.Session, line string) {
	n := changes[s.Group]
	if n == nil {
		n = &News{Meeting: m.Number, Group: s.Group, Text: "News of " + store.Plain(s.Group) + ", " + provision.MeetingName(m.Number) + ":"}
		changes[s.Group] = n
	}
	n.Text += "\n" + line
	n.Rooms = append(n.Rooms, provision.Lower(s.Room))
}

// sight applies the table of Moved to one session. The line is empty for no news.
func sight(have store.Sighting, found bool, s *agenda.Session, m *agenda.Meeting, now time.Time) (next store.Sighting, line string) {
	is := placementOf(s)
	if !found {
		return store.Sighting{Meeting: m.Number, Session: s.ID, Group: s.Group, Told: is}, ""
	}
	if have.Group = s.Group; is.Start.IsZero() {
		is.Start, is.Duration = have.Told.Start, have.Told.Duration
	}
	switch {
	case is.Equal(have.Told):
		have.Seen, have.Since, have.Syncs = store.Placement{}, time.Time{}, 0
		return have, ""
	case have.Syncs == 0 || !is.Equal(have.Seen):
		have.Seen, have.Since, have.Syncs = is, now, 1
	default:
		have.Syncs++
	}
	if have.Syncs < newsSyncs || now.Sub(have.Since) < newsStands {
		return have, ""
	}
	was := have.Told
	have.Told, have.Seen, have.Since, have.Syncs = is, store.Placement{}, time.Time{}, 0
	return have, lineOf(s, was, is, m.TimeZone, now)
}

// placementOf returns the placement of a session.
func placementOf(s *agenda.Session) store.Placement {
	return store.Placement{
		Start: s.Start.UTC(), Duration: s.Duration, Place: provision.OneLine(s.Location, provision.MaxPlace), Canceled: s.Status.Canceled(),
	}
}

// lineOf returns the news of a session that was in one placement and is in
// another, empty where that is none to its chairs.
func lineOf(s *agenda.Session, was, is store.Placement, zone *time.Location, now time.Time) string {
	soon := func(p store.Placement) bool { return p.Start.After(now) && p.Start.Sub(now) <= newsAhead }
	name := "The session"
	if s.Name != "" {
		name += " " + store.Plain(s.Name)
	}
	switch {
	case was.Canceled && is.Canceled:
		return ""
	case is.Canceled && soon(was):
		return name + " was cancelled: " + placed(was, zone) + "."
	case is.Canceled:
		return ""
	case was.Canceled && soon(is):
		return name + " takes place again: " + placed(is, zone) + "."
	case was.Canceled, !soon(was) && !soon(is):
		return ""
	}
	return name + " has moved: it is now " + placed(is, zone) + ", and was " + placed(was, zone) + "."
}

// placed returns a placement in words, in the time zone of the meeting.
func placed(p store.Placement, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	text := "at an unknown time"
	if start := p.Start.In(zone); !p.Start.IsZero() {
		text = start.Format("Monday 2 January 2006, 15:04")
		if end := start.Add(p.Duration); p.Duration > 0 && end.YearDay() == start.YearDay() {
			text += end.Format("-15:04")
		} else if p.Duration > 0 {
			text += end.Format(" to Monday 2 January, 15:04")
		}
		text += start.Format(" MST")
	}
	if p.Place != "" {
		text += ", " + store.Plain(p.Place)
	}
	return text
}

// NewsMessages returns the messages of news: one for each group and each JID that
// is linked to someone with a role in that group, of the roles that count. Those of
// its area do not.
func NewsMessages(news []News, links []Link, f Facts) []Message {
	var all []Message
	for _, n := range news {
		g, known := groupOf(f.Groups, n.Group)
		for _, l := range links {
			holds := slices.ContainsFunc(f.Roles.Roles, func(r agenda.Role) bool {
				return r.Person == l.Person && r.Group == g.ID && slices.Contains(f.Counted, r.Name)
			})
			if known && holds {
				all = append(all, Message{
					Key:    fmt.Sprintf("news:%s:%s:%d:%s", n.Meeting, n.Group, f.Now.Unix(), l.JID),
					Medium: Chat, Address: l.JID, Body: n.Text, Due: f.Now,
				})
			}
		}
	}
	return all
}

// RoomMessages returns what is said in rooms of news: one line in each of the rooms
// of the sessions that is live, by name, on the MUC service.
func RoomMessages(news []News, service string, live map[string]bool, now time.Time) []Message {
	var all []Message
	for _, n := range news {
		for _, room := range n.Rooms {
			if live[room] {
				all = append(all, Message{
					Key:    fmt.Sprintf("news:%s:%s:%d:%s", n.Meeting, n.Group, now.Unix(), room+"@"+service),
					Medium: InRoom, Address: room + "@" + service, Body: strings.ReplaceAll(n.Text, "\n", " "), Due: now,
				})
			}
		}
	}
	return all
}
