package tui

import (
	"slices"
	"strings"
)

// slashWords returns what can stand where a text that begins with a slash ends, each as the
// whole of a word: the names of commands, or the arguments of one. It reports false for a
// text that is no command, where other words can stand.
func (m *model) slashWords(typed string) (words []string, ok bool) {
	if !strings.HasPrefix(typed, "/") || strings.HasPrefix(typed, "//") {
		return nil, false
	}
	name, _, hasArg := strings.Cut(typed, " ")
	if !hasArg {
		for _, command := range slashCommands() {
			words = append(words, command.name)
		}
		return words, true
	}
	if command, known := findSlash(name); known && command.words != nil {
		words = command.words(m)
	}
	return words, true
}

// slashRows is what the help says of the commands: how each is written, and what it does.
func slashRows() (rows []helpRow) {
	for _, command := range slashCommands() {
		rows = append(rows, helpRow{command.usage(), command.does})
	}
	return append(rows, helpRow{"//", "a line that begins with /"})
}

// ignorable is who can be ignored, or is.
func (m *model) ignorable() []string {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	names := m.board.ignored.list()
	for _, member := range m.board.roster.members {
		if member.id != m.board.roster.you && !slices.Contains(names, member.name) {
			names = append(names, member.name)
		}
	}
	return names
}
