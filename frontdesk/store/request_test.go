package store_test

import (
	"errors"
	"strings"
	"testing"

	"muster/frontdesk/store"
)

// TestNext walks all states and events. The table is the drawing of the states.
func TestNext(t *testing.T) {
	t.Parallel()
	const drawing = `
		pending approve approved / pending deny denied / pending withdraw withdrawn / pending lapse lapsed / pending supersede superseded
		approved make live / approved withdraw withdrawn / approved extend approved / approved end ended / approved supersede superseded
		live withdraw live / live extend live / live end ended / live supersede superseded`
	arrows := map[string]string{}
	for _, line := range strings.FieldsFunc(drawing, func(r rune) bool { return r == '/' || r == '\n' }) {
		if w := strings.Fields(line); len(w) == 3 {
			arrows[w[0]+" "+w[1]] = w[2]
		}
	}
	events := []store.Event{store.Approve, store.Deny, store.Withdraw, store.Lapse, store.Make, store.Extend,
		store.End, store.Supersede, "unknown"}
	n := 0
	for _, state := range append(store.States(), "") {
		for _, event := range events {
			want, can := arrows[string(state)+" "+string(event)]
			got, err := store.Next(state, event)
			if string(got) != want || (err == nil) != can || err != nil && !errors.Is(err, store.ErrState) {
				t.Errorf("%s, %s: %q, %v; want %q", state, event, got, err, want)
			}
			if can {
				n++
			}
		}
	}
	if n != len(arrows) || n != 14 {
		t.Errorf("%d of %d arrows were walked", n, len(arrows))
	}
}
