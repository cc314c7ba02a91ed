package ui

import (
	"cmp"
	"strings"

	"github.com/rivo/uniseg"
)

// table writes rows, the first of which are the headings, in the format of the
// console. An empty cell is a dash in text.
func (c *Console) table(rows [][]string) {
	if c.Options.Format == Markdown {
		markdownTable(c.out, rows)
		return
	}
	textTable(c.out, rows)
}

// columnGap separates the columns of a table.
const columnGap = "  "

// textTable writes rows in aligned columns.
func textTable(w *sink, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, text := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(filled(text)))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, text := range row {
			text = filled(text)
			b.WriteString(text)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-uniseg.StringWidth(text)) + columnGap)
			}
		}
		w.line("%s", b.String())
	}
}

// filled returns a cell as it is shown, with a dash where it is empty.
func filled(text string) string { return Escape(cmp.Or(text, "-")) }

// markdownTable writes rows as a table of Markdown.
func markdownTable(w *sink, rows [][]string) {
	for i, row := range rows {
		cells := make([]string, len(row))
		for n, text := range row {
			cells[n] = strings.TrimRight(" "+cell(text), " ") + " |"
		}
		w.line("|%s", strings.Join(cells, ""))
		if i == 0 {
			w.line("|%s", strings.Repeat(" --- |", len(row)))
		}
	}
}

// cell returns s as plain text of Markdown that fits in one cell of a table.
func cell(s string) string {
	return markdownEscapes.Replace(strings.ReplaceAll(s, "\n", " "))
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "[", `\[`, "<", "&lt;", "&", "&amp;")
