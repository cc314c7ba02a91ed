package session

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// budget is the time that a client may spend waiting in all: for answers that
// do not come, and for a connection after a loss. Requests wait side by side,
// so that the time during which several wait counts once.
type budget struct {
	limit time.Duration

	mu      sync.Mutex
	waited  time.Duration            // never counted twice
	counted time.Time                // up to when
	reasons map[string]time.Duration // of waited, by what was waited for
	over    error                    // why nothing more is waited for, once that is so
}

// add counts the time from one moment to another as spent waiting for what.
func (b *budget) add(what string, from, to time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if from.Before(b.counted) {
		from = b.counted
	}
	if d := to.Sub(from); d > 0 {
		if b.reasons == nil {
			b.reasons = make(map[string]time.Duration)
		}
		b.waited += d
		b.reasons[what] += d
		b.counted = to
	}
	if b.waited >= b.limit && b.over == nil {
		b.over = fmt.Errorf("xmpp: %w: gave up after waiting %s", ErrUnavailable, b.text())
	}
}

// end ends all waiting because of err.
func (b *budget) end(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over == nil {
		b.over = err
	}
}

// spent returns the error with which requests fail once the budget is spent.
func (b *budget) spent() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.over
}

// left returns how much may still be waited.
func (b *budget) left() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.limit - b.waited
}

// total returns how long was waited, and for what, the longest first.
func (b *budget) total() (time.Duration, string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waited == 0 {
		return 0, ""
	}
	return b.waited, b.text()
}

// text returns what was waited for: "40s for answers of rooms.example.org".
func (b *budget) text() string {
	reasons := slices.SortedFunc(maps.Keys(b.reasons), func(x, y string) int {
		if b.reasons[x] != b.reasons[y] {
			return int(b.reasons[y] - b.reasons[x])
		}
		return strings.Compare(x, y)
	})
	for i, what := range reasons {
		reasons[i] = fmt.Sprintf("%s for %s", b.reasons[what].Round(100*time.Millisecond), what)
	}
	return strings.Join(reasons, ", ")
}

// renew begins anew.
func (b *budget) renew() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waited, b.reasons, b.over = 0, nil, nil
}
