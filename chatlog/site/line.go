package site

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"time"

	"muster/chatlog"
)

// lineView is a line as the templates show it.
type lineView struct {
	Anchor string // of the line in its page, without "#"
	Time   string // 13:05:07
	Exact  string // RFC 3339, UTC
	Nick   string
	Hue    string // class of the nick's colour; empty where the room speaks
	Lang   string
	Action bool // "/me": the nick is the beginning of the sentence
	Parts  []Part
	// Note is what became of the message, in words; empty for nothing.
	Note      string
	Struck    bool // the text is kept though it was retracted
	Subject   bool
	Reply     string // the href of the line that this one answers
	Reactions []chatlog.ReactionCount
}

// languageTag matches what looks like a language tag (BCP 47).
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$`)

// anchorOf returns the anchor of a message.
func anchorOf(archive string) string {
	if plainID(archive) {
		return "m-" + archive
	}
	sum := sha256.Sum256([]byte(archive))
	return "m-" + base64.RawURLEncoding.EncodeToString(sum[:])[:16]
}

// plainID reports whether an archive id may be an anchor as it is: up to 64
// letters, digits and marks that have no meaning in an address.
func plainID(archive string) bool {
	for i := range len(archive) {
		c := archive[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && c != '.' && c != '_' && c != '~' && c != '-' {
			return false
		}
	}
	return archive != "" && len(archive) <= 64
}

// view turns a line into what the templates show. where gives the path, from
// this page, of the page with a message, or "".
func view(l chatlog.Line, where func(archive string) string) lineView {
	v := lineView{
		Anchor: anchorOf(l.Archive), Time: l.Time.Format(time.TimeOnly), Exact: l.Time.Format("2006-01-02T15:04:05.000000Z"),
		Nick: printable(l.Nick), Subject: l.Kind == chatlog.Subject, Note: noteOf(l),
		Struck:    l.Text != "" && (l.State == chatlog.Retracted || l.State == chatlog.Moderated),
		Reactions: l.Reactions,
	}
	if l.Nick != "" {
		v.Hue = hueOf(l.Nick)
	}
	if l.Lang != "" && languageTag.MatchString(l.Lang) {
		v.Lang = l.Lang
	}
	text := printable(l.Text)
	if action, ok := strings.CutPrefix(text, "/me "); ok {
		v.Action, text = true, action
	}
	v.Parts = Links(text)
	if l.Reply != "" {
		if path := where(l.Reply); path != "" {
			v.Reply = path + "#" + anchorOf(l.Reply)
		}
	}
	for i := range v.Reactions {
		v.Reactions[i].Text = printable(v.Reactions[i].Text)
	}
	return v
}

// noteOf returns in words what became of a message; empty for nothing.
func noteOf(l chatlog.Line) string {
	reason := ""
	if l.Reason != "" {
		reason = ": " + printable(l.Reason)
	}
	switch l.State {
	case chatlog.Corrected:
		if l.ByNick {
			return "corrected, under the same nick"
		}
		return "corrected"
	case chatlog.Retracted:
		if l.ByNick {
			return "retracted, under the same nick"
		}
		return "retracted by its author"
	case chatlog.Moderated:
		return "removed by a moderator" + reason
	case chatlog.Removed:
		return "removed"
	case chatlog.Withdrawn:
		return "withdrawn from the record" + reason
	}
	return ""
}

// printable removes control characters other than line breaks and tabs; no
// page has them.
func printable(s string) string {
	if ascii(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// ascii reports whether a text has nothing but printable ASCII.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
