package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// findFor looks for words in the feed.
func (m *model) findFor(words string) tea.Cmd {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	m.board.feed.Find(words)
	return nil
}

// openHelp names the commands.
func (m *model) openHelp() tea.Cmd {
	rows := slashRows()
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = row[0]
	}
	return m.say(strings.Join(names, "  "))
}

// accept is for when what was typed is done.
func (m *model) accept() tea.Cmd {
	m.composer.Accept()
	return nil
}
