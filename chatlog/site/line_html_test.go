package site_test

import (
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"muster/chatlog/site"
)

// oracle is a line as html/template writes it.
var oracle = template.Must(template.New("").Parse(`<li id="{{.Anchor}}"><a class="time" href="#{{.Anchor}}" aria-label="{{.Time}}, link to this message">` +
	`<time datetime="{{.Exact}}">{{.Time}}</time></a><div><bdi class="nick {{.Hue}}">{{.Nick}}</bdi> ` +
	`<bdi class="text">{{range .Parts}}{{if .Href}}<a href="{{.URL}}" rel="nofollow ugc noopener">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}</bdi></div></li>`))

// Lines are written without html/template, byte for byte as it writes them:
// nothing in them becomes markup.
func TestLinesAreEscapedAsByTheTemplate(t *testing.T) {
	t.Parallel()
	hue := regexp.MustCompile(`class="nick (h\d+)"`)
	for name, c := range map[string]struct{ nick, text string }{
		"plain":                   {"alice", "hello"},
		"markup":                  {"<b>alice</b>", `<script>alert("1")</script> & <img src=x onerror='a'>`},
		"quotation marks":         {`"alice' onclick="x`, "\"it's\" `this`"},
		"entities":                {"a&amp;b", "&lt;script&gt; &#39; &nbsp"},
		"a plus, as in UTF-7":     {"+ADw-", "+ADw-script+AD4- 1+1=2"},
		"a link":                  {"alice", "see https://example.org/a?b=c&d=e#f."},
		"a link with marks":       {"alice", "https://example.org/a_(b)!*'c'[d];e=~f:@g$h,i+j and more"},
		"a link with percents":    {"alice", "https://example.org/%41%zz%2f?%22%3E%3Cscript%3E"},
		"percents in a query":     {"alice", "https://example.org/?%41%zz%4&a=%+1%"},
		"a link not of ASCII":     {"alice", "https://exämple.org/ö?ü=é#à"},
		"an address to join":      {"alice", "xmpp:quic@rooms.example.org?join"},
		"an address that is none": {"alice", "javascript:alert(1) data:text/html,x"},
		"other scripts":           {"愛麗絲", "مرحبا \u202eabc שלום \U0001F99C"},
		"template actions":        {"{{.}}", "{{.Page}} <!--{{end}}-->"},
		"what no text has":        {"alice\ufffd", "a\ufffdb\u2028c"},
	} {
		w := newWorld(t)
		w.source.say("a1", c.nick, c.text, 0)
		w.publish(t)
		page, err := os.ReadFile(filepath.Join(w.config.Dir, "quic", "2026-11-25.html"))
		if err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		err = oracle.Execute(&want, map[string]any{
			"Anchor": "m-a1", "Time": "23:59:00", "Exact": epoch.Format("2006-01-02T15:04:05.000000Z"), "Nick": c.nick,
			"Hue": hue.FindStringSubmatch(string(page))[1], "Parts": site.Links(c.text),
		})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), want.String()) {
			_, got, _ := strings.Cut(string(page), `<ol class="lines">`)
			t.Errorf("%s: the line is %s\nwant %s", name, strings.TrimSpace(strings.Split(got, "\n")[1]), want.String())
		}
	}
}
