package ui

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"muster/agenda"
	"muster/chatlog"
)

// The records of chat logs.
type (
	logRecord struct {
		Type      string          `json:"type"`
		Room      string          `json:"room"`
		Verdict   chatlog.Verdict `json:"verdict"`
		New       int             `json:"new"`
		Removed   int             `json:"removed"`
		Forgotten int             `json:"forgotten"`
		Differing int             `json:"differing,omitempty"`
		Error     string          `json:"error,omitempty"`
	}
	hitRecord struct {
		Type string    `json:"type"`
		Room string    `json:"room"`
		ID   string    `json:"id"`
		Time time.Time `json:"time"`
		Nick string    `json:"nick"`
		Text string    `json:"text"`
		// State is that of a text that is kept though it was retracted.
		State chatlog.State `json:"state,omitempty"`
	}
)

// JSONLines writes lines of JSON as they are, with every hidden character
// visible.
func (c *Console) JSONLines(text []byte) {
	for line := range bytes.Lines(text) {
		_, _ = c.out.Write(escapeJSON(line))
	}
}

// Recorded shows what was read of rooms that were archived.
func (c *Console) Recorded(outcomes []chatlog.Outcome) {
	fresh := 0
	for _, o := range outcomes {
		fresh += o.New
	}
	c.outcomes(outcomes, func(o chatlog.Outcome) bool { return o.Verdict != chatlog.Whole })
	c.Result("chat logs of archived rooms: %d compared, %d new messages", len(outcomes), fresh)
}

// Exported shows what an export found. The last line counts rooms and
// messages; rooms without news have no line of their own.
func (c *Console) Exported(outcomes []chatlog.Outcome) {
	fresh, messages, removed, forgotten, unknown := 0, 0, 0, 0, 0
	for _, o := range outcomes {
		if o.New > 0 {
			fresh++
		}
		if o.Verdict == chatlog.UnknownVerdict {
			unknown++
		}
		messages, removed, forgotten = messages+o.New, removed+o.Removed, forgotten+o.Forgotten
	}
	c.outcomes(outcomes, func(o chatlog.Outcome) bool { return o.Verdict != chatlog.Whole || o.Removed > 0 })
	c.Result("export: %d rooms: %d with %d new messages, %d quiet, %d messages removed, %d forgotten, %d unknown",
		len(outcomes), fresh, messages, len(outcomes)-fresh-unknown, removed, forgotten, unknown)
}

// ExportTroubles shows, of an export that is silent otherwise, the rooms that
// could not be read and those whose record is no longer whole since the last
// one.
func (c *Console) ExportTroubles(outcomes []chatlog.Outcome) {
	for _, o := range outcomes {
		if o.Verdict == chatlog.UnknownVerdict {
			c.Error(fmt.Errorf("chat log of room %q: %w", o.Room, o.Err))
		} else if o.Verdict != chatlog.Whole && o.Verdict != o.Before {
			c.Warn("chat log of room %q: %s: %s", o.Room, o.Verdict, outcomeWords(o))
		}
	}
}

// Verified shows the verdict of each room. The last line counts them, and where
// the record was repaired the messages that it was about.
func (c *Console) Verified(outcomes []chatlog.Outcome, repaired bool) {
	counts := make(map[chatlog.Verdict]int)
	for _, o := range outcomes {
		counts[o.Verdict]++
	}
	c.outcomes(outcomes, func(chatlog.Outcome) bool { return true })
	last := fmt.Sprintf("verify: %d rooms: %d whole, %d unread, %d forgotten, %d with gaps, %d not archived, %d unknown", len(outcomes),
		counts[chatlog.Whole], counts[chatlog.Unread], counts[chatlog.Forgotten], counts[chatlog.Gap], counts[chatlog.Off], counts[chatlog.UnknownVerdict])
	if repaired {
		n := 0
		for _, o := range outcomes {
			n += o.New + o.Removed + o.Differing
		}
		last += fmt.Sprintf(", %d messages repaired", n)
	}
	c.Result("%s", last)
}

// outcomes shows rooms: all as records, those selected as lines.
func (c *Console) outcomes(outcomes []chatlog.Outcome, selected func(chatlog.Outcome) bool) {
	rows := [][]string{{"room", "record", "what"}}
	for _, o := range outcomes {
		if c.Options.Format == JSON {
			r := logRecord{Type: "log", Room: o.Room, Verdict: o.Verdict, New: o.New, Removed: o.Removed, Forgotten: o.Forgotten, Differing: o.Differing}
			if o.Err != nil {
				r.Error = o.Err.Error()
			}
			c.record(r)
			continue
		}
		if selected(o) {
			rows = append(rows, []string{o.Room, string(o.Verdict), outcomeWords(o)})
		}
	}
	if len(rows) > 1 {
		c.table(rows)
	}
}

