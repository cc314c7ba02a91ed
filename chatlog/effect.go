package chatlog

import (
	"strings"
	"unicode/utf8"

	"muster/xmppadmin"
)

// Kind is what a message is.
type Kind string

// The kinds of messages. Only what was said, and subjects, are lines of the
// record; the others change or answer another message.
const (
	Said       Kind = "said"
	Subject    Kind = "subject"
	Correction Kind = "correction"
	Reaction   Kind = "reaction"
	Retraction Kind = "retraction"
	Moderation Kind = "moderation"
	Marker     Kind = "marker" // a chat marker, or nothing to read at all
)

// State is what became of a message.
type State string

// The states of a message. Those but Corrected have no text, unless
// [Options.KeepRetracted] keeps that of Retracted and Moderated.
const (
	Unchanged State = ""
	Corrected State = "corrected"
	Retracted State = "retracted" // by its author
	Moderated State = "moderated" // by a moderator
	Removed   State = "removed"   // from the server's archive, without a trace
	Withdrawn State = "withdrawn" // from the record, by [Store.Withdraw]
)

// KindOf returns what a message is:
//
//	moderates                    Moderation
//	retracts                     Retraction
//	reacts                       Reaction
//	replaces                     Correction
//	a subject without a body     Subject
//	a body, or a tombstone       Said
//	anything else                Marker
func KindOf(m *xmppadmin.ArchivedMessage) Kind {
	switch {
	case m.Moderates != "":
		return Moderation
	case m.Retracts != "" || m.RetractsOrigin != "":
		return Retraction
	case m.Reacts != "":
		return Reaction
	case m.Replaces != "" && m.Body != "":
		return Correction
	case m.HasSubject && m.Body == "":
		return Subject
	case m.Body != "" || m.Tombstone:
		return Said
	}
	return Marker
}

// author is who a message comes from, as far as a room shows it.
type author struct {
	nick     string
	occupant int64 // the mark of the occupant id
}

// same reports whether two messages have one author. Nicks are reused, so they
// count only where the server gives neither message an occupant id.
func (a author) same(b author) bool {
	if a.occupant != 0 && b.occupant != 0 {
		return a.occupant == b.occupant
	}
	return a.occupant == 0 && b.occupant == 0 && a.nick == b.nick && a.nick != ""
}

// Effect returns what a message of a kind does to the message that it names:
//
//	kind        author   target is         target becomes
//	Correction  same     said, correction  Corrected
//	Retraction  same     said, correction  Retracted
//	Moderation  any      any but events    Moderated
//	otherwise                              Unchanged: no effect
//
// A target that is already without its text stays as it is.
func Effect(kind Kind, sameAuthor bool, target Kind, state State) State {
	line := target == Said || target == Correction
	switch {
	case state != Unchanged && state != Corrected:
		return Unchanged
	case kind == Correction && sameAuthor && line:
		return Corrected
	case kind == Retraction && sameAuthor && line:
		return Retracted
	case kind == Moderation && (line || target == Subject):
		return Moderated
	}
	return Unchanged
}

// textOf returns the text of a message without the parts that only repeat what
// an extension says (XEP-0428), and nothing for a message that is an event.
func textOf(m *xmppadmin.ArchivedMessage, kind Kind) string {
	switch kind {
	case Subject:
		return m.Subject
	case Said, Correction:
		return cutFallbacks(m.Body, m.Fallbacks)
	}
	return ""
}

// understood are the extensions whose fallback text is not shown, because the
// record shows what they say.
func understood(namespace string) bool {
	return strings.HasPrefix(namespace, "urn:xmpp:reply:") || strings.HasPrefix(namespace, "urn:xmpp:message-retract:") ||
		strings.HasPrefix(namespace, "urn:xmpp:message-moderate:")
}

// cutFallbacks removes fallback texts from a body. Positions count code points;
// those that are not within the body are ignored.
func cutFallbacks(body string, fallbacks []xmppadmin.Fallback) string {
	length := utf8.RuneCountInString(body)
	var hidden []bool
	for _, f := range fallbacks {
		start, end := f.Start, f.End
		if start < 0 && end < 0 {
			start, end = 0, length
		}
		if !understood(f.For) || start < 0 || start > end || end > length {
			continue
		}
		if hidden == nil {
			hidden = make([]bool, length)
		}
		for i := start; i < end; i++ {
			hidden[i] = true
		}
	}
	if hidden == nil {
		return body
	}
	var b strings.Builder
	i := 0
	for _, r := range body {
		if !hidden[i] {
			b.WriteRune(r)
		}
		i++
	}
	return strings.TrimSpace(b.String())
}
