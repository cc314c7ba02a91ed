package component

import (
	"context"
	"encoding/xml"
	"fmt"
	"hash/maphash"
	"runtime/debug"
	"sync/atomic"
)

// What is waiting at most: so many stanzas for each worker, and so many bytes of
// them in all.
const (
	workers     = 8
	queueLength = 2048
	maxQueued   = 32 << 20
)

// space is what queued stanzas may take in memory.
type space struct {
	limit int64
	taken atomic.Int64
}

func (s *space) take(n int) bool {
	if s.taken.Add(int64(n)) > s.limit {
		s.taken.Add(-int64(n))
		return false
	}
	return true
}

func (s *space) free(n int) { s.taken.Add(-int64(n)) }

// enqueue gives a job to the worker of its caller, so that the stanzas of one
// person are answered in their order. It reports false where there is no room.
func (w *wire) enqueue(j job) bool {
	if !w.space.take(j.stanza.Size) {
		return false
	}
	n := maphash.String(w.seed, j.caller.JID) % uint64(len(w.queues))
	select {
	case w.queues[n] <- j:
		return true
	default:
		w.space.free(j.stanza.Size)
		return false
	}
}

// work answers the jobs of one queue.
func (w *wire) work(ctx context.Context, queue <-chan job) {
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-queue:
			w.cfg.Observer.Stanza(j.kind, w.answer(ctx, j))
			w.space.free(j.stanza.Size)
		}
	}
}

// answer answers one job and returns the outcome. A desk that panics over one
// stanza goes on with the next.
func (w *wire) answer(ctx context.Context, j job) (outcome string) {
	defer func() {
		if r := recover(); r != nil {
			w.cfg.Logger.Error("the desk panicked", "kind", j.kind, "cause", fmt.Sprint(r), "stack", string(debug.Stack()))
			outcome = failed
			w.send(ctx, j.stanza.Refusal("wait", "internal-server-error", "Something went wrong here. Nothing is known of what was done; look before you try again."))
		}
	}()
	switch j.stanza.Kind {
	case "iq":
		return w.answerIQ(ctx, j)
	case "message":
		return w.answerMessage(ctx, j)
	default:
		return w.answerPresence(ctx, j)
	}
}

// The outcomes that an [Observer] is given.
const (
	answered = "answered"
	refused  = "refused"
	limited  = "limited"
	full     = "full"
	failed   = "failed"
	dropped  = "dropped"
)

// send sends an answer. One that cannot be sent is lost with its stream, and so
// is the question, which the server then refuses.
func (w *wire) send(ctx context.Context, stanza xml.TokenReader) {
	if err := w.conn.Send(ctx, stanza); err != nil && ctx.Err() == nil {
		w.cfg.Logger.Debug("an answer was lost", "cause", err)
	}
}

// refuse has an error sent that answers a stanza which is not given to the desk.
// It never blocks: where there are too many, some are not sent.
func (w *wire) refuse(stanza xml.TokenReader) {
	select {
	case w.refusals <- stanza:
	default:
	}
}

func (w *wire) sendRefusals(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case stanza := <-w.refusals:
			w.send(ctx, stanza)
		}
	}
}
