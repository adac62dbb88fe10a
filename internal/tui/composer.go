package tui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

const (
	// composerUndos is how many changes can be undone. Each keeps the text as it was, so they
	// take up to that many times the composer's limit.
	composerUndos = 100

	// composerGroup is how many presses of typed text are undone together, at most.
	composerGroup = 20
)

// A composer is the line that is being written. Its text is edited by grapheme cluster, with
// the keys of readline: what looks like one character moves and goes as one.
//
// The text is as it was typed, but for control characters and invalid UTF-8, which it never
// holds. [composer.Show] makes it safe for a terminal.
type composer struct {
	KeyMap composerKeyMap

	limit   int
	refused bool // the last change would have made the text longer than limit

	text   string
	cursor int // an edge of a cluster in text

	deed  composerDeed // what the last press did, which the next one may add to
	typed int          // while deed is typing: the presses that are undone together
	undos []composerState

	kills  killRing
	yanked struct{ from, to int } // while deed is yanking: where in text
}

// composerState is what undo brings back.
type composerState struct {
	text   string
	cursor int
}

// composerDeed is what a press did, as far as the next one asks.
type composerDeed uint8

const (
	deedOther composerDeed = iota
	deedType
	deedKill
	deedYank
)

// newComposer returns an empty composer whose text is at most limit bytes long.
func newComposer(limit int) composer {
	return composer{KeyMap: defaultComposerKeyMap(), limit: limit}
}

// Text returns what was written: valid UTF-8 of at most [composer.Limit] bytes, without
// control characters, and so without a line end.
func (c *composer) Text() string { return c.text }

// Empty reports whether nothing is written.
func (c *composer) Empty() bool { return c.text == "" }

// Bytes returns the length of the text in bytes.
func (c *composer) Bytes() int { return len(c.text) }

// Limit returns the longest that the text can be, in bytes.
func (c *composer) Limit() int { return c.limit }

// Refused reports whether the last Press or SetText changed nothing because the text would
// have become longer than the limit.
func (c *composer) Refused() bool { return c.refused }

// Clear empties the composer. Undo brings the text back.
func (c *composer) Clear() { c.SetText("") }

// SetText replaces the text by s, made harmless as pasted text is, and puts the cursor at its
// end. Undo brings back what was there. If s is too long, nothing changes.
func (c *composer) SetText(s string) {
	c.begin()
	c.replace(0, len(c.text), harmless(s))
}

// Press does what a key is for, and reports whether it was one of the composer's: typed or
// pasted text, or a key that edits. In an empty composer those keys that could do nothing are
// free for others.
func (c *composer) Press(msg tea.KeyMsg) bool {
	last := c.begin()
	if isTyped(msg) {
		c.insert(typedText(msg), msg.Paste, last)
		return true
	}
	empty := c.Empty()
	return c.edit(msg, last) && (!empty || !c.Empty())
}

// begin forgets what the last change left for this one to know, and returns what it did.
func (c *composer) begin() (last composerDeed) {
	last = c.deed
	c.deed, c.refused = deedOther, false
	return last
}

// edit does what an editing key is for, and reports whether msg was one.
func (c *composer) edit(msg tea.KeyMsg, last composerDeed) bool {
	switch k := c.KeyMap; {
	case key.Matches(msg, k.Left):
		c.cursor = clusterBefore(c.text, c.cursor)
	case key.Matches(msg, k.Right):
		c.cursor = clusterAfter(c.text, c.cursor)
	case key.Matches(msg, k.WordLeft):
		c.cursor = wordBefore(c.text, c.cursor, wordOf)
	case key.Matches(msg, k.WordRight):
		c.cursor = wordAfter(c.text, c.cursor)
	case key.Matches(msg, k.Home):
		c.cursor = 0
	case key.Matches(msg, k.End):
		c.cursor = len(c.text)
	case key.Matches(msg, k.Backspace):
		c.replace(clusterBefore(c.text, c.cursor), c.cursor, "")
	case key.Matches(msg, k.Delete):
		c.replace(c.cursor, clusterAfter(c.text, c.cursor), "")
	case key.Matches(msg, k.KillHome):
		c.kill(0, last)
	case key.Matches(msg, k.KillEnd):
		c.kill(len(c.text), last)
	case key.Matches(msg, k.KillWordLeft):
		c.kill(wordBefore(c.text, c.cursor, wordOf), last)
	case key.Matches(msg, k.KillWordRight):
		c.kill(wordAfter(c.text, c.cursor), last)
	case key.Matches(msg, k.KillSpaceLeft):
		c.kill(wordBefore(c.text, c.cursor, wordBetweenSpaces), last)
	case key.Matches(msg, k.Yank):
		c.yank()
	case key.Matches(msg, k.YankOlder):
		c.yankOlder(last)
	case key.Matches(msg, k.Transpose):
		c.transpose()
	case key.Matches(msg, k.Undo):
		c.undo()
	default:
		return false
	}
	return true
}

