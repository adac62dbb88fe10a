package term

import (
	"io"
	"os"
	"time"
	"unicode/utf8"
)

const (
	// keyWait is how long Esc waits for what would make it another key: Alt with a key, or a key that sends a
	// sequence.
	keyWait = 25 * time.Millisecond
	// restWait is how long the rest of what nobody types may take, such as half a mouse event. A packet that
	// was lost on its way takes that long to come again.
	restWait = 300 * time.Millisecond
	// longest is longer than any escape sequence that is passed on.
	longest = 64
)

// Input is a terminal for tea.WithInput. It closes three gaps in how Bubble Tea v1 reads:
//
//   - It takes for whole what it reads at once, up to 256 bytes. Of a sequence, a rune or the beginning of a paste
//     that comes in parts, or lies across that limit, the rest is typed as text or lost. Input waits for the rest:
//     25 ms after Esc, which then is Esc; 300 ms for what cannot have been typed, which then is dropped.
//   - It knows a change of the focus only at the end of what it reads, and Esc before a sequence only if both make
//     a key with Alt. So each Read ends with its first escape sequence.
//   - It does not know that terminals answer, and what comes later than [Probe] waits is typed. Input drops
//     answers, and translates or drops what Bubble Tea does not know of keys; see escape.go.
//
// One gap stays open: each time that Bubble Tea takes the terminal again, it leaves a descriptor behind, of epoll or
// kqueue. Its number is known to its cancel reader alone, which it has forgotten by then.
//
// Bubble Tea watches the file itself, so what Input had read and kept would not be seen before the next key. It
// therefore reads no byte that it cannot use at once. On systems other than Unix, where Bubble Tea reads keys by
// other means, it does nothing.
type Input struct {
	*os.File
	wait func(time.Duration) bool // reports whether there is something to read within that time
	now  func() time.Time

	// Owned by Read, which is called by one goroutine at a time.
	buffer *byte // where the last Read was to put what it read
	paste  paste
}

// NewInput returns an Input that reads from file. It is for one program, and may be read again after Bubble Tea
// has released the terminal.
func NewInput(file *os.File) *Input {
	in := &Input{File: file, now: time.Now}
	in.wait = func(d time.Duration) bool { return waitReadable(file, d) }
	return in
}

// Read reads text up to an escape sequence, and that whole; or a part of a paste. That it returns 0 bytes is not
// the end. p is to have room for 256 bytes.
func (in *Input) Read(p []byte) (int, error) {
	if !canWait {
		return in.File.Read(p)
	}
	if len(p) < 4*longest {
		return 0, io.ErrShortBuffer
	}
	if in.buffer != &p[0] { // it is another reader, who does not have the beginning of a paste
		in.buffer = &p[0]
		if in.paste.open {
			in.skipPaste()
			return 0, nil
		}
	}
	var first [1]byte
	if n, err := in.File.Read(first[:]); n == 0 {
		return 0, err
	}
	if in.paste.open {
		return in.readPaste(p, first[0]), nil
	}
	s := scanner{in: in, out: p[:0]}
	s.scan(first[0])
	return len(s.out), nil
}

// A scanner reads for one Read.
type scanner struct {
	in     *Input
	out    []byte
	unread []byte // what was read and belongs to what comes next; of one byte at most
	held   [1]byte
}

// scan reads text from c on as far as it is there, and an escape sequence behind it.
func (s *scanner) scan(c byte) {
	for ok := true; ok; c, ok = s.next(0) {
		if c == esc {
			s.escape()
		} else {
			s.rune(c)
		}
		if len(s.unread) == 0 && (c == esc || len(s.out) >= 2*longest) {
			return
		}
	}
}

// next reads a byte, if there is one within that time. If there is an error, it will be there for the next Read.
func (s *scanner) next(patience time.Duration) (c byte, ok bool) {
	if len(s.unread) > 0 {
		c, s.unread = s.unread[0], nil
		return c, true
	}
	if !s.in.wait(patience) {
		return 0, false
	}
	n, _ := s.in.File.Read(s.held[:])
	return s.held[0], n > 0
}

// back gives c back for the next call of next.
func (s *scanner) back(c byte) {
	s.held[0] = c
	s.unread = s.held[:]
}

// rune passes the rune that begins with c on, if it comes to be one.
func (s *scanner) rune(c byte) bool {
	begin := len(s.out)
	s.out = append(s.out, c)
	for !utf8.FullRune(s.out[begin:]) {
		c, ok := s.next(restWait)
		if ok && !utf8.RuneStart(c) {
			s.out = append(s.out, c)
			continue
		}
		if ok {
			s.back(c)
		}
		break
	}
	if r, _ := utf8.DecodeRune(s.out[begin:]); r == utf8.RuneError {
		s.out = s.out[:begin]
		return false
	}
	return true
}
