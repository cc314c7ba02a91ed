package apply

import (
	"testing"
)

// resultOf returns the result of the room called name.
func resultOf(t *testing.T, a Outcome, name string) Result {
	t.Helper()
	for _, r := range a.Results {
		if r.Room.Name == name {
			return r
		}
	}
	t.Fatalf("no result of %q among %d", name, len(a.Results))
	return Result{}
}
