package want

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"

	"muster/provision"
)

// pattern is a text/template over [Facts] that gives one line. One that is
// nothing but text and plain fields, as the default ones are, is filled in
// without reflection: that is ten times faster, and gives the same text.
type pattern struct {
	what   string // which template, for errors
	tmpl   *template.Template
	pieces []piece // nil where the template must be executed
}

// piece is text, or what reads the field that takes its place.
type piece struct {
	text  string
	field func(*Facts) string
}

// newPattern parses source and tries it on a sample, so that a field that does
// not exist is found before there is a room to make.
func newPattern(what, source string) (pattern, error) {
	t, err := template.New(what).Option("missingkey=error").Parse(source)
	if err != nil {
		return pattern{}, fmt.Errorf("%s template: %w", what, err)
	}
	p := pattern{what: what, tmpl: t}
	if _, err := p.execute(sampleFacts()); err != nil {
		return pattern{}, err
	}
	p.pieces = pieces(t)
	return p, nil
}

// pieces takes a template apart, or returns nil where it does more than to
// fill in fields, or has text that OneLine would change other than at its ends.
func pieces(t *template.Template) []piece {
	if t.Tree == nil || t.Root == nil {
		return nil
	}
	var out []piece
	for _, n := range t.Root.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			text := string(n.Text)
			if !provision.IsPlain(strings.TrimSuffix(strings.TrimPrefix(text, " "), " ")) {
				return nil
			}
			out = append(out, piece{text: text})
		case *parse.ActionNode:
			name, ok := strings.CutPrefix(n.Pipe.String(), ".")
			field := textField(name)
			if !ok || field == nil {
				return nil
			}
			out = append(out, piece{field: field})
		default:
			return nil
		}
	}
	return out
}

// fill returns the pattern with the facts of one room filled in, as OneLine
// leaves it. It takes and returns a buffer, for the next call.
func (p pattern) fill(f *Facts, limit int, buf []byte) (string, []byte, error) {
	if p.pieces == nil {
		s, err := p.execute(f)
		return provision.OneLine(s, limit), buf, err
	}
	buf = buf[:0]
	for _, c := range p.pieces {
		s := c.text
		if c.field != nil {
			s = c.field(f)
		}
		if s != "" && s[0] == ' ' && (len(buf) == 0 || buf[len(buf)-1] == ' ') {
			s = s[1:]
		}
		buf = append(buf, s...)
	}
	buf = bytes.TrimSuffix(buf, []byte{' '})
	if len(buf) > limit {
		return provision.OneLine(string(buf), limit), buf, nil
	}
	return string(buf), buf, nil
}

func (p pattern) execute(f *Facts) (string, error) {
	var b strings.Builder
	if err := p.tmpl.Execute(&b, f); err != nil {
		return "", fmt.Errorf("%s template: %w", p.what, err)
	}
	return b.String(), nil
}
