package site

import (
	"bytes"
	"fmt"
	"html/template"
	"time"
	"unicode"

	"muster/chatlog"
)

// meetingName returns how a meeting is called.
func meetingName(number string) string {
	for _, r := range number {
		if !unicode.IsDigit(r) {
			return number
		}
	}
	return "IETF " + number
}

// meetingRow is a meeting in the list of all.
type meetingRow struct{ Name, Href, City, Dates string }

// meetings renders the page of all meetings, which are sorted.
func (p *pages) meetings(all []chatlog.Meeting) ([]byte, error) {
	var rows []meetingRow
	for _, m := range all {
		rows = append(rows, meetingRow{meetingName(m.Number), m.Number + "/index.html", printable(m.City), dates(m)})
	}
	return p.render("meetings.html", map[string]any{"Page": p.page("Meetings", "../", "_meeting/index.html"), "Meetings": rows})
}

// dates returns the first and the last day of a meeting, where it is held.
func dates(m chatlog.Meeting) string {
	if m.Start.IsZero() {
		return ""
	}
	first, last := m.Start.In(m.Zone).Format(time.DateOnly), m.End.In(m.Zone).Format(time.DateOnly)
	if first == last {
		return first
	}
	return first + " to " + last
}

// zoneName returns how a meeting's zone is called beside UTC; empty where the zone
// is UTC.
func zoneName(m chatlog.Meeting) string {
	if name := m.Zone.String(); name != "UTC" && name != "Etc/UTC" {
		return name
	}
	return ""
}

// sessionRow is a session in the list of a meeting's.
type sessionRow struct {
	Title, Group, Room, Place, Status string
	Exact, UTC, Local                 string
	Href                              string // of the transcript; empty for none
}

// sessionDay is the sessions of a day, where the meeting is held.
type sessionDay struct {
	Words    string
	Sessions []sessionRow
}

// meeting renders the page of a meeting, whose sessions are in the order of their
// times; hrefs are those of the transcripts there are.
func (p *pages) meeting(m chatlog.Meeting, sessions []chatlog.Session, hrefs map[int]string) ([]byte, error) {
	var days []sessionDay
	for _, x := range sessions {
		words := "Without a time"
		row := sessionRow{
			Title: printable(x.Title), Group: printable(x.Group), Room: x.Room, Place: printable(x.Place), Status: statusWords(x), Href: hrefs[x.ID],
		}
		if row.Title == "" {
			row.Title = row.Group
		}
		if !x.Start.IsZero() {
			words = x.Start.In(m.Zone).Format("Monday 2 January 2006")
			row.Exact = x.Start.Format("2006-01-02T15:04Z")
			row.UTC, row.Local = hoursOf(x, time.UTC), hoursOf(x, m.Zone)
		}
		if n := len(days); n == 0 || days[n-1].Words != words {
			days = append(days, sessionDay{Words: words})
		}
		d := &days[len(days)-1]
		d.Sessions = append(d.Sessions, row)
	}
	return p.render("meeting.html", map[string]any{
		"Page": p.page(meetingName(m.Number), "../../", meetingFolder(m.Number)+"/index.html"), "Name": meetingName(m.Number),
		"City": printable(m.City), "Dates": dates(m), "Zone": zoneName(m), "Agenda": m.URL, "Days": days,
	})
}

// hoursOf returns when a session begins and ends by the clock of a zone.
func hoursOf(x chatlog.Session, zone *time.Location) string {
	return x.Start.In(zone).Format("15:04") + " to " + x.End.In(zone).Format("15:04")
}

// statusWords returns what became of a session that is not held as it stands.
func statusWords(x chatlog.Session) string {
	switch {
	case x.Status.Canceled():
		return "cancelled"
	case !x.Held() && !x.Start.IsZero():
		return "moved"
	}
	return ""
}

// transcriptHour is what was said in one hour, with its time at the meeting where
// that is another one than UTC.
type transcriptHour struct {
	Date, Hour, Exact, Local string
	Lines                    template.HTML
}

