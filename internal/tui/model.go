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
		limit := len(strconv.Itoa(m.composer.Limit()))
		m.layout.count = len(" /") + limit + max(limit, len(strconv.Itoa(m.composer.Bytes())))
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
	m.board.feed.Away(away)
}
