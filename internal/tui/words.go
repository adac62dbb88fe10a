package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/feed"
)

// recentSpeakers is how many of those who spoke last are offered before the others.
const recentSpeakers = 50

// complete completes the name or the command before the cursor.
func (m *model) complete(back bool) tea.Cmd {
	if !m.composer.Complete(m.words(), back) && !m.composer.Empty() {
		return m.say("nothing begins so")
	}
	return m.refusal()
}

// words are what can be completed: commands and what stands behind one, or names.
func (m *model) words() []string {
	if words, ok := m.slashWords(m.composer.text[:m.composer.cursor]); ok {
		return words
	}
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	return m.names()
}

// names are who spoke last, the latest first, and who else is here, but for this side. The
// board is locked.
func (m *model) names() []string {
	said := map[string]uint64{}
	var n uint64
	for entry := range m.board.feed.All() {
		if n++; entry.Kind == feed.Line && entry.Name != "" {
			said[entry.Name] = n
		}
	}
	names := make([]string, 0, len(said))
	for name := range said {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return int(said[b]) - int(said[a]) })
	names = names[:min(len(names), recentSpeakers)]
	for _, member := range m.board.roster.members {
		if !slices.Contains(names, member.name) {
			names = append(names, member.name)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return strings.EqualFold(name, m.board.name) })
}