// transcript renders what was said in a session.
func (p *pages) transcript(m chatlog.Meeting, part chatlog.Part, lines []chatlog.Line, where func(string) string) ([]byte, error) {
	x, zone := part.Session, zoneName(m)
	var hours []transcriptHour
	date := ""
	for len(lines) > 0 {
		hour, n := cutHour(lines)
		day := hour.Format(time.DateOnly)
		h := transcriptHour{Hour: hour.Format("15:00"), Exact: hour.Format("2006-01-02T15:00Z")}
		if day != date {
			h.Date, date = day, day
		}
		if zone != "" {
			h.Local = hour.In(m.Zone).Format("15:04")
		}
		var w lineWriter
		for _, l := range lines[:n] {
			v := view(l, where)
			w.line(&v, dayHref(x.Room, day)+"#"+v.Anchor, "this message in its day")
		}
		h.Lines = w.html()
		hours, lines = append(hours, h), lines[n:]
	}
	title := printable(x.Title)
	if title == "" {
		title = printable(x.Group)
	}
	base := fileOf(transcriptPath(x))
	return p.render("session.html", map[string]any{
		"Page": p.page(clip(title, titleLength-20)+", "+meetingName(m.Number), "../../", meetingFolder(m.Number)+"/"+base+".html"), "Title": title,
		"Meeting": meetingName(m.Number), "Room": x.Room, "RoomHref": "../../" + x.Room + "/index.html", "Place": printable(x.Place), "Base": base,
		"Date": x.Start.Format("Monday 2 January 2006"), "Exact": x.Start.Format("2006-01-02T15:04Z"),
		"UTC": hoursOf(x, time.UTC), "Local": hoursOf(x, m.Zone), "Zone": zone, "Hours": hours,
	})
}

// transcriptText returns a transcript as plain text: a line on the session, one at
// each new day, and the messages.
func transcriptText(m chatlog.Meeting, part chatlog.Part, lines []chatlog.Line) []byte {
	var b bytes.Buffer
	x := part.Session
	fmt.Fprintf(&b, "%s, %s, room %s, %s %s UTC", meetingName(m.Number), visible(oneLine(x.Title)), x.Room, x.Start.Format(time.DateOnly), hoursOf(x, time.UTC))
	if zone := zoneName(m); zone != "" {
		fmt.Fprintf(&b, " (%s %s)", hoursOf(x, m.Zone), zone)
	}
	b.WriteByte('\n')
	for len(lines) > 0 {
		day, n := lines[0].Time.Format(time.DateOnly), 0
		for n < len(lines) && lines[n].Time.Format(time.DateOnly) == day {
			n++
		}
		fmt.Fprintf(&b, "\n%s UTC\n", day)
		b.Write(textOf(lines[:n]))
		lines = lines[n:]
	}
	return b.Bytes()
}

// oneLine returns a text without control characters and line breaks.
func oneLine(s string) string {
	return string(bytes.Join(bytes.Fields([]byte(printable(s))), []byte(" ")))
}

// sessionLink leads from a day of a room to a transcript.
type sessionLink struct{ Title, Hours, Href string }

// sessionLinks returns the transcripts that have lines of a day.
func sessionLinks(parts []chatlog.Part, lines []chatlog.Line) []sessionLink {
	var out []sessionLink
	for _, p := range parts {
		if len(lines) == 0 || lines[0].Time.After(p.To) || lines[len(lines)-1].Time.Before(p.From) {
			continue
		}
		for _, l := range lines {
			if l.Time.Before(p.From) || !l.Time.Before(p.To) {
				continue
			}
			x := p.Session
			title := printable(x.Title)
			if title == "" {
				title = printable(x.Group)
			}
			out = append(out, sessionLink{
				title + ", " + meetingName(x.Meeting), hoursOf(x, time.UTC), "../" + meetingFolder(x.Meeting) + "/" + fileOf(transcriptPath(x)) + ".html",
			})
			break
		}
	}
	return out
}
