package term

import (
	"os"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// longestNotice is how much of a notification is shown, in bytes.
const longestNotice = 256

// A call is what is to be written between two frames. Bubble Tea v1 writes frames only, and what else goes to the
// terminal at the same time stands in the middle of one.
type call struct {
	mu     sync.Mutex
	bell   bool
	notice string // a sequence; the last one, if there are several
}

// Bell rings the bell. Like Notify, it does not wait for a frame that is being written: who writes it rings. It may
// wait where no frame is written, but the terminal takes nothing.
func (o *Output) Bell() {
	o.call.mu.Lock()
	o.call.bell = true
	o.call.mu.Unlock()
	o.answerCall()
}

// Notify shows text outside of the terminal, by OSC 9, which many terminals know and the others pass over; inside
// tmux, if its allow-passthrough is on. Text that has a control character or is not UTF-8 is not shown at all, and
// of what is longer than 256 bytes the rest is left out. Nothing else is looked at.
func (o *Output) Notify(text string) {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return
	}
	if len(text) > longestNotice {
		end := longestNotice - len("…")
		for !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end] + "…"
	}
	if text != "" && text[0] >= '0' && text[0] <= '9' {
		text = " " + text // or it would be a command, as "4;" is for a progress bar, and "7;" for running a program
	}
	notice := ansi.Notify(text)
	if os.Getenv("TMUX") != "" {
		notice = ansi.TmuxPassthrough(notice)
	}
	o.call.mu.Lock()
	o.call.notice = notice
	o.call.mu.Unlock()
	o.answerCall()
}

// take returns what is to be written, once.
func (c *call) take() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.notice
	if c.bell {
		s += "\a"
	}
	c.bell, c.notice = false, ""
	return s
}

func (c *call) waits() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bell || c.notice != ""
}

// answerCall writes what is to be written between frames. Whoever holds the lock does so when it is free again, so
// nobody has to wait for it.
func (o *Output) answerCall() {
	for o.call.waits() && o.mu.TryLock() {
		if s := o.call.take(); !o.closed {
			_, _ = o.file.WriteString(s) // if that fails, so does the next frame
		}
		o.mu.Unlock()
	}
}
