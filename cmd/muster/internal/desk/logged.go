package desk

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"muster/frontdesk"
	"muster/provision"
)

// logged is a worker whose decisions are logged: each command that ended, and each
// order in chat, with who gave it and the first sentence of the answer. What was
// typed is not logged.
type logged struct {
	worker Worker
	log    *slog.Logger
}

// Offers returns the worker's.
func (l logged) Offers(ctx context.Context, c frontdesk.Caller, now time.Time) []frontdesk.Offer {
	return l.worker.Offers(ctx, c, now)
}

// Run returns the worker's answer.
func (l logged) Run(ctx context.Context, c frontdesk.Caller, s frontdesk.Step, now time.Time) frontdesk.Answer {
	a := l.worker.Run(ctx, c, s, now)
	if a.Status == frontdesk.Completed {
		l.log.InfoContext(ctx, "command", "node", s.Node, "jid", c.JID, "answer", first(a.Say))
	}
	return a
}

// Say returns the worker's answer.
func (l logged) Say(ctx context.Context, c frontdesk.Caller, text string, now time.Time) string {
	answer := l.worker.Say(ctx, c, text, now)
	if answer != "" {
		l.log.InfoContext(ctx, "chat", "jid", c.JID, "answer", first(answer))
	}
	return answer
}

// Tick has the worker do what is due.
func (l logged) Tick(ctx context.Context, now time.Time) error { return l.worker.Tick(ctx, now) }

// first returns the first line of an answer, and of that the first two sentences.
func first(answer string) string {
	line := provision.OneLine(strings.SplitN(answer, "\n", 2)[0], provision.MaxTitle)
	sentences := strings.SplitAfterN(line, ". ", 3)
	return strings.TrimSpace(strings.Join(sentences[:min(2, len(sentences))], ""))
}
