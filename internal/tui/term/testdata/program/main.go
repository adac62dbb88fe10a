// Command program is a Bubble Tea program with all that package term has, for its tests. Its view says what it
// knows, so that a test can read it off the screen.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"bcast/internal/tui/term"
	"bcast/internal/tui/term/quiet"
)

func main() {
	quiet.Restore()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run() error {
	out := term.NewOutput(os.Stdout)
	state, err := term.Save(os.Stdin, out)
	if err != nil {
		return err
	}
	defer state.Rescue()
	background, typed := term.Probe(os.Stdin, os.Stdout)
	term.UseColors(background.Dark)

	m := &model{rescue: state.Rescue, known: background.Known}
	for _, key := range typed {
		m.press(key)
	}
	program := tea.NewProgram(m, tea.WithInput(term.NewInput(os.Stdin)), tea.WithOutput(out),
		tea.WithAltScreen(), tea.WithMouseCellMotion(), tea.WithReportFocus(), tea.WithoutSignalHandler())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		program.Quit()
	}()
	if _, err := program.Run(); err != nil {
		return err
	}
	fmt.Println("over")
	return nil
}

type model struct {
	rescue func()
	known  bool
	typed  string
	absent bool // there is no cursor
}

func (m *model) Init() tea.Cmd { return nil }

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if key, ok := msg.(tea.KeyMsg); ok {
		return m, m.press(key)
	}
	return m, nil
}

func (m *model) press(key tea.KeyMsg) tea.Cmd {
	switch key.String() {
	case "ctrl+c":
		return tea.Quit
	case "ctrl+z":
		return tea.Suspend
	case "ctrl+n":
		m.absent = !m.absent
	case "ctrl+e": // release and restore the terminal, without a signal
		return tea.Exec(nothing{}, func(error) tea.Msg { return tea.ResumeMsg{} })
	case "ctrl+p":
		panic("in Update")
	case "ctrl+g":
		go m.fail()
	case "ctrl+w":
		return func() tea.Msg { panic("in a command") }
	default:
		m.typed += key.String()
	}
	return nil
}

func (m *model) fail() {
	defer m.rescue()
	panic(errors.New("in a goroutine"))
}

func (m *model) View() string {
	row, col := 2, len(m.typed)
	marker, cell := term.CursorAt(row, col), fmt.Sprintf("%d;%d", row+1, col+1)
	if m.absent {
		marker, cell = term.NoCursor, "none"
	}
	return strings.Join([]string{
		fmt.Sprintf("known=%t dark=%t profile=%d", m.known, lipgloss.HasDarkBackground(), lipgloss.ColorProfile()),
		"cell=" + cell,
		lipgloss.NewStyle().Bold(true).Render("typed=" + m.typed + "."),
		"the last row" + marker,
	}, "\n")
}

// nothing is a program that does nothing.
type nothing struct{}

func (nothing) Run() error          { return nil }
func (nothing) SetStdin(io.Reader)  {}
func (nothing) SetStdout(io.Writer) {}
func (nothing) SetStderr(io.Writer) {}
