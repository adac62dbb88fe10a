package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// afterMinute is how long after a new minute the clock is looked at, so that a timer which
// is a little early does not find the old one.
const afterMinute = 50 * time.Millisecond

// minute waits for the next minute. It is the one timer that goes when nothing happens.
func minute(now time.Time) tea.Cmd {
	next := now.Truncate(time.Minute).Add(time.Minute + afterMinute)
	return tea.Tick(next.Sub(now), func(time.Time) tea.Msg { return minuteMsg{} })
}

// clock is the local time that the header shows.
func (m *model) clock() string { return m.board.now().In(m.board.zone).Format("15:04") }
