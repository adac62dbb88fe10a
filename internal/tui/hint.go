package tui

import tea "github.com/charmbracelet/bubbletea"

// say shows a hint for a while.
func (m *model) say(hint string) tea.Cmd {
	m.hint = hint
	m.hints++
	return forget(m.hints)
}

// forget ends a hint, if it is still that one, and reports whether it was.
func (m *model) forget(msg forgetMsg) bool {
	if msg.hint != m.hints {
		return false
	}
	m.hint, m.armed = "", false
	return true
}

// listen takes what the board has to say to the person, which stays until a key is pressed,
// or for a while where something is asked, and begins to look at how much comes.
func (m *model) listen() (cmd tea.Cmd) {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	if m.board.hint != "" {
		m.armed = false
		cmd = m.say(m.board.hint)
		if m.composer.Question() == "" {
			cmd = nil
		}
		m.board.hint = ""
	}
	before := m.lines
	m.lines = m.board.arrived
	return tea.Batch(cmd, m.rate.start(m.board.now(), before, m.lines))
}

// lookAtRate brings the rate up to date, and reports whether it says something else then.
func (m *model) lookAtRate() (tea.Cmd, bool) {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	before := m.rate.String()
	cmd := m.rate.look(m.board.now(), m.board.arrived)
	return cmd, m.layout.frame && m.rate.String() != before
}
