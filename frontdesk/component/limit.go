package component

import (
	"sync"
	"time"
)

// silence is how long a JID that was over its limit is not answered in chat.
const silence = 10 * time.Minute

// maxKnown is of how many JIDs the limiter keeps how much they have sent.
const maxKnown = 20000

// verdict is what a limiter says of a stanza.
type verdict int

// The verdicts. tooMany is about the stanzas of all, and firstTooMany and
// silenced about those of the JID itself.
const (
	within verdict = iota
	tooMany
	firstTooMany
	silenced
)

// standing is how far a JID is trusted, and whether it talks: silence is for
// those who do. A local one is not counted among those of its domain, whose
// accounts the server itself keeps in check.
type standing struct{ local, trusted, talks bool }

// limiter counts stanzas in token buckets.
type limiter struct {
	limits Limits

	mu      sync.Mutex
	all     bucket
	domains map[string]*bucket
	jids    map[string]*person
}

// person is what a limiter knows of one bare JID.
type person struct {
	bucket bucket
	silent time.Time // until when
}

// bucket has what may be taken from it, as of a time.
type bucket struct {
	left   float64
	filled time.Time
}

// fill adds what the time since the last filling has brought: perMinute, up to
// burst. A new bucket is full.
func (b *bucket) fill(perMinute, burst int, now time.Time) {
	if b.filled.IsZero() {
		b.left = float64(burst)
	} else if d := now.Sub(b.filled); d > 0 {
		b.left = min(float64(burst), b.left+d.Minutes()*float64(perMinute))
	}
	b.filled = now
}

func newLimiter(l Limits) *limiter {
	return &limiter{limits: l, domains: make(map[string]*bucket), jids: make(map[string]*person)}
}

// take counts one stanza. One that is over the limit of its JID is not counted
// for all: a JID that floods leaves the others theirs. A JID is remembered once
// something of it was within the limits, so that the limit in all bounds how many
// are.
func (l *limiter) take(jid, domain string, s standing, now time.Time) verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, known := l.jids[jid], true
	if p == nil {
		p, known = new(person), false
	}
	perMinute, burst := l.limits.JID, l.limits.Burst
	if !s.trusted {
		perMinute, burst = l.limits.Stranger, l.limits.Stranger
	}
	p.bucket.fill(perMinute, burst, now)
	if now.Before(p.silent) {
		if s.talks || p.bucket.left < 1 {
			return silenced
		}
	} else if p.bucket.left < 1 {
		p.silent = now.Add(silence)
		return firstTooMany
	}
	if !known && !l.space(now) {
		return tooMany
	}
	v := l.takeShared(p, domain, s, now)
	if v == within && !known {
		l.jids[jid] = p
	}
	return v
}

// takeShared counts the stanza for its domain and for all.
func (l *limiter) takeShared(p *person, domain string, s standing, now time.Time) verdict {
	l.all.fill(l.limits.All, l.limits.All, now)
	if l.all.left < 1 {
		return tooMany
	}
	if !s.local {
		d := l.domain(domain)
		d.fill(l.limits.Domain, l.limits.Domain, now)
		if d.left < 1 {
			return tooMany
		}
		d.left--
	}
	l.all.left--
	p.bucket.left--
	return within
}

// space reports whether one more JID can be remembered, and forgets those that
// have sent nothing lately where there are too many.
func (l *limiter) space(now time.Time) bool {
	if len(l.jids) < maxKnown {
		return true
	}
	for jid, p := range l.jids {
		if now.Sub(p.bucket.filled) > silence {
			delete(l.jids, jid)
		}
	}
	clear(l.domains)
	return len(l.jids) < maxKnown
}

func (l *limiter) domain(name string) *bucket {
	d := l.domains[name]
	if d == nil {
		d = new(bucket)
		l.domains[name] = d
	}
	return d
}
