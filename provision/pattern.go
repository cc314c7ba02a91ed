package provision

import (
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"
)

// pattern is a text/template over [Facts]. One that is nothing but text and
// plain fields, as the default ones are, is filled in without reflection: that
// is ten times faster, and gives the same text.
type pattern struct {
	what   string // which template, for errors
	tmpl   *template.Template
	pieces []piece // nil where the template must be executed
}

// piece is text, or the field that takes its place.
type piece struct{ text, field string }

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
// fill in fields.
func pieces(t *template.Template) []piece {
	if t.Tree == nil || t.Root == nil {
		return nil
	}
	var out []piece
	for _, n := range t.Root.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			out = append(out, piece{text: string(n.Text)})
		case *parse.ActionNode:
			field, ok := strings.CutPrefix(n.Pipe.String(), ".")
			if _, known := (&Facts{}).text(field); !ok || !known {
				return nil
			}
			out = append(out, piece{field: field})
		default:
			return nil
		}
	}
	return out
}

// fill returns the pattern with the facts of one room filled in.
func (p pattern) fill(f *Facts, buf []byte) (string, []byte, error) {
	if p.pieces == nil {
		s, err := p.execute(f)
		return s, buf, err
	}
	buf = buf[:0]
	for _, c := range p.pieces {
		buf = append(buf, c.text...)
		if c.field != "" {
			v, _ := f.text(c.field)
			buf = append(buf, v...)
		}
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
