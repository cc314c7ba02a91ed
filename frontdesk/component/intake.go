package component

import (
	"encoding/xml"

	"mellium.im/xmpp/jid"

	"muster/frontdesk"
	"muster/xmppadmin/xep"
)

const slowDown = "Slow down: that was more than I answer at once. I will be silent for ten minutes; commands go on working."

// take decides what becomes of a stanza that came: it is dropped, refused at
// once, or queued. It runs on the goroutine that reads the stream.
func (w *wire) take(t xml.TokenReader) {
	s, err := xep.ReadStanza(t)
	if err != nil {
		return // the stream is over, and said so by itself
	}
	j := job{stanza: s, kind: kindOf(s)}
	if outcome := w.admit(&j); outcome != "" {
		w.cfg.Observer.Stanza(j.kind, outcome)
	}
}

// admit returns the outcome of a stanza that is not queued, or "".
func (w *wire) admit(j *job) string {
	s := j.stanza
	from, err := jid.Parse(s.From)
	if err == nil && w.visits.take(s, from) {
		return answered
	}
	if err != nil || from.Domainpart() == w.cfg.Domain || !answerable(s) {
		return dropped
	}
	j.caller = frontdesk.Caller{JID: from.Bare().String(), Full: from.String()}
	at, ok := w.address(s.To)
	j.at = at
	switch {
	case !ok && s.Kind == "iq":
		w.refuse(s.Refusal("cancel", "item-not-found", "There is nothing at this address. The desk is at "+w.chat()+"."))
		return refused
	case !ok, s.Kind != "iq" && !bounce(s) && from.Domainpart() == w.cfg.Service:
		return dropped
	case s.Kind == "iq" && from.Domainpart() == w.cfg.Service:
		w.refuse(s.Refusal("cancel", "not-allowed", "A room does not say who you are. Write from your own address."))
		return refused
	}
	if outcome, over := w.limit(from, *j); over {
		return outcome
	}
	if s.TooLarge && !bounce(s) {
		w.refuse(s.Refusal("modify", "not-acceptable", "That is too large: 64 KiB and 16 levels are read, not more."))
		return refused
	}
	return w.queued(*j)
}

// queued queues a job, or refuses it where the queue is full.
func (w *wire) queued(j job) string {
	if w.enqueue(j) {
		return ""
	}
	w.tryLater(j.stanza)
	return full
}

// tryLater refuses a stanza for now. Presence takes no refusal.
func (w *wire) tryLater(s xep.Stanza) {
	if s.Kind != "presence" && s.Type != "error" {
		w.refuse(s.Refusal("wait", "resource-constraint", "That is more than I can answer now. Try again in a minute."))
	}
}

// limit reports whether a stanza is over a limit, and what was done with it then.
// An IQ is answered all the same (RFC 6120 §8.2.3); a person gets one message,
// behind the answers to what came before.
func (w *wire) limit(from jid.JID, j job) (outcome string, over bool) {
	local := from.Domainpart() == w.cfg.Server
	s := standing{local: local, trusted: local || w.cfg.Remote, talks: j.stanza.Kind != "iq"}
	switch v := w.limiter.take(j.caller.JID, from.Domainpart(), s, w.cfg.Now()); {
	case v == within:
		return "", false
	case bounce(j.stanza):
	case v == tooMany:
		w.tryLater(j.stanza)
	case v == firstTooMany && j.stanza.Kind == "message":
		j.over = true
		return w.queued(j), true
	case v == firstTooMany, j.stanza.Kind == "iq":
		w.tryLater(j.stanza)
	}
	return limited, true
}

// kindOf returns the kind of a stanza as an [Observer] is given it.
func kindOf(s xep.Stanza) string {
	if name, _, ok := s.Payload(); ok && s.Kind == "iq" && name.Space == xep.FeatureCommands {
		return "command"
	}
	return s.Kind
}

// answerable reports whether a stanza is of a kind that is answered, or is an
// error that the outbox wants to know. Nothing is answered to errors, to what was
// said to many, and to what was kept on its way: answers to those make loops.
func answerable(s xep.Stanza) bool {
	switch s.Kind {
	case "iq":
		return s.Type == "get" || s.Type == "set"
	case "message":
		if bounce(s) {
			_, ours := rowOf(s.ID)
			return ours
		}
		return spoken(s) && (s.TooLarge || !s.Delayed() && !s.InRoom() && hasText(s))
	case "presence":
		return s.Type == "subscribe" || s.Type == "unsubscribe" || s.Type == "probe"
	}
	return false
}

func spoken(s xep.Stanza) bool { return s.Type == "chat" || s.Type == "normal" || s.Type == "" }

func hasText(s xep.Stanza) bool {
	body, ok := s.Body()
	return ok && body != "" || s.Encrypted()
}

// bounce reports whether a stanza is a message that came back.
func bounce(s xep.Stanza) bool { return s.Kind == "message" && s.Type == "error" }
