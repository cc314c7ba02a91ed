package agenda

import (
	"fmt"
	"slices"
)

// notes collects warnings, a bounded number of them, because whoever sends
// the rows decides how many there are.
type notes struct {
	list []string
	more int
}

func (n *notes) add(format string, args ...any) {
	if len(n.list) >= maxNotes {
		n.more++
		return
	}
	n.list = append(n.list, fmt.Sprintf(format, args...))
}

// all gives the warnings, the last of which counts those that were too many.
func (n *notes) all() []string {
	if n.more == 0 {
		return n.list
	}
	return append(slices.Clone(n.list), fmt.Sprintf("… and %d more warnings of this kind", n.more))
}
