package term

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A mouse is what an [Output] knows of the mouse, to close a gap of Bubble Tea v1: when it releases the terminal,
// to suspend, it switches the mouse off, and when it takes the terminal again, it does not switch the mouse on.
//
// What it switches off to release the terminal comes after bracketed paste was switched off. Before that, it is
// the program that wants no mouse any more.
type mouse struct {
	on    []string // what is to be switched on again
	paste bool     // bracketed paste is on
}

// pass takes note of an escape sequence.
func (m *mouse) pass(seq string) {
	switch seq {
	case ansi.SetModeBracketedPaste:
		m.paste = true
	case ansi.ResetModeBracketedPaste:
		m.paste = false
	case ansi.SetModeMouseButtonEvent, ansi.SetModeMouseAnyEvent, ansi.SetModeMouseExtSgr:
		if !slices.Contains(m.on, seq) {
			m.on = append(m.on, seq)
		}
	case ansi.ResetModeMouseButtonEvent, ansi.ResetModeMouseAnyEvent, ansi.ResetModeMouseExtSgr:
		if set := strings.TrimSuffix(seq, "l") + "h"; m.paste {
			m.on = slices.DeleteFunc(m.on, func(s string) bool { return s == set })
		}
	}
}

// again returns what switches it on as it was.
func (m *mouse) again() string { return strings.Join(m.on, "") }
