package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"bcast/internal/text"
)

// leastTitle is how many cells of the address stay, where there is no room for more.
const leastTitle = 8

// header says where this is, whether there is a connection, how many are here, how much
// comes, and what time it is. What matters least goes first where the screen is narrow. The
// board is locked.
func (m *model) header() string {
	state, style := up(m.board.trip), m.styles.state
	if !m.board.lost.IsZero() {
		state, style = m.down(), m.styles.down
	}
	name, clock := " bcast  ", m.clock()
	room := m.width - len(state) - len("  ")
	if room < len(name)+text.Width(m.title) {
		name = " "
	}
	title := m.cut(m.title, max(leastTitle, room-len(name)))
	room -= len(name) + text.Width(title)

	row := m.styles.header.Render(name+title) + "  " + style.Render(state)
	for _, part := range m.headerParts() {
		size := len("  ") + len(part)
		if part != m.here() {
			size += len("  ") + len(clock) + 1 // that stays where it is while others come and go
		}
		if size <= room {
			row += "  " + part
			room -= len("  ") + len(part)
		}
	}
	if gap := room - len(clock) - 1; gap > 1 {
		return row + strings.Repeat(" ", gap) + m.styles.faint.Render(clock)
	}
	return ansi.Truncate(row, m.width, m.glyphs.ellipsis)
}

// headerParts are what stands in the header behind the state, if there is room for it. The
// board is locked.
func (m *model) headerParts() (parts []string) {
	if m.board.framed && m.board.lost.IsZero() {
		parts = append(parts, m.here())
	}
	if m.mouse {
		parts = append(parts, "mouse")
	}
	if rate := m.rate.String(); rate != "" {
		parts = append(parts, rate)
	}
	return parts
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

// down says that there is no connection, and when the next attempt comes. It does not count
// down: a screen on which nothing happens stands still. The board is locked.
func (m *model) down() string {
	return fmt.Sprintf("[down: attempt %d in %v]", m.board.attempt, m.board.retry.Round(100*time.Millisecond))
}

// cut returns s, cut to a width where it is wider. What has no room at all is "".
func (m *model) cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	return ansi.Truncate(s, width, m.glyphs.ellipsis)
}
