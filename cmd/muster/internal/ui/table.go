package ui

import (
	"cmp"
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// table writes rows, the first of which are the headings, in the format of the
// console. An empty cell is a dash in text.
func (c *Console) table(rows [][]string) {
	if c.Options.Format == Markdown {
		markdownTable(c.out, rows)
		return
	}
	textTable(c.out, rows, c.width(c.out))
}

// width returns the number of columns of a terminal; 0 for any other stream.
func (c *Console) width(s *sink) int {
	f, ok := s.w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// columnGap separates the columns of a table.
const columnGap = "  "

// textTable writes rows in aligned columns. A row that is wider than width is
// cut, where that is not 0.
func textTable(w *sink, rows [][]string, width int) {
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
		w.line("%s", cut(b.String(), width))
	}
}

// cut returns s in no more than width columns, with an ellipsis at its end where
// something is left out; 0 stands for no limit.
func cut(s string, width int) string {
	if width == 0 || uniseg.StringWidth(s) <= width {
		return s
	}
	var b strings.Builder
	room := width - 1 // for the ellipsis
	for g := uniseg.NewGraphemes(s); g.Next() && g.Width() <= room; {
		b.WriteString(g.Str())
		room -= g.Width()
	}
	return strings.TrimRight(b.String(), " ") + "…"
}

// filled returns a cell as it is shown, with a dash where it is empty.
func filled(text string) string { return Escape(cmp.Or(text, "-")) }

// markdownTable writes rows of plain text as a table of Markdown.
func markdownTable(w *sink, rows [][]string) {
	cells := make([][]string, len(rows))
	for i, row := range rows {
		for _, text := range row {
			cells[i] = append(cells[i], cell(text))
		}
	}
	markdownRows(w, cells)
}

// markdownRows writes rows of Markdown as a table.
func markdownRows(w *sink, rows [][]string) {
	for i, row := range rows {
		cells := make([]string, len(row))
		for n, text := range row {
			cells[n] = strings.TrimRight(" "+text, " ") + " |"
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

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "[", `\[`, "~", `\~`, "<", "&lt;", "&", "&amp;")
