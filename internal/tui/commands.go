package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	// frame is the least time between two drawings of what arrives.
	frame = 33 * time.Millisecond

	// again is for how long a key that must be pressed twice is remembered.
	again = 2 * time.Second
)

// watch waits for the board's token, and before that for rest, the part of a
// frame that is left. There is one of it at any time: each changedMsg starts the
// next. It ends with done.
func watch(wake <-chan struct{}, done <-chan struct{}, rest time.Duration) tea.Cmd {
	return func() tea.Msg {
		if rest > 0 {
			select {
			case <-time.After(rest):
			case <-done:
				return nil
			}
		}
		select {
		case <-wake:
			return changedMsg{}
		case <-done:
			return nil
		}
	}
}

// forget ends a hint after a time.
func forget(hint int) tea.Cmd {
	return tea.Tick(again, func(time.Time) tea.Msg { return forgetMsg{hint} })
}
