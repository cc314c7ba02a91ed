package ui

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// longText is the length, in characters, from which two texts are shown as one
// with the changed words marked.
const longText = 60

// maxWords is the number of words up to which texts are compared.
const maxWords = 400

// contextWords is how many unchanged words are shown on each side of a change.
const contextWords = 3

// wordRun is a run of words that both texts have, that only the old one has, or
// that only the new one has.
type wordRun struct {
	kind  byte // '=', '-' or '+'
	words []string
}

// marks are what stands before and after removed and added words.
type marks struct{ removed, added [2]string }

// The marks of text, as of git diff --word-diff, and those of Markdown.
func textMarks() marks { return marks{removed: [2]string{"[-", "-]"}, added: [2]string{"{+", "+}"}} }
func markdownMarks() marks {
	return marks{removed: [2]string{"~~", "~~"}, added: [2]string{"**", "**"}}
}

// long reports whether two texts are shown as one with marks: one of them is
// long, and they have at least a third of their words in common.
func long(from, to string) bool {
	if max(utf8.RuneCountInString(from), utf8.RuneCountInString(to)) <= longText {
		return false
	}
	before, after, common := strings.Fields(from), strings.Fields(to), 0
	for _, r := range wordRuns(before, after) {
		if r.kind == '=' {
			common += len(r.words)
		}
	}
	return common > 0 && 3*common >= max(len(before), len(after))
}

// markedWords returns the two texts as one with the changed words marked and
// unchanged words far from them left out. Words are passed through clean before
// they are marked.
func markedWords(from, to string, m marks, clean func(string) string) string {
	runs := wordRuns(strings.Fields(from), strings.Fields(to))
	var parts []string
	for i, r := range runs {
		switch r.kind {
		case '-':
			parts = append(parts, m.removed[0]+clean(strings.Join(r.words, " "))+m.removed[1])
		case '+':
			parts = append(parts, m.added[0]+clean(strings.Join(r.words, " "))+m.added[1])
		default:
			parts = append(parts, clean(strings.Join(shortened(r.words, i == 0, i == len(runs)-1), " ")))
		}
	}
	return strings.Join(parts, " ")
}

// shortened returns a run of unchanged words with those in the middle left out,
// or those at the end of the text that the run begins or ends.
func shortened(words []string, first, last bool) []string {
	const dots = "…"
	n := len(words)
	switch {
	case first && last || n <= 2*contextWords+1:
		return words
	case first:
		return append([]string{dots}, words[n-contextWords:]...)
	case last:
		return append(append([]string{}, words[:contextWords]...), dots)
	}
	return append(append(append([]string{}, words[:contextWords]...), dots), words[n-contextWords:]...)
}

// wordRuns compares two lists of words by their longest common subsequence.
func wordRuns(from, to []string) []wordRun {
	if len(from) > maxWords || len(to) > maxWords {
		return []wordRun{{'-', from}, {'+', to}}
	}
	// common[i][j] is the length of the longest common subsequence of from[i:]
	// and to[j:].
	common := make([][]int, len(from)+1)
	for i := range common {
		common[i] = make([]int, len(to)+1)
	}
	for i := len(from) - 1; i >= 0; i-- {
		for j := len(to) - 1; j >= 0; j-- {
			if from[i] == to[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var runs []wordRun
	add := func(kind byte, word string) {
		if n := len(runs); n > 0 && runs[n-1].kind == kind {
			runs[n-1].words = append(runs[n-1].words, word)
			return
		}
		runs = append(runs, wordRun{kind, []string{word}})
	}
	for i, j := 0, 0; i < len(from) || j < len(to); {
		switch {
		case i < len(from) && j < len(to) && from[i] == to[j]:
			add('=', from[i])
			i, j = i+1, j+1
		case j == len(to) || i < len(from) && common[i+1][j] >= common[i][j+1]:
			add('-', from[i])
			i++
		default:
			add('+', to[j])
			j++
		}
	}
	return runs
}

// difference returns how a setting differs, for text.
func difference(from, to string, notShown bool) string {
	switch {
	case notShown:
		return fmt.Sprintf("(not shown) -> %q", to)
	case long(from, to):
		return markedWords(from, to, textMarks(), Escape)
	}
	return fmt.Sprintf("%q -> %q", from, to)
}
