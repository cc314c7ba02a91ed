package agenda

import (
	"fmt"
	"regexp"
	"strings"
)

// sourceKind is how a meeting is named.
type sourceKind int

const (
	byNumber sourceKind = iota
	byInterim
	byCurrent
	byNext
	byFile
)

// source is a meeting's name as the user gave it, taken apart: the number of
// an IETF meeting, the whole name of an interim one, or the path of a file.
type source struct {
	kind sourceKind
	name string
}

var (
	numberForm  = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)
	interimForm = regexp.MustCompile(`^interim-[a-z0-9-]{1,100}$`)
)

// parseSource tells the five ways to name a meeting apart.
func parseSource(s string) (source, error) {
	path, isFile := strings.CutPrefix(s, "file:")
	switch {
	case isFile && path != "":
		return source{byFile, path}, nil
	case s == "current":
		return source{byCurrent, s}, nil
	case s == "next":
		return source{byNext, s}, nil
	case numberForm.MatchString(s):
		return source{byNumber, s}, nil
	case interimForm.MatchString(s):
		return source{byInterim, s}, nil
	}
	return source{}, fmt.Errorf("meeting %q: want a number such as 126, current, next, "+
		"an interim such as interim-2026-quic-01, or file:PATH to an agenda.json", clip(s))
}
