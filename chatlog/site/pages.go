package site

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	texttemplate "text/template"
	"time"

	"muster/chatlog"
)

//go:embed templates static
var files embed.FS

// pages renders the pages of one site.
type pages struct {
	config Config
	html   *template.Template
	xml    *texttemplate.Template
	// names of the files in _static
	style, script, icon string
	static              map[string][]byte
	digest              string // of all that every page depends on
}

func newPages(c Config) (*pages, error) {
	p := &pages{config: c, static: make(map[string][]byte)}
	var err error
	if p.html, err = template.ParseFS(files, "templates/*.html"); err != nil {
		return nil, err
	}
	p.xml, err = texttemplate.New("").ParseFS(files, "templates/feed.atom")
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name, ending, more string
		full               *string
	}{{"log", ".css", hueStyles(), &p.style}, {"log", ".js", "", &p.script}, {"icon", ".svg", "", &p.icon}} {
		content, err := files.ReadFile("static/" + f.name + f.ending)
		if err != nil {
			return nil, err
		}
		*f.full = p.addStatic(f.name, f.ending, append(content, f.more...))
	}
	return p, p.setDigest()
}

// addStatic adds a file whose name changes with its content, so that a browser
// may keep it.
func (p *pages) addStatic(name, ending string, content []byte) string {
	full := name + "-" + digestOf(content)[:12] + ending
	p.static[full] = content
	return full
}

// setDigest computes the digest of templates, static files and settings.
func (p *pages) setDigest() error {
	var all bytes.Buffer
	c := p.config
	fmt.Fprintf(&all, "%q %q %q %v %v %q %q %q %q %q %s %s", c.URL, c.Service, c.WebClient, c.Hidden, c.Search, c.NoteWell, c.Contact, c.Clients, c.Accounts,
		[]string{p.style, p.script, p.icon}, c.Before, c.After)
	entries, err := files.ReadDir("templates")
	if err != nil {
		return err
	}
	for _, e := range entries {
		text, err := files.ReadFile("templates/" + e.Name())
		if err != nil {
			return err
		}
		all.Write(text)
	}
	p.digest = digestOf(all.Bytes())
	return nil
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// page is what the frame of every page needs.
type page struct {
	Title, Root, Style, Script, Icon string
	Hidden, Search                   bool
	Canonical, Feed, FeedTitle       string
	Service, NoteWell                string
	Contact                          []Part
}

// page returns the frame of the page at a path. root leads from there to the
// top.
func (p *pages) page(title, root, path string) page {
	f := page{
		Title: clip(title, titleLength), Root: root, Style: p.style, Script: p.script, Icon: p.icon, Hidden: p.config.Hidden,
		Search: p.config.Search, Service: p.config.Service, NoteWell: p.config.NoteWell,
	}
	if p.config.Contact != "" {
		f.Contact = contactOf(p.config.Contact)
	}
	if p.config.URL != "" && !p.config.Hidden {
		f.Canonical = p.config.URL + path
	}
	return f
}

// contactOf makes a link of an e-mail or a web address.
func contactOf(contact string) []Part {
	if strings.Contains(contact, "@") && !strings.ContainsAny(contact, " /:?") {
		return []Part{{Text: contact, Href: "mailto:" + contact}}
	}
	return Links(contact)
}

// URL returns the address that a part leads to. It was written anew from its
// parts by Links, so it is no markup and no script.
func (p Part) URL() template.URL { return template.URL(p.Href) }

// render executes a template.
func (p *pages) render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := p.html.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	return b.Bytes(), nil
}

// hourView is what was said in one hour of a day.
type hourView struct {
	Hour  string
	Lines template.HTML
}

// cutHour returns the hour of the first line, and how many lines are of it.
func cutHour(lines []chatlog.Line) (hour time.Time, n int) {
	hour = lines[0].Time.Truncate(time.Hour)
	for n < len(lines) && lines[n].Time.Truncate(time.Hour).Equal(hour) {
		n++
	}
	return hour, n
}

// day renders the page of a day. before and after are the neighbouring days,
// or ""; sessions are the transcripts that have some of its lines.
func (p *pages) day(room string, date, before, after string, sessions []sessionLink, lines []chatlog.Line, where func(string) string) ([]byte, error) {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return nil, err
	}
	var hours []hourView
	for len(lines) > 0 {
		hour, n := cutHour(lines)
		var w lineWriter
		for _, l := range lines[:n] {
			v := view(l, where)
			w.line(&v, "#"+v.Anchor, "link to this message")
		}
		hours, lines = append(hours, hourView{hour.Format("15:00"), w.html()}), lines[n:]
	}
	frame := p.page(room+", "+date, "../", room+"/"+date+".html")
	return p.render("day.html", map[string]any{
		"Page": frame, "Room": room, "Date": date, "DateWords": at.Format("Monday 2 January 2006"),
		"Before": before, "After": after, "Sessions": sessions, "Hours": hours,
	})
}

