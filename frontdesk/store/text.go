package store

import (
	"fmt"
	"strings"

	"muster/provision"
)

// Plain returns what a person wrote, as it may stand in fixed fields,
// instructions, labels and notes of other people's clients, some of which read
// these as markup or drop them where they have markup: one line, with the
// full-width forms of & < and >.
func Plain(s string) string {
	return strings.NewReplacer("&", "\uFF06", "<", "\uFF1C", ">", "\uFF1E").Replace(provision.OneLine(s, maxLine))
}

// maxLine is the length, in runes, that a line of a person is cut to.
const maxLine = 500

// Shown returns an address as it is shown to others. One with letters beyond
// ASCII names them: they may look like ASCII ones.
func Shown(jid string) string {
	var odd []string
	for _, r := range jid {
		if r > '~' && len(odd) < 4 {
			odd = append(odd, fmt.Sprintf("U+%04X", r))
		}
	}
	if len(odd) == 0 {
		return Plain(jid)
	}
	return fmt.Sprintf("%s (contains %s)", Plain(jid), strings.Join(odd, " "))
}
