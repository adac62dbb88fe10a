package term_test

import "testing"

func TestTheMouseComesBackWithTheScreen(t *testing.T) {
	const (
		pasteOn, pasteOff = "\x1b[?2004h", "\x1b[?2004l"
		on, off           = "\x1b[?1002h\x1b[?1006h", "\x1b[?1002l\x1b[?1003l\x1b[?1006l"
		allOn             = "\x1b[?1003h\x1b[?1006h"
	)
	for _, test := range []struct{ name, used, want string }{
		{"it was never on", "", ""},
		{"it is on from the start", on, on},
		{"it is on, twice", on + on, on},
		{"with all motion", allOn, allOn},
		{"the program has switched it off", on + off, ""},
		{"and on again", on + off + allOn, allOn},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRecorder(t)
			r.write(enter)
			r.write(pasteOn + test.used)
			for range 2 { // as Bubble Tea releases and restores the terminal
				r.write(pasteOff + show + off + leave)
				if out, want := r.write(enter), enter+wrapOff+test.want+syncOn+syncOff; out != want {
					t.Errorf("wrote %q, want %q", out, want)
				}
				r.write(pasteOn)
			}
			r.write(off)
			r.write(pasteOff + show + off + leave)
			if out, want := r.write(enter), entered+syncOff; out != want {
				t.Errorf("after it was switched off, wrote %q, want %q", out, want)
			}
		})
	}
}
