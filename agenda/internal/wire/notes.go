package wire

import (
	"fmt"
	"slices"
)

// MaxNotes is how many warnings one document may cause.
const MaxNotes = 100

// Notes collects warnings, a bounded number of them, because the sender of the
// rows decides how many there are.
type Notes struct {
	list []string
	more int
}

// Add adds a warning, which is formatted as by fmt.Sprintf.
func (n *Notes) Add(format string, args ...any) {
	if len(n.list) >= MaxNotes {
		n.more++
		return
	}
	n.list = append(n.list, fmt.Sprintf(format, args...))
}

// All returns the warnings, the last of which counts those that were too many.
func (n *Notes) All() []string {
	if n.more == 0 {
		return n.list
	}
	return append(slices.Clone(n.list), fmt.Sprintf("… and %d more warnings of this kind", n.more))
}
