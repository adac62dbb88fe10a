package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"bcast/internal/tui/term"
)

// View returns the screen. Bubble Tea asks after every message, so it is drawn
// only when something has changed.
func (m *model) View() string {
	if m.view == "" {
		m.view = m.draw()
	}
	return m.view
}

// draw draws the screen from top to bottom.
func (m *model) draw() string {
	if m.width < leastWidth || m.height < leastHeight {
		return ansi.Truncate(fmt.Sprintf("want %dx%d", leastWidth, leastHeight), m.width, "") + term.NoCursor
	}
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	m.arrange()
	rows := make([]string, 0, m.height)
	if m.layout.frame {
		rows = append(rows, m.header())
	}
	rows = m.appendMiddle(rows)
	rows = append(rows, m.status())
	rows = m.appendInput(rows)
	if m.layout.frame {
		rows = append(rows, m.helpLine())
	}
	return strings.Join(rows, "\n")
}

// appendMiddle draws the feed and the members, or the help in their place. The board is
// locked.
func (m *model) appendMiddle(rows []string) []string {
	if m.help.open {
		return m.help.append(rows, m)
	}
	said := m.said()
	for i := range m.layout.feed + m.layout.waiting {
		row := ""
		if i < len(said) {
			row = said[i]
		}
		rows = append(rows, m.beside(row, i))
	}
	return rows
}

// signOf is what stands between a name and what it says.
func signOf(row feed.Row) string {
	if row.Entry.Kind == feed.Unsure && row.First {
		return "!"
	}
	return bar
}

// header says where this is, whether there is a connection, and how many are here. The
// board is locked.
func (m *model) header() string {
	state := m.styles.state.Render(up(m.board.trip))
	if !m.board.lost.IsZero() {
		state = m.styles.down.Render(fmt.Sprintf("[down: attempt %d in %v]", m.board.attempt, m.board.retry.Round(100*time.Millisecond)))
	}
	here := ""
	if m.board.framed && m.board.lost.IsZero() {
		here = "  " + m.here()
	}
	return ansi.Truncate(m.styles.header.Render(" bcast  "+m.title)+"  "+state+here, m.width, "…")
}

// up says that there is a connection, and how long an answer takes.
func up(trip time.Duration) string {
	switch {
	case trip == 0:
		return "[up]"
	case trip < time.Millisecond:
		return "[up <1ms]"
	case trip < time.Second:
		return fmt.Sprintf("[up %dms]", trip.Milliseconds())
	}
	return fmt.Sprintf("[up %.1fs]", trip.Seconds())
}

// row draws one row of the feed.
func (m *model) row(row feed.Row, sign string) string {
	entry := row.Entry
	var at, name string
	if row.First && entry.Kind != feed.Rest {
		at, name = entry.At.Format(" 15:04 "), entry.Name
	}
	var style lipgloss.Style
	said := row.Text
	switch entry.Kind {
	case feed.Line:
		style = m.styles.name(name)
	case feed.Own, feed.Unsure:
		style = m.styles.own
	case feed.Mark, feed.Note:
		style = m.styles.mark
		if entry.Kind == feed.Note {
			style = m.styles.faint
		}
		said = style.Render(said)
		if row.First {
			name = "*"
		}
	case feed.Rest:
	}
	if m.layout.time == 0 {
		at = ""
	}
	name = ansi.Truncate(name, m.layout.name, "…")
	var b strings.Builder
	fmt.Fprintf(&b, "%*s", m.layout.time, "")
	if at != "" {
		b.Reset()
		b.WriteString(m.styles.faint.Render(at))
	}
	b.WriteString(strings.Repeat(" ", max(0, m.layout.name-text.Width(name))))
	if name != "" {
		b.WriteString(style.Render(name))
	}
	// Terminals differ in how wide a name is: the column behind it is not.
	b.WriteString(ansi.CursorHorizontalAbsolute(m.layout.time + m.layout.name + 1))
	b.WriteString(m.styles.faint.Render(" " + sign + " "))
	b.WriteString(said)
	return b.String()
}

// status is the row above the input: what the last key did, and how much is new
// below. The board is locked.
func (m *model) status() string {
	left := ""
	if m.hint != "" {
		left = " " + m.hint
	}
	right := ""
	switch n := m.board.feed.Unread(); {
	case n > 0:
		right = fmt.Sprintf("[ ↓ %d new · End ]", n)
	case !m.board.feed.AtEnd():
		right = "[ reading back · End ]"
	}
	gap := m.width - text.Width(left) - text.Width(right) - 1
	if right == "" || gap < 0 {
		return ansi.Truncate(left, m.width, "…")
	}
	return left + strings.Repeat(" ", gap) + m.styles.hint.Render(right)
}

// input is the row that is typed in, with the terminal's cursor in its place: row
// is its own number, from 0.
func (m *model) input(row int) string {
	rows, _, cursor := m.composer.Show(m.width-len(prompt)-1, 1)
	return prompt + rows[0] + term.CursorAt(row, len(prompt)+cursor)
}

// help names the keys. The board is locked.
func (m *model) help() string {
	var b strings.Builder
	for _, k := range m.keys.shown(m.board.framed) {
		entry := " " + k.Help().Key + " " + k.Help().Desc + " "
		if text.Width(b.String())+text.Width(entry) > m.width {
			break
		}
		b.WriteString(entry)
	}
	return m.styles.faint.Render(b.String())
}
