package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// mostFind is the longest text that can be looked for, in bytes.
const mostFind = 256

// A finder is the bar in which people type what they look for. What is found stays marked
// when it is closed, until the find is ended.
type finder struct {
	keys  findKeyMap
	open  bool
	query composer
}

func newFinder() finder {
	f := finder{keys: defaultFindKeyMap(), query: newComposer(mostFind)}
	f.query.KeyMap.Search.SetEnabled(false) // there is no history, and no second line
	f.query.KeyMap.NewLine.SetEnabled(false)
	return f
}

// openFind opens the bar, with what was looked for last, and closes what hides the feed.
func (m *model) openFind() {
	m.find.open = true
	m.help = help{}
	m.members.close(m.width)
}

// findFor is openFind for words that are known, if there are any: it goes to the newest match
// at once.
func (m *model) findFor(words string) tea.Cmd {
	m.openFind()
	if words == "" {
		return nil
	}
	m.find.query.SetText(words)
	m.lookFor()
	return m.findOlder()
}

// pressFind does what a key is for while the bar is open. What the bar has no use for is the
// screen's.
func (m *model) pressFind(msg tea.KeyMsg) tea.Cmd {
	switch k := m.find.keys; {
	case isTyped(msg): // is no key
	case key.Matches(msg, k.Older):
		return m.findOlder()
	case key.Matches(msg, k.Newer):
		return m.findNewer()
	case key.Matches(msg, k.Close):
		m.find.open = false
		return nil
	}
	before := m.find.query.Text()
	if !m.find.query.Press(inOneLine(msg)) {
		return m.command(msg)
	}
	if m.find.query.Text() != before {
		m.lookFor()
	}
	return nil
}

// lookFor marks what is looked for.
func (m *model) lookFor() {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	m.board.feed.Find(m.find.query.Text())
}

// endFind ends what openFind began, and reports whether there was anything.
func (m *model) endFind() bool {
	if m.find.query.Empty() {
		return false
	}
	m.find = newFinder()
	m.lookFor()
	return true
}

func (m *model) findOlder() tea.Cmd {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	if !m.board.feed.FindOlder() {
		return m.say("nothing older is found")
	}
	return nil
}

func (m *model) findNewer() tea.Cmd {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	if !m.board.feed.FindNewer() {
		return m.say("nothing newer is found")
	}
	return nil
}

// found says how much was found. The board is locked.
func (m *model) found() string {
	nth, count := m.board.feed.Found()
	switch {
	case m.find.query.Empty():
		return ""
	case count == 0:
		return "nothing is found"
	case nth == 0:
		return lines(count)
	}
	return fmt.Sprintf("%d of %d", nth, count)
}

// inOneLine returns typed or pasted text as if it were typed, without line ends.
func inOneLine(msg tea.KeyMsg) tea.KeyMsg {
	if !isTyped(msg) || !msg.Paste {
		return msg
	}
	msg.Paste = false
	msg.Runes = []rune(strings.Join(strings.Fields(string(msg.Runes)), " "))
	return msg
}