// room renders the page of a room, with these years of its calendar; older are
// those that have a page of their own.
func (p *pages) room(r chatlog.RoomInfo, days []chatlog.Day, years []yearView, older []int) ([]byte, error) {
	frame := p.page(r.Name, "../", r.Name+"/index.html")
	if p.config.URL != "" {
		frame.Feed, frame.FeedTitle = "feed.atom", r.Name
	}
	join, web := p.join(r)
	var gaps []map[string]string
	for _, g := range r.Gaps {
		gaps = append(gaps, map[string]string{"From": g.From.Format(time.DateTime), "To": g.To.Format(time.DateTime)})
	}
	lines, said := 0, ""
	for _, d := range days {
		lines += d.Lines
	}
	if lines > 0 {
		said = messages(lines) + " in the record, from " + r.First.Format(time.DateOnly) + " to " + r.Last.Format(time.DateOnly)
	}
	heading := printable(r.Title)
	if heading == "" {
		heading = r.Name
	}
	return p.render("room.html", map[string]any{
		"Page": frame, "Heading": heading, "Description": Links(printable(r.Description)), "StateWords": stateWords(r.Life),
		"JID": r.Name + "@" + p.config.Service, "Join": join, "Web": web, "Said": said, "Gaps": gaps, "Years": years, "Older": older,
	})
}

// year renders the page of a year of a room.
func (p *pages) year(room string, y yearView) ([]byte, error) {
	title := fmt.Sprintf("%s, %d", room, y.Year)
	return p.render("year.html", map[string]any{
		"Page": p.page(title, "../", fmt.Sprintf("%s/%d.html", room, y.Year)), "Room": room, "Year": y.Year, "Months": y.Months,
	})
}

func stateWords(l chatlog.Life) string {
	switch l {
	case chatlog.Archived:
		return "This room is archived: its record stays, and nothing more is said in it."
	case chatlog.Gone:
		return "This room is no longer on the service. Its record stays."
	}
	return "This room is open to all."
}

// join returns the addresses by which a room is joined, from its checked JID:
// the xmpp: one (XEP-0147), and that of the web client, where there is one. An
// archived room has none.
func (p *pages) join(r chatlog.RoomInfo) (xmpp, web template.URL) {
	if r.JID == "" || r.Life != chatlog.Live {
		return "", ""
	}
	if p.config.WebClient != "" {
		web = template.URL(strings.ReplaceAll(p.config.WebClient, "{jid}", url.QueryEscape(r.JID)))
	}
	return template.URL("xmpp:" + r.JID + "?join"), web
}

// roomRow is a room in the index.
type roomRow struct {
	Name, Title, About, Last string
	Join, Web                template.URL
}

// roomGroup is a part of the index.
type roomGroup struct {
	Title string
	Rooms []roomRow
}

// index renders the page of all rooms.
func (p *pages) index(rooms []chatlog.RoomInfo) ([]byte, error) {
	groups := []roomGroup{{Title: "Live rooms"}, {Title: "Standing rooms"}, {Title: "Requested rooms"}, {Title: "Archived rooms"}, {Title: "Former rooms"}}
	for _, r := range rooms {
		i := groupOf(r.Room)
		row := roomRow{Name: r.Name, Title: strings.TrimPrefix(printable(r.Title), r.Name+": "), About: firstSentence(printable(r.Description))}
		row.Join, row.Web = p.join(r)
		if !r.Last.IsZero() {
			row.Last = r.Last.Format(time.DateOnly)
		}
		groups[i].Rooms = append(groups[i].Rooms, row)
	}
	var filled []roomGroup
	for _, g := range groups {
		if len(g.Rooms) > 0 {
			filled = append(filled, g)
		}
	}
	frame := p.page("Chat rooms of "+p.config.Service, "", "index.html")
	if p.config.URL != "" {
		frame.Feed, frame.FeedTitle = "feed.atom", "Chat rooms"
	}
	return p.render("index.html", map[string]any{"Page": frame, "Groups": filled, "Query": ""})
}

// groupOf returns in which part of the index a room is: a live one in that of what
// it is for.
func groupOf(r chatlog.Room) int {
	switch {
	case r.Life == chatlog.Archived:
		return 3
	case r.Life == chatlog.Gone:
		return 4
	case r.Purpose == chatlog.ForStanding:
		return 1
	case r.Purpose == chatlog.ForRequester:
		return 2
	}
	return 0
}

// aboutLength is how many characters of a description the index has.
const aboutLength = 140

// firstSentence returns the beginning of a description: what a room is for. The
// rest, such as the next session, is on the room's page.
func firstSentence(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	if i := strings.Index(s, ". "); i >= 0 {
		s = s[:i+1]
	}
	return clip(s, aboutLength)
}

// titleLength is how many characters of a title the window and the results of
// search engines have room for.
const titleLength = 70

// clip cuts a text off behind so many characters.
func clip(s string, length int) string {
	if r := []rune(s); len(r) > length {
		return string(r[:length-1]) + "…"
	}
	return s
}

// about renders the page "How to take part".
func (p *pages) about(rooms []chatlog.RoomInfo) ([]byte, error) {
	var example, hallway chatlog.RoomInfo
	for _, r := range rooms {
		if r.Life != chatlog.Live || r.JID == "" {
			continue
		}
		if example.JID == "" || r.Name == "quic" {
			example = r
		}
		if r.Name == "hallway" {
			hallway = r
		}
	}
	exampleJoin, _ := p.join(example)
	hallwayJoin, _ := p.join(hallway)
	list := func(texts []string) (all [][]Part) {
		for _, t := range texts {
			all = append(all, Links(printable(t)))
		}
		return all
	}
	return p.render("about.html", map[string]any{
		"Page": p.page("How to take part", "", "about.html"), "Example": example.JID, "ExampleJoin": exampleJoin,
		"Hallway": hallway.JID, "HallwayJoin": hallwayJoin,
		"Web": p.config.WebClient != "", "Accounts": list(p.config.Accounts), "Clients": list(p.config.Clients),
	})
}
