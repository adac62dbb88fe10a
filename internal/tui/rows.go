package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"bcast/internal/feed"
	"bcast/internal/text"
)

// said is the rows of the feed, and below them what waits for its receipt. The board is
// locked.
func (m *model) said() []string {
	if m.paneIsAll() {
		return nil
	}
	rows := make([]string, 0, m.middleRows())
	var spans spans
	for _, row := range m.board.feed.Rows() {
		if row.Kind != feed.RowText {
			rows = append(rows, m.separator(&row))
			continue
		}
		said := spans.draw(m, &row, m.textStyle(row.Entry.Kind))
		rows = append(rows, m.row(&row, m.sign(&row), said))
	}
	waiting := m.board.waiting.messages
	for i := range m.layout.waiting {
		said, sign := waiting[i], m.glyphs.waits
		if said.unsure {
			sign = m.glyphs.unsure
		}
		entry := said.entry(feed.Own, m.board.name)
		if more := len(waiting) - i; i == m.layout.waiting-1 && more > 1 {
			entry.Text = fmt.Sprintf("(%d more wait)", more)
		}
		row := feed.Row{Entry: entry, First: true}
		rows = append(rows, m.row(&row, sign, m.cut(entry.Text, m.layout.text)))
	}
	return rows
}

// sign is what stands between a name and what it says.
func (m *model) sign(row *feed.Row) string {
	_, chosen := m.board.feed.Matches(*row)
	switch {
	case chosen:
		return m.glyphs.found
	case row.Entry.Kind == feed.Unsure && row.First:
		return m.glyphs.unsure
	case row.Entry.Mention && row.First && m.beckon(row) == "":
		return m.glyphs.mention
	}
	return m.glyphs.bar
}

// matchStyle is the style of what was found in an entry, which may be the chosen one.
func (m *model) matchStyle(chosen bool) style {
	if chosen {
		return m.styles.chosen
	}
	return m.styles.match
}

// textStyle is the style of what is said. What people say has the terminal's own.
func (m *model) textStyle(kind feed.Kind) style {
	switch kind {
	case feed.Mark:
		return m.styles.mark
	case feed.Note:
		return m.styles.faint
	default:
		return style{}
	}
}

// nameOf is the name that stands before a row, and its style.
func (m *model) nameOf(row *feed.Row) (name string, style style) {
	if !row.First {
		return "", style
	}
	name = m.cut(row.Entry.Name, m.layout.name)
	if len(m.board.feed.MatchesName(row.Entry.Name)) > 0 {
		_, chosen := m.board.feed.Matches(*row)
		return name, m.matchStyle(chosen)
	}
	switch row.Entry.Kind {
	case feed.Line:
		return name, m.styles.name(row.Entry.Name)
	case feed.Own, feed.Unsure:
		return name, m.styles.own
	case feed.Mark, feed.Note:
		return "*", m.textStyle(row.Entry.Kind)
	default:
		return "", style
	}
}

// row draws one row of what was said, which is drawn already.
func (m *model) row(row *feed.Row, sign, said string) string {
	var b strings.Builder
	if m.layout.time > 0 {
		if row.First && row.Entry.Kind != feed.Rest {
			b.WriteString(m.styles.faint.Render(row.Entry.At.Format(" 15:04 ")))
		} else {
			b.WriteString(strings.Repeat(" ", m.layout.time))
		}
	}
	name, style := m.nameOf(row)
	b.WriteString(strings.Repeat(" ", max(0, m.layout.name-text.Width(name))))
	b.WriteString(style.Render(name))
	// Terminals differ in how wide a name is: the column behind it is not.
	b.WriteString(ansi.CursorHorizontalAbsolute(m.layout.time + m.layout.name + 1))
	if row.Entry.Mention {
		style = m.styles.mention
	} else {
		style = m.styles.faint
	}
	b.WriteString(style.Render(" " + sign + " "))
	b.WriteString(said)
	if row.Entry.Mention && row.First {
		b.WriteString(m.beckon(row))
	}
	return b.String()
}

// beckon stands at the right edge beside what is meant for this side, where there is room.
func (m *model) beckon(row *feed.Row) string {
	room := m.layout.text - text.Width(row.Text)
	mark := " " + m.glyphs.mention + " mention"
	if room < text.Width(mark) {
		mark = " " + m.glyphs.mention
	}
	if room -= text.Width(mark); room < 0 {
		return ""
	}
	right := m.layout.time + m.layout.name + fenceWidth + m.layout.text - text.Width(mark)
	return strings.Repeat(" ", room) + ansi.CursorHorizontalAbsolute(right+1) + m.styles.mention.Render(mark)
}
