package component

import (
	"hash/maphash"
	"slices"
	"sync"
	"time"
)

// The same answer is given to one JID so often in such a time. Two programs that
// answer each other do not say new things for long.
const (
	maxRepeats   = 3
	repeatWindow = 10 * time.Minute
)

// repeats remembers the answers that were given lately.
type repeats struct {
	seed maphash.Seed

	mu    sync.Mutex
	given map[uint64][]time.Time // by JID and text
	swept time.Time
}

func newRepeats() *repeats {
	return &repeats{seed: maphash.MakeSeed(), given: make(map[uint64][]time.Time)}
}

// allow reports whether an answer may be given to a JID, and counts it if so.
func (r *repeats) allow(jid, text string, now time.Time) bool {
	key := maphash.String(r.seed, jid+"\x00"+text)
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.swept) > repeatWindow {
		for k, times := range r.given {
			if now.Sub(times[len(times)-1]) >= repeatWindow {
				delete(r.given, k)
			}
		}
		r.swept = now
	}
	times := slices.DeleteFunc(r.given[key], func(t time.Time) bool { return now.Sub(t) >= repeatWindow })
	if len(times) >= maxRepeats {
		r.given[key] = times
		return false
	}
	r.given[key] = append(times, now)
	return true
}
