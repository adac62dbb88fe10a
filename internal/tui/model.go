package tui

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"bcast/internal/text"
)

// An offer puts a chunk into the outbox, if it has room, and returns the id by which the
// session tells what has become of it.
type offer func(chunk []byte) (id uint64, ok bool)

// A model is the screen's state: Bubble Tea's one model.
type model struct {
	// Set at the start.
	title  string // the address, as people write it
	name   string // stands before what this side says; may be empty
	board  *board
	offer  offer
	keeper *keeper // nil: what is sent is not kept for later runs
	done   <-chan struct{}
	typed  []tea.KeyMsg // before there was a screen
	keys   keyMap
	styles styles
	glyphs glyphs

	composer      composer
	width, height int
	layout        layout
	members       members
	help          help
	find          finder
	rate          rate
	lines         uint64 // that had come when the last changedMsg did
	mouse         bool   // this side has it

	hint  string // what there is to say about the last key
	hints int    // the number of the hint, so that its end finds it
	armed bool   // the next Ctrl+C quits

	pace pace
	view string // what View returned last; empty when something has changed
}

func newModel(cfg Config, board *board, offer offer, done <-chan struct{}, typed []tea.KeyMsg) *model {
	return &model{
		title:    text.Clean([]byte(cfg.Title)),
		name:     cfg.Name,
		board:    board,
		offer:    offer,
		done:     done,
		typed:    typed,
		keys:     defaultKeyMap(),
		styles:   defaultStyles(lipgloss.DefaultRenderer()),
		glyphs:   newGlyphs(cfg.ASCII),
		composer: newComposer(board.limit(1)),
		find:     newFinder(),
	}
}

// Init starts waiting for what arrives and for the next minute, and types what was typed
// before.
func (m *model) Init() tea.Cmd {
	var cmds []tea.Cmd
	for _, msg := range m.typed {
		cmds = append(cmds, func() tea.Msg { return msg })
	}
	return tea.Batch(tea.Sequence(append(cmds, watch(m.board.wake, m.done, 0))...), minute(m.board.now()))
}

// Update takes a message. It never waits.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd, changed := m.take(msg)
	if changed {
		m.view = ""
		cmd = tea.Batch(cmd, m.pace.wake())
	}
	return m, cmd
}

// take does what a message is for, and reports whether the screen may look otherwise then.
func (m *model) take(msg tea.Msg) (cmd tea.Cmd, changed bool) {
	switch msg := msg.(type) {
	case changedMsg:
		return tea.Batch(m.listen(), watch(m.board.wake, m.done, frame)), true
	case rateMsg:
		return m.lookAtRate()
	case minuteMsg:
		return minute(m.board.now()), m.layout.frame
	case tea.KeyMsg:
		return m.press(msg), true
	case tea.MouseMsg:
		return nil, m.wheel(msg)
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
		return nil, true
	case tea.FocusMsg, tea.ResumeMsg:
		m.away(false)
		return nil, true
	case tea.BlurMsg:
		m.away(true)
		return nil, true
	case restMsg:
		return m.pace.rest(), false
	case forgetMsg:
		return nil, m.forget(msg)
	}
	return nil, false
}

// resize heeds another size of the screen.
func (m *model) resize(width, height int) {
	m.width, m.height = width, height
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	m.arrange()
}

// arrange divides the screen by what there is to show. The board is locked.
func (m *model) arrange() {
	m.layout = newLayout(m.width, m.height, m.members.shown(m.width) && m.board.framed && m.board.roster.named)
	if m.width >= 60 {
		m.layout.count = len(" /") + 2*len(strconv.Itoa(m.composer.Limit()))
	}
	m.layout.grow(m.inputRows(), m.height)
	m.layout.waiting = min(len(m.board.waiting.messages), max(1, m.layout.feed/4), m.layout.feed-1)
	m.layout.feed -= m.layout.waiting
	m.board.feed.Resize(m.layout.text, m.layout.feed)
}

// away tells the feed whether anybody looks.
func (m *model) away(away bool) {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	if m.board.hint == "" {
		return
	}
	m.hint, m.armed = m.board.hint, false
	m.hints++
	m.board.hint = ""
}

// press does what a key is for. Text is never one, whatever it spells; and what
// the composer has no use for, it leaves to the screen.
func (m *model) press(msg tea.KeyMsg) tea.Cmd {
	armed := m.armed
	m.hint, m.armed = "", false
	switch {
	case isTyped(msg):
		return m.compose(msg)
	case m.composer.Busy() && m.composer.Press(msg):
		return m.refusal()
	case key.Matches(msg, m.keys.Clear):
		return m.clear(armed)
	case key.Matches(msg, m.keys.Send):
		return m.send()
	case key.Matches(msg, m.keys.Redraw):
		return tea.ClearScreen
	case key.Matches(msg, m.keys.Suspend):
		return tea.Suspend
	case m.composer.Press(msg):
		return m.refusal()
	case key.Matches(msg, m.keys.Members):
		return m.toggleMembers()
	case key.Matches(msg, m.keys.Close) && m.members.close(m.width):
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
	return m.refusal()
}

// refusal says why the composer did nothing, if it did so.
func (m *model) refusal() tea.Cmd {
	if m.composer.Refused() {
		return m.say(m.composer.Refusal())
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

// send sends what was typed. A plain server sends it to everybody else, so it is shown
// at once; a framed one sends it to this side, too, and until then it waits.
func (m *model) send() tea.Cmd {
	typed, cmd, done := m.slash(m.composer.Text())
	if typed == "" || done {
		return cmd
	}
	framed := m.board.isFramed()
	line := typed + "\n"
	if m.name != "" && !framed {
		line = m.name + ": " + line
	}
	id, ok := m.offer([]byte(line))
	if !ok {
		return m.say(fmt.Sprintf("%d lines wait to be sent: this one is kept here", session.DefaultMaxPending))
	}
	m.composer.Accept()
	shown := text.Clean([]byte(typed))
	if framed {
		m.board.await(id, shown)
		return nil
	}
	name := m.name
	if name == "" {
		name = "me"
	}
	m.board.say(name, shown)
	return nil
}

// say shows a hint for a while.
func (m *model) say(hint string) tea.Cmd {
	m.hint = hint
	m.hints++
	return forget(m.hints)
}
