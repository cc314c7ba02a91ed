package want

import (
	"fmt"
	"strings"
	"time"

	"muster/agenda"
	"muster/provision"
)

// SourceDigest is a meeting's number and its agenda's digest, or [GroupsSource] and
// that of the list of groups, or [RequestsSource] and that of the requests. See [Sources.Fingerprints].
type SourceDigest struct {
	Meeting string `json:"meeting"`
	Digest  string `json:"digest"`
}

// Sources are what the Datatracker has of meetings and groups, what the front desk
// has of requests, and what earlier runs have seen of rooms.
type Sources struct {
	// Meetings are the agendas in hand.
	Meetings []agenda.Meeting
	// Groups is the list of the groups of [Rules.ListTypes]; nil to go by the
	// agendas alone, so that no room is wanted between meetings, and none ends
	// but by a renaming.
	Groups *agenda.GroupList
	// History is what is remembered of rooms, by name: see [state.History].
	History map[string]RoomHistory
	// Requests are the approved requests of the front desk, those that are over
	// among them: the room of a request that is missing is left alone.
	Requests []Request
	// RequestsUnread reports whether there are requests that could not be read.
	RequestsUnread bool
	// Protected are the names of rooms that no request gets.
	Protected []string
}

// Outages returns why agendas or the list of groups come from the cache, one
// outage for each cause.
func (s Sources) Outages() []agenda.Outage {
	var all []agenda.Outage
	for _, m := range s.Meetings {
		all = append(all, m.Outages...)
	}
	if s.Groups != nil {
		all = append(all, s.Groups.Outages...)
	}
	return agenda.MergeOutages(all)
}

// Gap is what could not be read of one source.
type Gap struct {
	// Meeting is the number of the meeting, or [GroupsSource] or [RequestsSource].
	Meeting string `json:"meeting"`
	// Unread are the rows that were left out.
	Unread agenda.Unread `json:"unread"`
	// Incomplete reports whether the list of groups is not whole, or the requests
	// could not be read.
	Incomplete bool `json:"incomplete,omitempty"`
}

// String returns what could not be read: "agenda of IETF 127: rows that could not
// be read: 2, of anima and of groups that could not be read either".
func (g Gap) String() string {
	if g.Meeting == RequestsSource {
		return "requests of the front desk: they could not be read, and their rooms are left alone"
	}
	source := "list of groups"
	if g.Meeting != GroupsSource {
		source = "agenda of " + provision.MeetingName(g.Meeting)
	}
	if g.Unread.Rows == 0 {
		return source + ": it is not whole"
	}
	var of []string
	if len(g.Unread.Groups) > 0 {
		of = append(of, "of "+provision.OneLine(strings.Join(g.Unread.Groups, ", "), provision.MaxDescription))
	}
	if g.Unread.Unnamed > 0 {
		of = append(of, "of groups that could not be read either")
	}
	return fmt.Sprintf("%s: rows that could not be read: %d, %s", source, g.Unread.Rows, strings.Join(of, " and "))
}

// gaps returns what could not be read of the sources, in their order.
func (s Sources) gaps() []Gap {
	var gaps []Gap
	for _, m := range s.Meetings {
		if m.Unread.Rows > 0 {
			gaps = append(gaps, Gap{Meeting: m.Number, Unread: m.Unread})
		}
	}
	if l := s.Groups; l != nil && (l.Incomplete || l.Unread.Rows > 0) {
		gaps = append(gaps, Gap{Meeting: GroupsSource, Unread: l.Unread, Incomplete: l.Incomplete})
	}
	if s.RequestsUnread {
		gaps = append(gaps, Gap{Meeting: RequestsSource, Incomplete: true})
	}
	return gaps
}

// GroupsSource stands in place of a meeting's number for the list of groups,
// RequestsSource for the requests of the front desk.
const (
	GroupsSource   = "groups"
	RequestsSource = "requests"
)

// Fingerprints returns what a plan file keeps of the agendas, of the list of groups
// and of the requests, where there are any, to find out later whether they have changed. When a living group was
// last edited is no part of it: what matters of an edit shows otherwise.
func (s Sources) Fingerprints() []SourceDigest {
	var marks []SourceDigest
	for _, m := range s.Meetings {
		marks = append(marks, SourceDigest{Meeting: m.Number, Digest: m.Digest()})
	}
	if s.Groups != nil {
		marks = append(marks, SourceDigest{Meeting: GroupsSource, Digest: s.groupsDigest()})
	}
	if len(s.Requests) > 0 {
		marks = append(marks, SourceDigest{Meeting: RequestsSource, Digest: provision.DigestOf(s.Requests)})
	}
	return marks
}

func (s Sources) groupsDigest() string {
	quiet := agenda.GroupList{Groups: make([]agenda.GroupRecord, len(s.Groups.Groups))}
	for i, g := range s.Groups.Groups {
		if g.State.Active() {
			g.Changed = time.Time{}
		}
		quiet.Groups[i] = g
	}
	return quiet.Digest()
}

// GroupStats are the counts that [Derive] takes of the list of groups.
type GroupStats struct {
	// Groups are those of a configured type, in any state; Living are those
	// of them that are active, proposed or a BOF.
	Groups int `json:"groups"`
	Living int `json:"living"`
	// Stale and Incomplete are the list's: see [agenda.GroupList].
	Stale      bool `json:"stale"`
	Incomplete bool `json:"incomplete"`
}

// groupStats returns the counts of a list, nil for no list.
func groupStats(l *agenda.GroupList, rules *compiled) *GroupStats {
	if l == nil {
		return nil
	}
	stats := &GroupStats{Stale: l.Stale, Incomplete: l.Incomplete}
	for i := range l.Groups {
		if !rules.listed(l.Groups[i].Type) {
			continue
		}
		stats.Groups++
		if l.Groups[i].State.Active() {
			stats.Living++
		}
	}
	return stats
}

// groupWarnings returns what is odd about a list, in no order.
func groupWarnings(l *agenda.GroupList, rules *compiled) []string {
	if l == nil {
		return nil
	}
	var out []string
	odd := make(map[agenda.GroupState]int)
	for i := range l.Groups {
		if s := l.Groups[i].State; rules.listed(l.Groups[i].Type) && !s.Active() && !s.Over() && !s.Dormant() {
			odd[s]++
		}
	}
	for state, n := range odd {
		out = append(out, fmt.Sprintf("list of groups: the state %q is not known, the rooms of its groups (%d) are left as they are", state, n))
	}
	if l.Stale {
		out = append(out, "list of groups: it is not current, and nothing is archived by it")
	}
	if l.Incomplete {
		out = append(out, "list of groups: it is not whole, and nothing is archived by it")
	}
	return out
}
