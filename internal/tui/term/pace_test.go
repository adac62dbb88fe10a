package term_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/tui/term"
)

// A sleeper shows what it was told, and rests and wakes as it is told.
type sleeper struct {
	pace  *term.Pace
	shown string
}

func (*sleeper) Init() tea.Cmd { return nil }

func (s *sleeper) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg {
	case "rest":
		s.pace.Rest()
	case "wake":
		s.pace.Wake()
	default:
		if said, ok := msg.(string); ok {
			s.shown = said
		}
	}
	return s, nil
}

func (s *sleeper) View() string { return s.shown }

// A paper is what was written, and may be read meanwhile.
type paper struct {
	mu sync.Mutex
	b  strings.Builder
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.Write(b)
}

func (p *paper) has(s string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Contains(p.b.String(), s)
}

func TestPaceRestsAndWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, s := new(paper), new(sleeper)
		program := tea.NewProgram(s, tea.WithInput(nil), tea.WithOutput(out), tea.WithoutSignalHandler())
		s.pace = term.PaceOf(program)
		ended := make(chan error, 1)
		go func() { // the end of the test waits for it
			_, err := program.Run()
			ended <- err
		}()
		for _, step := range []struct {
			say  string
			want bool
		}{
			{"first", true},
			{"wake", false},
			{"second", true},
			{"rest", false},
			{"third", false},
			{"rest", false},
			{"fourth", false},
			{"wake", false},
			{"fifth", true},
			{"wake", false},
			{"sixth", true},
		} {
			program.Send(step.say)
			time.Sleep(time.Second) // in the bubble: many frames
			if got := out.has(step.say); got != step.want {
				t.Errorf("%s: on the terminal %v, want %v", step.say, got, step.want)
			}
		}
		program.Send("rest")
		program.Send("last")
		program.Quit()
		if err := <-ended; err != nil || !out.has("last") {
			t.Errorf("the last frame is not there (%v)", err)
		}
	})
}
