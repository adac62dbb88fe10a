package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"bcast/internal/feed"
	"bcast/internal/text"
	"bcast/internal/tui/term"
)

// prompt stands before the input.
const prompt = " > "

// View returns the screen. Bubble Tea asks after every message, so it is drawn
// only when something has changed.
func (m *model) View() string {
	if m.view == "" {
		m.view = m.draw()
	}
	return m.view
}

func (m *model) draw() string {
	if m.width < leastWidth || m.height < leastHeight {
		return ansi.Truncate(fmt.Sprintf("want %dx%d", leastWidth, leastHeight), m.width, "") + term.NoCursor
	}
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	rows := make([]string, 0, m.height)
	if m.layout.frame {
		rows = append(rows, m.header())
	}
	for _, row := range m.board.feed.Rows() {
		rows = append(rows, m.row(row))
	}
	for top := m.height - m.layout.feed; len(rows) < m.layout.feed+min(1, top-2); {
		rows = append(rows, "")
	}
	rows = append(rows, m.status())
	rows = append(rows, m.input(len(rows)))
	if m.layout.frame {
		rows = append(rows, m.help())
	}
	return strings.Join(rows, "\n")
}

// header says where this is and whether there is a connection. The board is
// locked.
func (m *model) header() string {
	state := m.styles.state.Render("[up]")
	if !m.board.lost.IsZero() {
		state = m.styles.down.Render(fmt.Sprintf("[down: attempt %d in %v]", m.board.attempt, m.board.retry.Round(100*time.Millisecond)))
	}
	return ansi.Truncate(m.styles.header.Render(" bcast  "+m.title)+"  "+state, m.width, "…")
}

// row draws one row of the feed.
func (m *model) row(row feed.Row) string {
	entry := row.Entry
	var at, name string
	if row.First {
		at, name = entry.At.Format(" 15:04 "), entry.Name
	}
	style, said := m.styles.name, row.Text
	switch entry.Kind {
	case feed.Own:
		style = m.styles.own
	case feed.Mark:
		style, said = m.styles.mark, m.styles.mark.Render(said)
		if row.First {
			name = "*"
		}
	case feed.Line:
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
	b.WriteString(m.styles.faint.Render(fence))
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
	shown, cursor := m.composer.Show(m.width - len(prompt) - 1)
	return prompt + shown + term.CursorAt(row, len(prompt)+cursor)
}

// help names the keys.
func (m *model) help() string {
	var b strings.Builder
	for _, k := range m.keys.shown() {
		entry := " " + k.Help().Key + " " + k.Help().Desc + " "
		if text.Width(b.String())+text.Width(entry) > m.width {
			break
		}
		b.WriteString(entry)
	}
	return m.styles.faint.Render(b.String())
}
