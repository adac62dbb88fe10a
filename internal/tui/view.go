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
		want := ansi.Truncate(fmt.Sprintf("want %dx%d", leastWidth, leastHeight), m.width, "")
		// All rows, as otherwise: Bubble Tea erases below fewer than before, with the cursor on the last letter.
		return want + strings.Repeat("\n", max(0, m.height-1)) + term.NoCursor
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
	for i := range m.middleRows() {
		row := ""
		if i < len(said) {
			row = said[i]
		}
		rows = append(rows, m.beside(row, i))
	}
	return rows
}

// middleRows is how many rows there are between the header and the status.
func (m *model) middleRows() int { return m.layout.feed + m.layout.waiting }