// outcomeWords returns in words what the verdict on a room is about.
func outcomeWords(o chatlog.Outcome) string {
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	switch o.Verdict {
	case chatlog.Unread:
		if o.New > 0 || o.Removed+o.Differing == 0 {
			add(max(o.New, 1), "or more messages are not in the record; muster logs export reads them")
		}
	case chatlog.Off:
		parts = append(parts, "the room does not archive its messages; muster doctor names the setting")
	case chatlog.Gap:
		parts = append(parts, "the server lost messages before they were read")
	case chatlog.UnknownVerdict:
		parts = append(parts, o.Err.Error())
	default:
		add(o.New, "new")
	}
	add(o.Removed, "removed")
	add(o.Differing, "had another text")
	add(o.Forgotten, "no longer on the server: how long it keeps archives is its setting")
	return strings.Join(parts, ", ")
}

// Hits shows what a search found.
func (c *Console) Hits(hits []chatlog.Hit) {
	for _, h := range hits {
		var state chatlog.State
		note := ""
		if s := h.Line.State; s == chatlog.Retracted || s == chatlog.Moderated {
			state, note = s, " ["+string(s)+"]"
		}
		if c.Options.Format == JSON {
			c.record(hitRecord{Type: "hit", Room: h.Room, ID: h.Line.Archive, Time: h.Line.Time, Nick: h.Line.Nick, Text: h.Line.Text, State: state})
			continue
		}
		c.Result("%s  %s  <%s> %s%s", h.Line.Time.Format("2006-01-02 15:04:05"), h.Room, h.Line.Nick, strings.Join(strings.Fields(h.Line.Text), " "), note)
	}
	if len(hits) == 0 {
		c.Result("nothing found")
	}
}

// UploadState is what becomes of the transcript of a session.
type UploadState string

// The states of transcripts.
const (
	UploadWould     UploadState = "would send"
	UploadSent      UploadState = "sent"
	UploadUnchanged UploadState = "unchanged" // since it was sent
	UploadEmpty     UploadState = "empty"     // nothing was said
	UploadNotHeld   UploadState = "not held"  // cancelled, or moved
	UploadRefused   UploadState = "refused"   // before it was sent
	UploadFailed    UploadState = "failed"
)

// Upload is the transcript of a session, and what becomes of it.
type Upload struct {
	Session     int
	Room, Title string
	Lines       int
	State       UploadState
	Reason      string // why it was refused, or failed
	// Text is what would be sent, to be shown; nil for not.
	Text []agenda.ChatLine
}

// uploadRecord is an Upload as a record.
type uploadRecord struct {
	Type    string      `json:"type"`
	Session int         `json:"session"`
	Room    string      `json:"room"`
	Title   string      `json:"title"`
	Lines   int         `json:"lines"`
	State   UploadState `json:"state"`
	Reason  string      `json:"reason,omitempty"`
}

// Uploads shows what becomes of transcripts: as records of all of them, as lines
// of those that are sent or refused. The last line counts them.
func (c *Console) Uploads(all []Upload, sent bool) {
	counts := make(map[UploadState]int)
	rows := [][]string{{"session", "room", "messages", "what"}}
	for _, u := range all {
		counts[u.State]++
		if c.Options.Format == JSON {
			c.record(uploadRecord{"upload", u.Session, u.Room, u.Title, u.Lines, u.State, u.Reason})
			continue
		}
		what := string(u.State)
		if u.Reason != "" && u.State == UploadRefused {
			what += ": " + u.Reason
		}
		switch u.State {
		case UploadWould, UploadSent, UploadRefused, UploadFailed:
			rows = append(rows, []string{fmt.Sprint(u.Session), u.Room, fmt.Sprint(u.Lines), what})
		}
	}
	if len(rows) > 1 {
		c.table(rows)
	}
	for _, u := range all {
		for _, l := range u.Text {
			c.Result("%d  %s  <%s> %s", u.Session, l.Time.UTC().Format(time.DateTime), l.Author, strings.Join(strings.Fields(l.Text), " "))
		}
	}
	news := fmt.Sprintf("%d would be sent", counts[UploadWould])
	if sent {
		news = fmt.Sprintf("%d sent", counts[UploadSent])
	}
	c.Result("upload: %d sessions: %s, %d unchanged, %d empty, %d not held, %d refused, %d failed",
		len(all), news, counts[UploadUnchanged], counts[UploadEmpty], counts[UploadNotHeld], counts[UploadRefused], counts[UploadFailed])
}
