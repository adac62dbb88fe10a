package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// What is pasted goes into the text as if it were typed, up to these bounds; beyond them it is
// asked for, and beyond the last one it is refused.
const (
	askPasteLines = 3
	askPasteBytes = 4 << 10
	maxPaste      = 1 << 20
)

// A paste is pasted text that waits for an answer: it would be sent at the cursor.
type paste struct {
	text string // empty: none waits
}

// lines counts those of the paste.
func (p paste) lines() int { return strings.Count(p.text, "\n") + 1 }

// asks reports whether the paste is too much to be taken without a question.
func (p paste) asks() bool { return p.lines() > askPasteLines || len(p.text) > askPasteBytes }

// Question is what there is to ask about a paste, or "". Press takes the answer: after Enter,
// which it leaves to the caller as ever, Text has the paste in it, until Accept.
func (c *composer) Question() string {
	if c.paste.text == "" {
		return ""
	}
	k := questionKeys
	return fmt.Sprintf("Send %s (%s)? %s %s, %s %s, %s %s", lines(c.paste.lines()), byteSize(len(c.paste.text)),
		k.Send.Help().Key, k.Send.Help().Desc, k.Edit.Help().Key, k.Edit.Help().Desc, k.Drop.Help().Key, k.Drop.Help().Desc)
}

// byteSize says how many bytes n is.
func byteSize(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 999_950:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// pasteText takes a paste, made harmless: into the text, or as a question.
func (c *composer) pasteText(s string) {
	if len(s) > 1 {
		s = strings.TrimSuffix(s, "\n") // it ends the last line and begins no other
	}
	p := paste{c.paste.text + s}
	switch {
	case len(p.text) > maxPaste:
		c.refusal = fmt.Sprintf("too long: up to %s can be pasted at once", byteSize(maxPaste))
	case !linesFit(p.text, c.line):
		c.refusal = tooLong(c.line)
	case p.asks():
		c.paste = p
	default:
		c.takePaste(s)
	}
}

// keep takes back what could not be sent into an empty composer. It may be more than can be
// typed, or pasted at once.
func (c *composer) keep(s string) {
	if p := (paste{s}); p.asks() {
		c.paste = p
	} else {
		c.splice(0, 0, s)
	}
}

// takePaste puts s before the cursor. It is undone alone.
func (c *composer) takePaste(s string) {
	if s != "" {
		c.replace(c.cursor, c.cursor, s)
	}
}

// answer does what a key is for while a paste waits. Other keys do nothing, since people who
// type on have not seen the question.
func (c *composer) answer(msg tea.KeyMsg) bool {
	switch k := questionKeys; {
	case isTyped(msg):
		if msg.Paste {
			c.pasteText("\n" + typedText(msg))
		}
	case key.Matches(msg, k.Send):
		if linesFit(c.Text(), c.line) {
			return false
		}
		c.refusal = tooLong(c.line)
	case key.Matches(msg, k.Edit):
		s := c.paste.text
		if c.fits(len(s)) {
			c.paste = paste{}
			c.takePaste(s)
		}
	case key.Matches(msg, k.Drop):
		c.paste = paste{}
	}
	return true
}

// linesFit reports whether s can be sent: whether no line of it has more than limit bytes.
func linesFit(s string, limit int) bool {
	for line := range strings.SplitSeq(s, "\n") {
		if len(line) > limit {
			return false
		}
	}
	return true
}
