package component

import (
	"context"
	"strconv"
	"strings"

	"muster/xmppadmin/xep"
)

// maxAnswer is how many characters an answer in chat has at most.
const maxAnswer = 2000

const encrypted = "I cannot read encrypted messages; turn encryption off for this chat."

// answerMessage answers what a person wrote, in the same conversation. An
// encrypted message is not looked into: what it has for a body is a notice.
func (w *wire) answerMessage(ctx context.Context, j job) string {
	if bounce(j.stanza) {
		return w.recordBounce(ctx, j)
	}
	if j.over {
		w.send(ctx, xep.Chat(j.at, j.caller.Full, "", j.stanza.Thread(), slowDown))
		return limited
	}
	text := encrypted
	if !j.stanza.Encrypted() {
		body, _ := j.stanza.Body()
		text = w.desk.Say(ctx, j.caller, body, w.cfg.Now())
	}
	text = cut(text, maxAnswer)
	if text == "" || !w.repeats.allow(j.caller.JID, text, w.cfg.Now()) {
		return dropped
	}
	w.send(ctx, xep.Chat(j.at, j.caller.Full, "", j.stanza.Thread(), text))
	return answered
}

// cut returns at most n characters of a text.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}

// idPrefix begins the ids of the messages of the outbox. The same message has the
// same id whenever it is sent.
const idPrefix = "desk-"

func idOf(row int64) string { return idPrefix + strconv.FormatInt(row, 10) }

// rowOf returns the row of a message of the outbox, by its id.
func rowOf(id string) (int64, bool) {
	number, ours := strings.CutPrefix(id, idPrefix)
	row, err := strconv.ParseInt(number, 10, 64)
	return row, ours && err == nil
}

// recordBounce has the outbox record a message that came back.
func (w *wire) recordBounce(ctx context.Context, j job) string {
	row, ok := rowOf(j.stanza.ID)
	if !ok {
		return dropped
	}
	condition, text := j.stanza.Condition()
	if text != "" {
		condition += ": " + cut(strings.Join(strings.Fields(text), " "), 200)
	}
	if w.flights.back(bounced{row, j.caller.JID, condition}) {
		return answered
	}
	if err := w.outbox.Bounced(ctx, row, j.caller.JID, condition); err != nil {
		w.cfg.Logger.Error("a message that came back was not recorded", "message", row, "cause", err)
		return failed
	}
	return answered
}
