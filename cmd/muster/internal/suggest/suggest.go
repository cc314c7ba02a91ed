// Package suggest finds the word that was probably meant.
package suggest

import "github.com/agnivade/levenshtein"

// Nearest returns the candidate with the fewest edits from word, the first of
// several; empty where none is near: more than two edits away, or than a third
// of a long word, or than one of a word of up to three letters.
func Nearest(word string, candidates []string) string {
	best, least := "", max(2, len(word)/3)+1
	if len(word) <= 3 {
		least = 2
	}
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(word, c); d < least {
			best, least = c, d
		}
	}
	return best
}
