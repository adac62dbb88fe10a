package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// wheelRows is how far a notch of the wheel goes.
const wheelRows = 3

// toggleMouse asks the terminal for the mouse, or gives it back: while this side has it, the
// terminal's own selection needs a key more. After a suspension package term asks for it again.
func (m *model) toggleMouse() tea.Cmd {
	m.mouse = !m.mouse
	if m.mouse {
		return tea.Batch(tea.EnableMouseCellMotion, m.say("the wheel scrolls; Shift selects, Alt+M gives the mouse back"))
	}
	return tea.Batch(tea.DisableMouse, m.say("the mouse is the terminal's"))
}

// wheel scrolls what the mouse is over. It reports whether the message was for that: all
// else that a mouse does means nothing.
func (m *model) wheel(msg tea.MouseMsg) bool {
	rows := wheelRows
	switch msg.Button {
	case tea.MouseButtonWheelUp:
		rows = -rows
	case tea.MouseButtonWheelDown:
	default:
		return false
	}
	switch {
	case m.help.open:
		m.help.scroll(rows)
	case m.layout.pane > 0 && msg.X >= m.width-m.layout.pane:
		m.scrollMembers(rows)
	default:
		m.scrollFeed(rows)
	}
	return true
}
