package term_test

import (
	"testing"

	xterm "github.com/charmbracelet/x/term"

	"bcast/internal/tui/term"
)

func TestResetRestoresTheTerminal(t *testing.T) {
	const unlink = "\x1b]8;;\x1b\\"
	const always = "\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l"
	for _, test := range []struct {
		name, written, want string
	}{
		{"in the alternate screen", enter, syncOff + always + leave + unlink + "\x1b[m" + wrapOn + show},
		{"elsewhere the cursor stays", enter + leave, syncOff + always + unlink + "\x1b[m" + wrapOn + show},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, program := openTerminal(t)
			before := modeOf(t, program)
			r := newRecorder(t)
			r.write(test.written)
			state, err := term.Save(program, r.Output)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := xterm.MakeRaw(program.Fd()); err != nil {
				t.Fatal(err)
			}
			if err := state.Reset(); err != nil {
				t.Error(err)
			}
			if after := modeOf(t, program); after != before {
				t.Errorf("the mode was\n%+v, is\n%+v", before, after)
			}
			if out := r.rest(); out != test.want {
				t.Errorf("wrote\n%q, want\n%q", out, test.want)
			}
			if err := state.Reset(); err != nil {
				t.Error(err)
			}
			if out := r.write("a frame that comes too late"); out != "" {
				t.Errorf("wrote %q after the end", out)
			}
		})
	}
}

func TestSaveWantsATerminal(t *testing.T) {
	r := newRecorder(t)
	if _, err := term.Save(r.file, r.Output); err == nil {
		t.Error("saved the mode of a file")
	}
}
