package term_test

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	xterm "github.com/charmbracelet/x/term"

	"bcast/internal/tui/term"
)

// fence is a key that ends what a test types.
const fence, fenceKey = "\x1b[24~", "f12"

// quote stands around text, which could be the name of a key.
const quote = `"`

// A reading is a real program of Bubble Tea that notes its messages, and the terminal at which a test types. The
// time that Input waits is the test's: it goes by when there is nothing left to type.
type reading struct {
	*term.Input
	t               *testing.T
	person, program *os.File
	read            chan []string // what was read up to a fence
	next            chan struct{} // has room for one, who wants the next piece

	mu   sync.Mutex
	rest []string // is still to be typed, each piece when the one before was read
	now  time.Time
}

func newReading(t *testing.T) *reading {
	t.Helper()
	r := &reading{t: t, read: make(chan []string, 1), next: make(chan struct{}, 1)}
	r.person, r.program = openTerminal(t)
	if _, err := xterm.MakeRaw(r.program.Fd()); err != nil { // Bubble Tea does it only if it also draws
		t.Fatal(err)
	}
	r.Input = term.NewInputWith(r.program, r.wait, r.time)
	running := tea.NewProgram(&notes{read: r.read}, tea.WithInput(r), tea.WithOutput(io.Discard),
		tea.WithoutRenderer(), tea.WithoutSignalHandler())
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := running.Run(); err != nil {
			t.Error(err)
		}
	})
	all.Go(r.typeOn)
	t.Cleanup(func() {
		running.Quit()
		close(r.next)
		all.Wait()
	})
	return r
}

// of returns what is read of the pieces.
func (r *reading) of(pieces ...string) []string {
	r.t.Helper()
	pieces = slices.DeleteFunc(slices.Clone(pieces), func(s string) bool { return s == "" })
	pieces[len(pieces)-1] += fence
	r.mu.Lock()
	r.rest = pieces
	r.mu.Unlock()
	r.ask()
	select {
	case read := <-r.read:
		return read
	case <-time.After(patience):
		r.t.Fatalf("it does not read to the end of %.300q", pieces)
		return nil
	}
}

// typeOn types a piece each time that it is asked to.
func (r *reading) typeOn() {
	for range r.next {
		piece := ""
		r.mu.Lock()
		if len(r.rest) > 0 {
			piece, r.rest = r.rest[0], r.rest[1:]
		}
		r.mu.Unlock()
		if _, err := r.person.WriteString(piece); err != nil {
			r.t.Error(err)
		}
	}
}

// ask asks for the next piece, and reports whether there is one.
func (r *reading) ask() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.rest) == 0 {
		return false
	}
	select {
	case r.next <- struct{}{}:
	default:
	}
	return true
}

// Read is Input's, which Bubble Tea calls.
func (r *reading) Read(p []byte) (int, error) {
	n, err := r.Input.Read(p)
	if unread(r.t, r.program) == 0 {
		r.ask()
	}
	return n, err
}

// wait is how Input waits.
func (r *reading) wait(d time.Duration) bool {
	switch {
	case term.WaitReadable(r.program, 0):
		return true
	case d == 0:
		return false
	case r.ask():
		return true // soon
	default: // what was typed may be on its way
		return term.WaitReadable(r.program, 10*time.Millisecond)
	}
}

func (r *reading) time() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// notes is a model that notes its messages.
type notes struct {
	read chan<- []string
	all  []string
	text bool // the last one was text
}

func (*notes) Init() tea.Cmd { return nil }
func (*notes) View() string  { return "" }

func (n *notes) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	note, text := "", false
	switch msg := msg.(type) {
	case tea.KeyMsg:
		note = msg.String()
		text = msg.Type == tea.KeyRunes && !msg.Alt && !msg.Paste
	case tea.MouseMsg:
		note = fmt.Sprintf("%s at %d,%d", msg, msg.X, msg.Y)
	default:
		note = strings.TrimPrefix(fmt.Sprintf("%T", msg), "tea.")
	}
	switch {
	case note == fenceKey:
		n.read <- n.all
		n.all, n.text = nil, false
		return n, nil
	case text && n.text: // it may come in any number of messages
		n.all[len(n.all)-1] = strings.TrimSuffix(n.all[len(n.all)-1], quote) + note + quote
	case text:
		n.all = append(n.all, quote+note+quote)
	default:
		n.all = append(n.all, note)
	}
	n.text = text
	return n, nil
}
