package want

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"muster/agenda"
	"muster/provision"
)

// reasons returns why the room is wanted; where every session is cancelled,
// that.
func (c *claim) reasons(grace time.Duration) []provision.Reason {
	n := len(c.parts)
	if c.standing != nil {
		n++
	}
	if c.record != nil {
		n++
	}
	out := make([]provision.Reason, 0, n)
	live := c.live()
	for i := range c.parts {
		if p := &c.parts[i]; len(p.live) > 0 || !live {
			out = append(out, p.reason())
		}
	}
	if c.record != nil {
		out = append(out, c.recordReason(grace))
	}
	if c.standing != nil {
		out = append(out, provision.Reason{Source: provision.FromStanding, Text: "standing room"})
	}
	return out
}

// recordReason is that of a group that has a room whether it meets or not.
func (c *claim) recordReason(grace time.Duration) provision.Reason {
	r := provision.Reason{Source: provision.FromGroups, Group: c.record.Acronym, GroupType: c.record.Type}
	switch text := called(c.record); {
	case c.record.State != agenda.StateBOF:
		r.Text = text + " is " + string(c.record.State)
	case c.met.end.IsZero():
		r.Text = text + " is a BOF"
	default:
		r.Until = c.met.end.Add(grace).UTC()
		r.Text = text + " is a BOF, last on " + provision.MeetingName(c.met.number) + ": until " + provision.Date(r.Until)
	}
	return r
}

func (p *part) reason() provision.Reason {
	r := provision.Reason{Source: provision.FromMeeting, Meeting: p.meeting.Number, Group: p.acronym, Sessions: p.live}
	if p.group != nil {
		r.GroupType = p.group.Type
	}
	if len(p.live) == 0 {
		r.Sessions = p.cancelled
	}
	slices.Sort(r.Sessions)
	r.Text = p.text(len(r.Sessions), r.GroupType)
	return r
}

// text says it to people: "IETF 126: 2 sessions of quic (wg)".
func (p *part) text(n int, groupType string) string {
	var b strings.Builder
	b.Grow(64)
	b.WriteString(p.meeting.label)
	b.WriteString(": ")
	b.WriteString(strconv.Itoa(n))
	if p.way == byPlenary {
		b.WriteString(" plenary")
	}
	b.WriteString(" session")
	if n != 1 {
		b.WriteString("s")
	}
	b.WriteString(" of ")
	b.WriteString(provision.OneLine(p.acronym, provision.MaxName))
	if groupType != "" {
		b.WriteString(" (")
		b.WriteString(provision.OneLine(groupType, provision.MaxName))
		b.WriteString(")")
	}
	if p.way == byChatRoom {
		b.WriteString(", in a chat room of their own")
	}
	if len(p.live) == 0 {
		b.WriteString(", all cancelled")
	}
	return b.String()
}
