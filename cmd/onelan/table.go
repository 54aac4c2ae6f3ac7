package main

import (
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// table writes rows in columns as wide as their widest cell. A Chinese character
// takes two places. Cells are made printable; the last column is cut where the
// terminal ends.
type table struct {
	header []string
	rows   [][]string
	style  func(row, column int) style // of a cell; nil paints none
}

func (t *table) row(cells ...string) {
	for i, c := range cells {
		cells[i] = printable(c)
	}
	t.rows = append(t.rows, cells)
}

const columnGap = "  "

// write writes the table; width 0 cuts nothing.
func (t *table) write(w io.Writer, p painter, width int) error {
	widths := t.widths()
	var b strings.Builder
	line(&b, t.header, widths, width, func(_ int, s string) string { return p.paint(bold, s) })
	for i, r := range t.rows {
		line(&b, r, widths, width, func(column int, s string) string {
			if t.style == nil {
				return s
			}
			return p.paint(t.style(i, column), s)
		})
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *table) widths() []int {
	widths := make([]int, len(t.header))
	for i, h := range t.header {
		widths[i] = displaywidth.String(h)
		for _, r := range t.rows {
			widths[i] = max(widths[i], displaywidth.String(r[i]))
		}
	}
	return widths
}

// wide is how many places the table takes.
func (t *table) wide() int {
	sum := -len(columnGap)
	for _, w := range t.widths() {
		sum += w + len(columnGap)
	}
	return sum
}

func line(b *strings.Builder, cells []string, widths []int, width int, paint func(column int, text string) string) {
	used := 0
	for i, c := range cells {
		last := i == len(cells)-1
		if last && width > used {
			c = displaywidth.TruncateString(c, width-used, "…")
		}
		pad := ""
		if !last {
			pad = strings.Repeat(" ", widths[i]-displaywidth.String(c)) + columnGap
		}
		b.WriteString(paint(i, c) + pad)
		used += widths[i] + len(columnGap)
	}
	b.WriteByte('\n')
}