// insert puts s before the cursor. Text that is typed without a pause for other keys is undone
// together; a paste is undone alone.
func (c *composer) insert(s string, paste bool, last composerDeed) {
	if s == "" || !c.fits(len(s)) {
		return
	}
	joins := last == deedType && c.typed < composerGroup && !paste
	if !joins {
		c.remember()
		c.typed = 0
	}
	c.splice(c.cursor, c.cursor, s)
	if !paste {
		c.deed = deedType
		c.typed++
	}
}

// transpose swaps the clusters on both sides of the cursor, at the end of the text the two
// before it, and puts the cursor behind them.
func (c *composer) transpose() {
	middle, end := c.cursor, clusterAfter(c.text, c.cursor)
	if middle == end {
		middle = clusterBefore(c.text, end)
	}
	if start := clusterBefore(c.text, middle); start < middle {
		c.replace(start, end, c.text[middle:end]+c.text[start:middle])
	}
}

// replace puts s in the place of the text between two edges, and the cursor behind it. It can
// be undone. If the text would become too long, it does nothing and reports false.
func (c *composer) replace(from, to int, s string) bool {
	if !c.fits(len(s) - (to - from)) {
		return false
	}
	if c.text[from:to] != s {
		c.remember()
	}
	c.splice(from, to, s)
	return true
}

// fits reports whether there is room for more bytes, and notes it if there is not.
func (c *composer) fits(more int) bool {
	c.refused = len(c.text)+more > c.limit
	return !c.refused
}

// splice puts s in the place of the text between two edges. What meets at its ends may become
// one cluster (a flag's two halves, when what stood between them goes), so the cursor goes
// behind the cluster that s ends in.
func (c *composer) splice(from, to int, s string) {
	c.text = c.text[:from] + s + c.text[to:]
	c.cursor = clusterEdge(c.text, from+len(s))
}

// remember notes the text for undo. Of too many, it forgets the oldest.
func (c *composer) remember() {
	if len(c.undos) == composerUndos {
		c.undos = slices.Delete(c.undos, 0, 1)
	}
	c.undos = append(c.undos, composerState{c.text, c.cursor})
}

// undo takes the last change back, and the cursor to where it was then.
func (c *composer) undo() {
	n := len(c.undos) - 1
	if n < 0 {
		return
	}
	c.text, c.cursor = c.undos[n].text, c.undos[n].cursor
	c.undos = slices.Delete(c.undos, n, n+1)
}

// typedText returns the text of a message that is typed or pasted.
func typedText(msg tea.KeyMsg) string {
	if msg.Type == tea.KeySpace {
		return " "
	}
	return harmless(string(slices.DeleteFunc(slices.Clone(msg.Runes), func(r rune) bool {
		return !utf8.ValidRune(r)
	})))
}

// lineEnds is where a composer of several lines would begin: it has one, so line ends become
// spaces, and tabs, which have no fixed width, too.
var lineEnds = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\t", " ")

// harmless returns s as the composer holds it: without control characters and what is not
// UTF-8. All else stays, as it is what somebody meant to send.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, lineEnds.Replace(strings.ToValidUTF8(s, "")))
}
