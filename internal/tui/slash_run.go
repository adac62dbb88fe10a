package tui

import (
	"errors"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/feed"
	"bcast/internal/text"
)

// maxListed is how many names of those who are ignored are listed.
const maxListed = 10

func (m *model) slashName(arg string) (tea.Cmd, string) {
	name, err := text.Name(arg)
	if bad := (*text.NameError)(nil); errors.As(err, &bad) {
		return nil, bad.Error()
	}
	if down, framed := m.board.isDown(), m.board.askName(name); framed && down {
		return m.say(name + " is asked for once the server is back"), ""
	}
	return nil, ""
}

func (m *model) slashWho(string) (tea.Cmd, string) { return m.toggleMembers(), "" }

func (m *model) slashFind(words string) (tea.Cmd, string) { return m.findFor(words), "" }

func (m *model) slashHelp(string) (tea.Cmd, string) {
	m.openHelp()
	return nil, ""
}

func (m *model) slashQuit(string) (tea.Cmd, string) { return tea.Quit, "" }

func (m *model) slashClear(string) (tea.Cmd, string) {
	m.board.clear()
	return nil, ""
}

func (m *model) slashSave(path string) (tea.Cmd, string) {
	m.board.save(path)
	return nil, ""
}

func (m *model) slashIgnore(name string) (tea.Cmd, string) {
	if name == "" {
		return m.say(listed(m.board.listIgnored())), ""
	}
	if !isCallable(name) {
		return nil, "nobody can be called that"
	}
	if m.board.isOwnName(name) {
		return nil, "that is you"
	}
	if m.board.toggleIgnored(name) {
		return m.say("nothing of " + text.Clean([]byte(name)) + " is shown any more: the same again ends that"), ""
	}
	return m.say(text.Clean([]byte(name)) + " is shown again"), ""
}

// isCallable reports whether a name is one that a member can have, or have on this screen.
func isCallable(name string) bool {
	_, err := text.Name(name)
	return err == nil || feed.IsGuest(name) || strings.HasPrefix(name, "?")
}

// listed says who is ignored.
func listed(names []string) string {
	if len(names) == 0 {
		return "nobody is ignored"
	}
	more := ""
	if len(names) > maxListed {
		names, more = names[:maxListed], ", ..."
	}
	return "ignored: " + text.Clean([]byte(strings.Join(names, ", "))) + more
}

// clear forgets the entries of the feed.
func (b *board) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.feed.Clear()
	b.traffic.open = false
}

// isOwnName reports whether name is what this side is called.
func (b *board) isOwnName(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.name != "" && keyOf(name) == keyOf(b.name)
}
