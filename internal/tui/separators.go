package tui

import (
	"fmt"
	"strconv"
	"strings"

	"bcast/internal/feed"
	"bcast/internal/text"
)

// separator draws a row that stands between entries.
func (m *model) separator(row *feed.Row) string {
	switch row.Kind {
	case feed.RowDay:
		return m.rule(row.At.Format("Monday, 2 January 2006"), m.styles.faint)
	case feed.RowUnread:
		return m.rule(fmt.Sprintf("%s new since %s", grouped(row.Count), row.At.Format("15:04")), m.styles.unread)
	case feed.RowDropped:
		older := "older lines were dropped"
		if row.Count == 1 {
			older = "older line was dropped"
		}
		return m.rule(grouped(row.Count)+" "+older, m.styles.faint)
	case feed.RowText:
	}
	return ""
}

// rule is a label in the middle of a line.
func (m *model) rule(label string, style style) string {
	width := m.width
	if !m.paneIsAll() {
		width -= m.layout.pane
	}
	width -= 2 // a blank on either side
	label = m.cut(" "+label+" ", width)
	rest := max(0, width-text.Width(label))
	return " " + style.Render(strings.Repeat(m.glyphs.rule, rest/2)+label+strings.Repeat(m.glyphs.rule, rest-rest/2))
}

// grouped writes a number as people do: in groups of three digits.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
