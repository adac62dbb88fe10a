package term

import (
	"bytes"
	"os"
	"sync"

	"github.com/charmbracelet/x/ansi"
	xterm "github.com/charmbracelet/x/term"
)

// Output is a terminal for tea.WithOutput. It closes these gaps of Bubble Tea v1, in the alternate screen only:
//
//   - Bubble Tea hides the cursor and leaves it at the bottom left, where the window of a Japanese or Chinese
//     input method opens then. A view says with [CursorAt] where it wants the cursor, and Output puts it there
//     after each write.
//   - A frame can be seen half drawn. Each Write is one synchronized update (mode 2026) with the cursor hidden,
//     and goes out in one piece.
//   - Where a terminal takes a character to be wider than we do, a full row wraps and shifts all that follow.
//     Auto-wrap is off, so that a wrong guess stays in its row.
//   - The mouse is lost when the program is suspended; see mouse.go.
//   - Nothing can be written between frames; see attention.go.
//
// It sees by the sequences that pass when the alternate screen is entered and left. When it is left, to exit or
// to suspend, all of that is undone, and a link that is open is closed.
//
// Its methods may be called by several goroutines at once.
type Output struct {
	file *os.File

	mu     sync.Mutex // held while writing: what is written at once must not mix
	alt    bool       // the alternate screen is on
	cursor cursor     // as the last marker had it, of this alternate screen
	held   []byte     // an escape sequence that the last Write began and did not end
	mouse  mouse
	link   bool // a link is open
	closed bool // nothing goes out any more

	call call
}

var _ xterm.File = (*Output)(nil) // or Bubble Tea would not see a terminal in it

// NewOutput returns an Output that writes to file, a terminal outside of its alternate screen.
func NewOutput(file *os.File) *Output { return &Output{file: file} }

// Fd returns the descriptor of the file.
func (o *Output) Fd() uintptr { return o.file.Fd() }

// Read reads from the file.
func (o *Output) Read(p []byte) (int, error) { return o.file.Read(p) }

// Close closes the file.
func (o *Output) Close() error { return o.file.Close() }

// Write writes p and what Output adds to it. If that fails, the count is of the bytes of p that the terminal
// took. Bubble Tea writes whole frames and whole sequences; should a sequence come in parts all the same, the
// first is held back until the next Write.
func (o *Output) Write(p []byte) (int, error) {
	defer o.answerCall()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || len(p) == 0 {
		return len(p), nil
	}
	before := len(o.held)
	f := o.frameLocked(append(o.held, p...))
	if len(f.out) == 0 {
		return len(p), nil
	}
	n, err := o.file.Write(f.out)
	if err != nil {
		o.held = nil // it is the caller's to write again
		return max(f.taken(n)-before, 0), err
	}
	return len(p), nil
}

// frameLocked returns what is to be written for b.
func (o *Output) frameLocked(b []byte) *frame {
	f := &frame{}
	o.held = nil
	if o.alt {
		f.add(ansi.SetModeSynchronizedOutput)
		if o.cursor.state != unmanaged {
			f.add(ansi.HideCursor)
		}
	}
	for len(b) > 0 {
		text := b
		if i := bytes.IndexByte(b, esc); i >= 0 {
			text = b[:i]
		}
		f.copy(text)
		if b = b[len(text):]; len(b) == 0 {
			break
		}
		n := sequence(b)
		if n == 0 {
			o.held = bytes.Clone(b)
			break
		}
		o.passLocked(f, b[:n])
		b = b[n:]
	}
	if o.alt {
		if o.cursor.state == placed {
			f.add(ansi.CursorPosition(o.cursor.col+1, o.cursor.row+1))
			f.add(ansi.ShowCursor)
		}
		f.add(ansi.ResetModeSynchronizedOutput)
	}
	return f
}

// passLocked puts an escape sequence into the frame, and heeds those that it watches for.
func (o *Output) passLocked(f *frame, seq []byte) {
	o.mouse.pass(string(seq))
	if opens, known := opensLink(seq); known {
		o.link = opens
	}
	switch string(seq) {
	case ansi.SetModeAltScreenSaveCursor:
		f.copy(seq)
		f.add(ansi.ResetModeAutoWrap)
		f.add(o.mouse.again())
		f.add(ansi.SetModeSynchronizedOutput)
		o.alt, o.cursor = true, cursor{}
	case ansi.ResetModeAltScreenSaveCursor:
		if o.link {
			f.add(linkEnd)
			o.link = false
		}
		f.add(ansi.ResetModeSynchronizedOutput)
		f.copy(seq)
		f.add(ansi.SetModeAutoWrap) // now, as the terminal may have restored it with its cursor
		f.add(ansi.ShowCursor)
		o.alt = false
	default:
		if c, ok := parseMarker(seq); ok {
			o.cursor = c
			f.skip(len(seq))
		} else {
			f.copy(seq)
		}
	}
}
