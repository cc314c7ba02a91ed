package provision

import "github.com/agnivade/levenshtein"

// Nearest returns the candidate with the fewest edits from word, the first of
// several; empty where none is near: more than two edits away, or than a third
// of a long word, or than one of a word of up to three letters. Two neighbouring
// letters in the wrong order are one edit.
func Nearest(word string, candidates []string) string {
	best, least := "", max(2, len(word)/3)+1
	if len(word) <= 3 {
		least = 2
	}
	for _, c := range candidates {
		if d := edits(word, c); d < least {
			best, least = c, d
		}
	}
	return best
}

// edits returns how many letters must be inserted, removed, replaced or
// exchanged with their neighbour to make b of a.
func edits(a, b string) int {
	for i := 1; i < len(a) && len(a) == len(b); i++ {
		if a[:i-1]+a[i:i+1]+a[i-1:i]+a[i+1:] == b {
			return 1
		}
	}
	return levenshtein.ComputeDistance(a, b)
}
