package want

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"muster/agenda"
	"muster/provision"
)

// reasons returns why a candidate's room is wanted; of a room whose sessions are
// all cancelled that they are.
func (c *candidate) reasons(v verdict) []provision.Reason {
	var out []provision.Reason
	for _, set := range c.sets {
		if set.meets() || !c.meets() && !v.standing && !v.keeps() {
			out = append(out, set.reason())
		}
	}
	if v.keeps() {
		out = append(out, v.groupReason())
	}
	if v.byRequest() {
		out = append(out, provision.Reason{
			Source: provision.FromRequest, Group: c.request.Acronym, Text: c.request.String(), Until: c.request.Until.UTC(),
		})
	}
	if c.standing != nil {
		out = append(out, provision.Reason{Source: provision.FromStanding, Text: "standing room"})
	}
	return out
}

// groupReason is that of a group that has its room all year.
func (v verdict) groupReason() provision.Reason {
	r := provision.Reason{Source: provision.FromGroups, Group: v.group.Acronym, GroupType: v.group.Type}
	switch text := groupAndType(v.group); {
	case v.group.State != agenda.StateBOF:
		r.Text = text + " is " + string(v.group.State)
	case v.last.end.IsZero():
		r.Text = text + " is a BOF"
	default:
		r.Until = v.last.end.Add(v.grace).UTC()
		r.Text = text + " is a BOF, last on " + provision.MeetingName(v.last.number) + ": until " + provision.Date(r.Until)
	}
	return r
}

// reason is that of the sessions of a set that take place, or of all where none
// does.
func (s *sessionSet) reason() provision.Reason {
	r := provision.Reason{Source: provision.FromMeeting, Meeting: s.meeting.agenda.Number, Group: s.acronym}
	if s.group != nil {
		r.GroupType = s.group.Type
		r.Inferred = s.group.Inferred && s.rule != byPlenary
	}
	meets := s.meets()
	for _, session := range s.sessions {
		if session.Status.Canceled() != meets {
			r.Sessions = append(r.Sessions, session.ID)
		}
	}
	slices.Sort(r.Sessions)
	r.Text = s.text(len(r.Sessions), r.GroupType)
	return r
}

// text words the reason: "IETF 126: 2 sessions of quic (wg)".
func (s *sessionSet) text(n int, groupType string) string {
	sessions := "session"
	if s.rule == byPlenary {
		sessions = "plenary session"
	}
	if n != 1 {
		sessions += "s"
	}
	text := fmt.Sprintf("%s: %d %s of %s", s.meeting.name, n, sessions, provision.OneLine(s.acronym, provision.MaxName))
	if groupType != "" {
		text += " (" + provision.OneLine(groupType, provision.MaxName) + ")"
	}
	if s.rule == byChatRoom {
		text += ", in a chat room of their own"
	}
	if !s.meets() {
		text += ", all cancelled"
	}
	return text
}

// groupAndType names a group and its type: "quic (wg)".
func groupAndType(g *agenda.GroupRecord) string {
	return provision.OneLine(g.Acronym, provision.MaxName) + " (" + provision.OneLine(g.Type, provision.MaxName) + ")"
}

// The texts below are reasons of decisions; each may follow a colon.

const (
	forMeetingsOnly = ", and rooms of its type are for meetings"
	rowUnread       = ", and a row that may be of its group could not be read"
)

func inState(g *agenda.GroupRecord) string {
	return fmt.Sprintf("%s is in the state %q", groupAndType(g), provision.OneLine(string(g.State), provision.MaxName))
}

func lastMet(g *agenda.GroupRecord, last lastMeeting) string {
	return fmt.Sprintf("the BOF %s was last on %s, which ended on %s",
		provision.OneLine(g.Acronym, provision.MaxName), provision.MeetingName(last.number), provision.Date(last.end))
}

func isOver(g *agenda.GroupRecord, since time.Time, noted bool) string {
	seen := ""
	if !noted {
		seen = "seen "
	}
	return groupAndType(g) + " has been " + seen + g.State.Words() + " since " + provision.Date(since)
}

// notAuthoritative is why the room of a group that is over, or of a BOF that was
// last on a meeting long ago, is left alone.
func notAuthoritative(g *agenda.GroupRecord, last lastMeeting) string {
	text := groupAndType(g) + " is " + g.State.Words()
	if g.State == agenda.StateBOF {
		text = lastMet(g, last)
	}
	return text + ", and the list of groups that says so is not current or not whole"
}

func isRenamed(r renaming) string {
	text := "the group is " + r.to + " now"
	if r.source == provision.FromGroups {
		text = "the Datatracker's list of groups calls the group " + r.to + " now"
	}
	if !r.ready {
		text += ", and there is no room of that name yet"
	}
	return text
}

func sessionsRoom(number string) string {
	return "a room of sessions, last on " + provision.MeetingName(number) + ": such rooms stand"
}

// withGrace returns the reason of a decision with what became of its days of
// grace.
func withGrace(d provision.Decision, grace time.Duration) string {
	var b strings.Builder
	b.WriteString(d.Reason)
	switch {
	case d.Until.IsZero():
	case d.Desired == provision.LeaveAlone:
		b.WriteString("; its room lives until " + provision.Date(d.Until))
	case grace > 0:
		b.WriteString("; " + provision.InDays(grace) + " have passed")
	}
	return b.String()
}
