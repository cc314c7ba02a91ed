package want

import (
	"strings"
	"testing"
	"text/template"

	"muster/provision"
)

// FuzzPattern holds the quick way of filling in a template against
// text/template itself.
func FuzzPattern(f *testing.F) {
	const limit = 60
	for _, s := range []string{
		DefaultTitle, DefaultDescription, "", "plain", "{{.Name}}", "{{- .Name -}} x", "{{/* no */}}{{.Name}}", "{{.Start}}", "{{.Name | printf \"%q\"}}",
		"{{$x := .Name}}{{$x}}", "{{.What.Then}}", "{{with .Area}}{{.}}{{end}}", "{{.}}", "{{(.Name)}}", "{{define \"x\"}}{{.Name}}{{end}}{{template \"x\" .}}", "{{\"{{\"}}{{.Log}}", "{{ .Acronym }}:{{.GroupName}}", " {{.Log}} {{.Log}}  a\tb {{.Name}} ", "{{.Log}} ", "{{.Name}} {{.Log}} {{.Log}}x",
	} {
		f.Add(s, "quic")
	}
	f.Fuzz(func(t *testing.T, source, word string) {
		if strings.Contains(source, "range") || strings.Contains(source, "%") || strings.Contains(source, "template") {
			return // may take for ever, or fill the memory
		}
		p, err := newPattern("test", source)
		if err != nil {
			return
		}
		facts := sampleFacts()
		facts.Name, facts.GroupName, facts.Log = provision.OneLine(word, 40), provision.OneLine(word+word, 40), ""
		got, _, err := p.fill(facts, limit, []byte("dirt"))
		var b strings.Builder
		tmpl, perr := template.New("").Parse(source)
		if perr != nil {
			t.Fatal(perr)
		}
		want := tmpl.Execute(&b, facts)
		if (err == nil) != (want == nil) || err == nil && got != provision.OneLine(b.String(), limit) {
			t.Errorf("%q: got %q, %v, text/template says %q, %v", source, got, err, provision.OneLine(b.String(), limit), want)
		}
	})
}

func TestPatternIsQuickWhereItCanBe(t *testing.T) {
	t.Parallel()
	for source, quick := range map[string]bool{
		DefaultTitle: true, DefaultDescription: true, "https://x/{{.Name}}/": true,
		"{{if .Name}}x{{end}}": false, "{{.Start}}": false, "{{.Name | len}}": false, "{{$x := .Name}}": false, "a  b {{.Name}}": false, " {{.Name}}\n": false,
	} {
		p, err := newPattern("test", source)
		if err != nil || (p.pieces != nil) != quick {
			t.Errorf("%q: quick %v, %v", source, p.pieces != nil, err)
		}
	}
}

func TestEveryTextOfTheFactsCanBeFilledIn(t *testing.T) {
	t.Parallel()
	for _, name := range strings.Fields("Name Acronym GroupName Type State Kind Area Meeting City AgendaURL LogURL Place What When Agenda Log NoteWell") {
		p, err := newPattern("test", "{{."+name+"}}")
		if err != nil {
			t.Fatal(err)
		}
		if got, _, _ := p.fill(sampleFacts(), provision.MaxTitle, nil); got != "sample" || p.pieces == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}
