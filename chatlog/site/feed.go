package site

import (
	"bytes"
	"fmt"
	"time"

	"muster/chatlog"
)

// entryView is a day in a feed.
type entryView struct{ URL, Title, Updated, Summary string }

// feedView is a feed (RFC 4287).
type feedView struct {
	ID, Title, Updated, Self, Home, Author string
	Entries                                []entryView
}

// feedDays is how many days a feed has.
const feedDays, siteFeedDays = 30, 100

// xmlPage renders a template of feed.atom.
func (p *pages) xmlPage(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := p.xml.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	return b.Bytes(), nil
}

// feed renders a feed of days, the newest first. path is that of the feed, home
// that of the page that it belongs to.
func (p *pages) feed(title, path, home string, days []chatlog.RoomDay) ([]byte, error) {
	f := feedView{
		ID: p.config.URL + path, Title: title, Self: p.config.URL + path, Home: p.config.URL + home,
		Author: p.config.Service, Updated: time.Unix(0, 0).UTC().Format(time.RFC3339),
	}
	for i, d := range days {
		if i == 0 {
			f.Updated = d.Last.Format(time.RFC3339)
		}
		date := d.Date.Format(time.DateOnly)
		f.Entries = append(f.Entries, entryView{
			URL: p.config.URL + d.Room + "/" + date + ".html", Title: d.Room + ", " + date,
			Updated: d.Last.Format(time.RFC3339), Summary: messages(d.Lines),
		})
	}
	return p.xmlPage("feed", f)
}

// newest returns the last days of a room, the newest first.
func newest(room string, days []chatlog.Day) []chatlog.RoomDay {
	var out []chatlog.RoomDay
	for i := len(days) - 1; i >= 0 && len(out) < feedDays; i-- {
		out = append(out, chatlog.RoomDay{Room: room, Day: days[i]})
	}
	return out
}

// messages counts messages in words.
func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}
