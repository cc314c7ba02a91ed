package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"muster/chatlog"
)

// textOf returns lines as plain text, one message a line; the further lines of
// a message are indented. Characters that change the direction of text are
// written as their numbers.
func textOf(lines []chatlog.Line) []byte {
	var b bytes.Buffer
	for _, l := range lines {
		text, action := strings.CutPrefix(printable(l.Text), "/me ")
		text = lineBreaks.Replace(visible(text))
		nick := visible(oneLine(l.Nick))
		switch {
		case l.Kind == chatlog.Subject:
			text = "subject: " + text
		case action:
			text = "* " + nick + " " + text
		default:
			text = "<" + nick + "> " + text
		}
		if note := noteOf(l); note != "" {
			text = strings.TrimRight(text, " ") + " [" + visible(oneLine(note)) + "]"
		}
		b.Write(l.Time.AppendFormat(b.AvailableBuffer(), time.TimeOnly))
		b.WriteString(" " + text + "\n")
	}
	return b.Bytes()
}

// lineBreaks indents what follows a line break, of any kind, in a text: only the
// next message may begin a line.
var lineBreaks = strings.NewReplacer("\n", "\n\t", "\u2028", "\n\t", "\u2029", "\n\t")

// visible writes characters that are not seen, and change how others are, as
// their numbers.
func visible(s string) string {
	if ascii(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
			fmt.Fprintf(&b, "U+%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// record is a line as JSON Lines have it.
type record struct {
	Type      string         `json:"type"`
	Room      string         `json:"room"`
	ID        string         `json:"id"`
	Time      time.Time      `json:"time"`
	Nick      string         `json:"nick,omitempty"`
	Lang      string         `json:"lang,omitempty"`
	Text      string         `json:"text,omitempty"`
	State     chatlog.State  `json:"state,omitempty"`
	Reason    string         `json:"reason,omitempty"`
	Reply     string         `json:"reply,omitempty"`
	Reactions map[string]int `json:"reactions,omitempty"`
}

// JSONLines returns lines of a room as JSON Lines: objects of the type said or
// subject with room, id (the archive's), time (RFC 3339, UTC), nick, lang,
// text, state, reason, reply (the id of the message answered) and reactions
// (how often each was given); members without a value are left out.
func JSONLines(room string, lines []chatlog.Line) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, l := range lines {
		r := record{
			Type: string(l.Kind), Room: room, ID: l.Archive, Time: l.Time, Nick: l.Nick, Lang: l.Lang,
			Text: l.Text, State: l.State, Reason: l.Reason, Reply: l.Reply,
		}
		for _, c := range l.Reactions {
			if r.Reactions == nil {
				r.Reactions = make(map[string]int)
			}
			r.Reactions[c.Text] = c.Count
		}
		if err := e.Encode(r); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
