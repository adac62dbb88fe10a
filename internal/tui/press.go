package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// press does what a key is for. What is open comes first, then the composer, and what that
// has no use for is the screen's.
func (m *model) press(msg tea.KeyMsg) tea.Cmd {
	armed := m.armed
	m.hint, m.armed = "", false
	m.composer.SetLimit(m.board.limit(1+strings.Count(m.composer.Text(), "\n")), m.board.limit(1))
	switch completes := m.composer.KeyMap; {
	case isTyped(msg):
		return m.write(msg)
	case key.Matches(msg, m.keys.Redraw):
		return tea.ClearScreen
	case key.Matches(msg, m.keys.Suspend):
		return tea.Suspend
	case m.composer.Busy() && m.composer.Press(msg):
		return m.refusal()
	case m.help.open && m.help.press(msg, m):
		return nil
	case key.Matches(msg, m.keys.Quit):
		return m.clear(armed)
	case m.find.open:
		return m.pressFind(msg)
	case key.Matches(msg, m.keys.Send):
		return m.send()
	case key.Matches(msg, completes.Complete, completes.CompleteBack):
		return m.complete(key.Matches(msg, completes.CompleteBack))
	case m.composer.Press(msg):
		return m.refusal()
	}
	return m.command(msg)
}

// write types text where the cursor is. It is never a key, whatever it spells.
func (m *model) write(msg tea.KeyMsg) tea.Cmd {
	if m.find.open {
		return m.pressFind(msg)
	}
	m.composer.Press(msg)
	return m.refusal()
}

// command does what the screen's own keys are for.
func (m *model) command(msg tea.KeyMsg) tea.Cmd {
	switch {
	case key.Matches(msg, m.keys.Help):
		m.openHelp()
	case key.Matches(msg, m.keys.Find, m.keys.FindNext):
		m.openFind()
	case key.Matches(msg, m.keys.Members):
		return m.toggleMembers()
	case key.Matches(msg, m.keys.MembersUp) || m.paneIsAll() && key.Matches(msg, m.keys.PageUp):
		m.scrollMembers(-m.membersPage())
	case key.Matches(msg, m.keys.MembersDown) || m.paneIsAll() && key.Matches(msg, m.keys.PageDown):
		m.scrollMembers(m.membersPage())
	case key.Matches(msg, m.keys.Mouse):
		return m.toggleMouse()
	case key.Matches(msg, m.keys.Close) && (m.members.close(m.width) || m.endFind()):
	case key.Matches(msg, m.keys.End) && !m.find.open:
		return tea.Quit
	default:
		return m.scroll(msg)
	}
	return nil
}

// refusal says why the last key has changed nothing in the composer, if that is so.
func (m *model) refusal() tea.Cmd {
	if m.composer.Refused() {
		return m.say(m.composer.Refusal())
	}
	return nil
}

// scroll moves the feed.
func (m *model) scroll(msg tea.KeyMsg) tea.Cmd {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	page := m.board.feed.Page()
	switch {
	case key.Matches(msg, m.keys.PageUp):
		m.board.feed.Up(page)
	case key.Matches(msg, m.keys.PageDown):
		m.board.feed.Down(page)
	case key.Matches(msg, m.keys.LineUp):
		m.board.feed.Up(1)
	case key.Matches(msg, m.keys.LineDown):
		m.board.feed.Down(1)
	case key.Matches(msg, m.keys.Latest):
		m.board.feed.End()
	case key.Matches(msg, m.keys.Unread) && !m.board.feed.ToUnread():
		return m.say("nothing is new")
	}
	return nil
}

// scrollFeed moves the feed by rows, down if they are more than 0.
func (m *model) scrollFeed(rows int) {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	if rows < 0 {
		m.board.feed.Up(-rows)
	} else {
		m.board.feed.Down(rows)
	}
}

// clear empties the input; if it is empty, it quits the second time.
func (m *model) clear(armed bool) tea.Cmd {
	switch {
	case m.find.open:
		m.endFind()
		m.find.open = false
		return nil
	case !m.composer.Empty():
		m.composer.Clear()
		return nil
	case armed:
		return tea.Quit
	}
	m.armed = true
	return m.say("^C again quits")
}
