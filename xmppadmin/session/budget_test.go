package session

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestBudget(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_000_000, 0)
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	type wait struct {
		what     string
		from, to int // seconds
	}
	tests := []struct {
		name   string
		waits  []wait
		waited time.Duration
		text   string
		over   bool
	}{
		{"nothing", nil, 0, "", false},
		{"one", []wait{{"a", 0, 30}}, 30 * time.Second, "30s for a", false},
		{"side by side counts once", []wait{{"a", 0, 30}, {"b", 1, 31}, {"a", 0, 31}}, 31 * time.Second, "30s for a, 1s for b", false},
		{"one inside another", []wait{{"a", 0, 30}, {"b", 10, 20}}, 30 * time.Second, "30s for a", false},
		{"one after the other", []wait{{"a", 0, 30}, {"b", 40, 80}}, 70 * time.Second, "40s for b, 30s for a", false},
		{"the limit", []wait{{"a", 0, 60}, {"a", 60, 120}}, 2 * time.Minute, "2m0s for a", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := budget{limit: 2 * time.Minute}
			for _, w := range test.waits {
				b.add(w.what, at(w.from), at(w.to))
			}
			if waited, text := b.total(); waited != test.waited || text != test.text {
				t.Errorf("waited %s: %q; want %s: %q", waited, text, test.waited, test.text)
			}
			err := b.spent()
			if (err != nil) != test.over {
				t.Errorf("spent: %v, want %v", err, test.over)
			}
			if test.over && (!errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), test.text)) {
				t.Errorf("the error %q is not ErrUnavailable, or does not contain %q", err, test.text)
			}
			if b.renew(); b.spent() != nil || b.left() != 2*time.Minute {
				t.Errorf("renewed, it is spent: %v, and %s are left", b.spent(), b.left())
			}
		})
	}
}
