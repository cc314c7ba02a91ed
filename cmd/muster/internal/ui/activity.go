package ui

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// quietFor is how long a run may wait for something before it is shown.
const quietFor = time.Second

// Activity shows on a terminal what a run has been waiting for, once that takes
// longer than a second.
type Activity struct {
	mu      sync.Mutex
	waiting []string // what is waited for, in the order in which it began
	base    string   // and where that is empty
	began   time.Time
	stop    chan struct{}
	stopped chan struct{}
}

// Activity begins to show what is waited for; base is shown where nothing
// particular is. The caller ends it with Close.
func (c *Console) Activity(base string) *Activity {
	a := &Activity{base: base, began: time.Now(), stop: make(chan struct{}), stopped: make(chan struct{})}
	if c.Options.Quiet || !isTerminal(c.streams.Err) {
		close(a.stopped)
		return a
	}
	go a.show(c.err)
	return a
}

// Begin notes that something is waited for, until end is called. It may be
// called from several goroutines.
func (a *Activity) Begin(what string) (end func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waiting = append(a.waiting, what)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if i := slices.Index(a.waiting, what); i >= 0 {
			a.waiting = slices.Delete(a.waiting, i, i+1)
		}
	}
}

// Close ends the display.
func (a *Activity) Close() {
	close(a.stop)
	<-a.stopped
}

// text returns what is shown after a time.
func (a *Activity) text(after time.Duration) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	what := slices.Compact(slices.Sorted(slices.Values(a.waiting)))
	if len(what) == 0 {
		what = []string{a.base}
	}
	return fmt.Sprintf("waiting for %s (%s)", strings.Join(what, " and "), after.Truncate(time.Second))
}

// show draws the line until the activity ends.
func (a *Activity) show(s *sink) {
	defer close(a.stopped)
	defer s.transient("")
	frames := []rune("|/-\\")
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-a.stop:
			return
		case <-tick.C:
			if after := time.Since(a.began); after >= quietFor {
				s.transient(fmt.Sprintf("%c %s", frames[n%len(frames)], a.text(after)))
			}
		}
	}
}
