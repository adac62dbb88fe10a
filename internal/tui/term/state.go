package term

import (
	"errors"
	"fmt"
	"os"

	"github.com/charmbracelet/x/ansi"
	xterm "github.com/charmbracelet/x/term"
)

// State is a terminal as it was before the program ran. Bubble Tea v1 restores the terminal when its program
// ends, is killed, or panics in its own goroutines. A panic in any other goroutine ends the process with the
// terminal raw and in the alternate screen, and so does leaving without waiting for Bubble Tea. State restores
// it then.
type State struct {
	in   *os.File
	out  *Output
	mode *xterm.State
}

// Save notes in what mode the terminal is. It fails if in is not a terminal.
func Save(in *os.File, out *Output) (*State, error) {
	mode, err := xterm.GetState(in.Fd())
	if err != nil {
		return nil, fmt.Errorf("read the mode of the terminal: %w", err)
	}
	return &State{in, out, mode}, nil
}

// Reset restores the terminal, and silences the output so that no frame comes after. It may be called at any
// time and more than once. The mode comes first, as that does not wait; what is written waits for the terminal
// to take it.
func (s *State) Reset() error {
	return errors.Join(xterm.Restore(s.in.Fd(), s.mode), s.out.end())
}

// Rescue is to be deferred by all goroutines of our own. If they panic, it resets the terminal and lets the panic
// go on, so that its trace is printed where it can be read.
func (s *State) Rescue() {
	if reason := recover(); reason != nil {
		_ = s.Reset() // the panic is what matters
		panic(reason)
	}
}

// end undoes everything that Bubble Tea and Output may have done to the terminal, and is the last to write.
func (o *Output) end() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil
	}
	o.closed = true
	undo := ansi.ResetModeSynchronizedOutput +
		ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseAnyEvent + ansi.ResetModeMouseExtSgr +
		ansi.ResetModeFocusEvent + ansi.ResetModeBracketedPaste
	if o.alt { // elsewhere it would move the cursor
		undo += ansi.ResetModeAltScreenSaveCursor
	}
	undo += linkEnd + ansi.ResetStyle + ansi.SetModeAutoWrap + ansi.ShowCursor
	_, err := o.file.WriteString(undo)
	return err
}
