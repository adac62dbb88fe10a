package tui

import (
	"fmt"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"bcast/internal/session"
	"bcast/internal/text"
)

// limit is the longest line that can be typed, in bytes. It leaves room for a name
// within a server's --max-line.
const limit = 32 << 10

// A model is the screen's state: Bubble Tea's one model.
type model struct {
	// Set at the start.
	title  string // the address, as people write it
	name   string // stands before what this side says; may be empty
	board  *board
	offer  func(line []byte) bool // puts a line into the outbox, if it has room
	done   <-chan struct{}
	typed  []tea.KeyMsg // before there was a screen
	keys   keyMap
	styles styles

	composer      composer
	width, height int
	layout        layout

	hint  string // what there is to say about the last key
	hints int    // the number of the hint, so that its end finds it
	armed bool   // the next Ctrl+C quits

	view string // what View returned last; empty when something has changed
}

func newModel(cfg Config, board *board, offer func([]byte) bool, done <-chan struct{}, typed []tea.KeyMsg) *model {
	return &model{
		title:    cfg.Title,
		name:     cfg.Name,
		board:    board,
		offer:    offer,
		done:     done,
		typed:    typed,
		keys:     defaultKeyMap(),
		styles:   defaultStyles(lipgloss.DefaultRenderer()),
		composer: newComposer(limit),
	}
}

// Init starts waiting for what arrives, and types what was typed before.
func (m *model) Init() tea.Cmd {
	var cmds []tea.Cmd
	for _, msg := range m.typed {
		cmds = append(cmds, func() tea.Msg { return msg })
	}
	return tea.Sequence(append(cmds, watch(m.board.wake, m.done, 0))...)
}

// Update takes a message. It never waits.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case changedMsg:
		m.view = ""
		return m, watch(m.board.wake, m.done, frame)
	case tea.KeyMsg:
		m.view = ""
		return m, m.press(msg)
	case tea.WindowSizeMsg:
		m.view = ""
		m.resize(msg.Width, msg.Height)
	case forgetMsg:
		if msg.hint == m.hints {
			m.view = ""
			m.hint, m.armed = "", false
		}
	}
	return m, nil
}

func (m *model) resize(width, height int) {
	m.width, m.height = width, height
	m.layout = newLayout(width, height)
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	m.board.feed.Resize(m.layout.text, m.layout.feed)
}

// press does what a key is for. Text is never one, whatever it spells; and what
// the composer has no use for, it leaves to the screen.
func (m *model) press(msg tea.KeyMsg) tea.Cmd {
	armed := m.armed
	m.hint, m.armed = "", false
	switch {
	case isTyped(msg):
		return m.compose(msg)
	case key.Matches(msg, m.keys.Clear):
		return m.clear(armed)
	case key.Matches(msg, m.keys.Send):
		return m.send()
	case key.Matches(msg, m.keys.Redraw):
		return tea.ClearScreen
	case key.Matches(msg, m.keys.Suspend):
		return tea.Suspend
	case m.composer.Press(msg):
		return nil
	case key.Matches(msg, m.keys.Quit):
		return tea.Quit
	}
	m.scroll(msg)
	return nil
}

// compose types text.
func (m *model) compose(msg tea.KeyMsg) tea.Cmd {
	m.composer.Press(msg)
	if m.composer.Refused() {
		return m.say(fmt.Sprintf("too long: a line has up to %d bytes", limit))
	}
	return nil
}

func (m *model) scroll(msg tea.KeyMsg) {
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
	}
}

// clear empties the input; if it is empty, it quits the second time.
func (m *model) clear(armed bool) tea.Cmd {
	switch {
	case !m.composer.Empty():
		m.composer.Clear()
		return nil
	case armed:
		return tea.Quit
	}
	m.armed = true
	return m.say("^C again quits")
}

// send sends what was typed, and shows it at once: the server sends it to
// everybody else.
func (m *model) send() tea.Cmd {
	typed := m.composer.Text()
	if typed == "" {
		return nil
	}
	line := typed + "\n"
	if m.name != "" {
		line = m.name + ": " + line
	}
	if !m.offer([]byte(line)) {
		return m.say(fmt.Sprintf("%d lines wait to be sent: this one is kept here", session.DefaultMaxPending))
	}
	m.composer.Clear()
	name := m.name
	if name == "" {
		name = "me"
	}
	m.board.say(name, text.Clean([]byte(typed)))
	return nil
}

// say shows a hint for a while.
func (m *model) say(hint string) tea.Cmd {
	m.hint = hint
	m.hints++
	return forget(m.hints)
}
