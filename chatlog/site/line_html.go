package site

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// lineWriter writes lines as HTML, exactly as html/template does. A site has
// millions of them, and the template takes ten times as long. All that comes
// from a message passes through text or href.
type lineWriter struct{ b strings.Builder }

// markup is what html/template replaces in text and in quoted attributes.
var markup = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")

// html returns what was written.
func (w *lineWriter) html() template.HTML { return template.HTML(w.b.String()) }

// raw writes HTML of this program.
func (w *lineWriter) raw(html string) { w.b.WriteString(html) }

// text writes a text, in an element or a quoted attribute.
func (w *lineWriter) text(s string) { _, _ = markup.WriteString(&w.b, s) }

// href writes an address in a quoted attribute. What has no place in one is
// written as its number; what is so already stays.
func (w *lineWriter) href(s string) {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case plainID(s[i : i+1]), strings.IndexByte("!#$&*+,/:;=?@[]", c) >= 0, c == '%' && hexPair(s[i+1:]):
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	w.text(b.String())
}

// hexPair reports whether a text begins with two hexadecimal digits.
func hexPair(s string) bool {
	if len(s) < 2 {
		return false
	}
	_, err := strconv.ParseUint(s[:2], 16, 8)
	return err == nil
}

// when writes HTML of this program around a text, unless that is empty.
func (w *lineWriter) when(before, s, behind string) {
	if s != "" {
		w.raw(before)
		w.text(s)
		w.raw(behind)
	}
}

// line writes a line. href is where its time leads, and label says so.
func (w *lineWriter) line(v *lineView, href, label string) {
	w.raw(`<li id="`)
	w.text(v.Anchor)
	w.raw(`"`)
	if v.Subject {
		w.raw(` class="subject"`)
	}
	w.raw(`><a class="time" href="`)
	w.href(href)
	w.raw(`" aria-label="` + v.Time + ", " + label + `"><time datetime="` + v.Exact + `">` + v.Time + `</time></a><div>`)
	if v.Nick != "" {
		w.raw(`<bdi class="nick ` + v.Hue + `">`)
		if v.Action {
			w.raw("* ")
		}
		w.text(v.Nick)
		w.raw("</bdi> ")
	}
	if v.Subject {
		w.raw(`<span class="note">subject:</span> `)
	}
	if v.Reply != "" {
		w.raw(`<a class="note" href="`)
		w.href(v.Reply)
		w.raw(`">in reply</a> `)
	}
	w.said(v)
	w.when(` <span class="note">[`, v.Note, "]</span>")
	for _, r := range v.Reactions {
		w.raw(` <span class="reaction"><bdi>`)
		w.text(r.Text)
		w.raw("</bdi> " + strconv.Itoa(r.Count) + "</span>")
	}
	w.raw("</div></li>\n")
}

// said writes the text of a line.
func (w *lineWriter) said(v *lineView) {
	if len(v.Parts) == 0 {
		return
	}
	if v.Struck {
		w.raw("<s>")
	}
	w.raw(`<bdi class="text"`)
	w.when(` lang="`, v.Lang, `"`)
	w.raw(">")
	for _, p := range v.Parts {
		if p.Href == "" {
			w.text(p.Text)
			continue
		}
		w.raw(`<a href="`)
		w.href(p.Href)
		w.raw(`" rel="nofollow ugc noopener">`)
		w.text(p.Text)
		w.raw("</a>")
	}
	w.raw("</bdi>")
	if v.Struck {
		w.raw("</s>")
	}
}
