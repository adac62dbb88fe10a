package tui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// A composer is what is being written: a line, or several. Its text is edited by grapheme
// cluster, with the keys of readline: what looks like one character moves and goes as one.
//
// The text is as it was typed, but for control characters and invalid UTF-8, which it never
// holds; of control characters only "\n" stays, between lines. [composer.Show] makes it safe
// for a terminal.
type composer struct {
	KeyMap composerKeyMap

	limit   int    // of the text
	line    int    // of a line of a paste that waits
	refusal string // why the last Press or SetText has not taken all

	composerState
	deed  composerDeed // what the last press did, which the next one may add to
	typed int          // while deed is typing: the characters that are undone together

	kills  killRing
	yanked struct{ from, to int } // while deed is yanking: where in text

	completion completion // while deed is completing
	recall     recall     // the history
	search     search     // in the history
	paste      paste      // that waits for an answer

	layout composerLayout // of what is shown
	width  int            // for which it was shown last
	top    int            // the first row that was shown then
	column int            // while deed is climbing: the cell that the cursor aims at
}

// composerDeed is what a press did, as far as the next one asks.
type composerDeed uint8

const (
	deedOther composerDeed = iota
	deedType
	deedKill
	deedYank
	deedClimb
	deedComplete
)

// newComposer returns an empty composer whose text is at most limit bytes long.
func newComposer(limit int) composer {
	return composer{KeyMap: defaultComposerKeyMap(), limit: limit, line: limit}
}

// Text returns what was written: valid UTF-8 without control characters other than "\n". While
// there is a [composer.Question], the paste stands in it, and it may be longer than the limit:
// [board.messages] cuts it.
func (c *composer) Text() string {
	return c.text[:c.cursor] + c.paste.text + c.text[c.cursor:]
}

// Empty reports whether nothing is written.
func (c *composer) Empty() bool { return c.text == "" && c.paste.text == "" }

// Bytes returns the length of the text in bytes.
func (c *composer) Bytes() int { return len(c.text) + len(c.paste.text) }

// Limit returns the longest that the text can become, in bytes; while there is a
// [composer.Question], that a line of it can be.
func (c *composer) Limit() int {
	if c.paste.text != "" {
		return c.line
	}
	return c.limit
}

// SetLimit sets the longest that the text can become, and that a line can be to be sent, in
// bytes. What is longer stays, as does the history, and can only become shorter.
func (c *composer) SetLimit(limit, line int) { c.limit, c.line = limit, line }

// Refused reports whether the last Press, SetText or Complete has left something out because
// there is no room for it: all of what it would have added, but for typed text.
func (c *composer) Refused() bool { return c.refusal != "" }

// Refusal says why, in words for people. It is empty unless [composer.Refused].
func (c *composer) Refusal() string { return c.refusal }

// Busy reports whether the composer is searching the history or has a question. Then every key
// is to be offered to Press before anything else is done with it.
func (c *composer) Busy() bool { return c.search.on || c.paste.text != "" }

// Clear empties the composer, ends what it is busy with, and goes back from the history to the
// draft. Undo brings the draft back.
func (c *composer) Clear() {
	c.search.on, c.paste = false, paste{}
	c.recallAt(len(c.recall.entries))
	c.SetText("")
}

// SetText replaces the text by s, made harmless as pasted text is, and puts the cursor at its
// end. Undo brings back what was there. If s is too long, nothing changes.
func (c *composer) SetText(s string) {
	c.begin()
	c.replace(0, len(c.text), harmless(s))
}

// Accept is for when the text was sent, or done as it says: it becomes the newest entry of the
// history, and the composer is empty. It reports whether the entry is to be kept for later
// runs, which it is not if it is blank, too long, or the newest already.
func (c *composer) Accept() (entry string, added bool) {
	entry = c.Text()
	c.begin()
	c.search.on, c.paste = false, paste{}
	c.composerState = composerState{}
	return entry, c.recall.add(entry)
}

// Press does what a key is for, and reports whether it was one of the composer's: typed or
// pasted text, or a key that edits. In an empty composer those keys that could do nothing are
// free for others. Enter is never taken, though it ends a search, with what was found as text.
func (c *composer) Press(msg tea.KeyMsg) bool {
	last := c.begin()
	switch {
	case c.paste.text != "":
		return c.answer(msg)
	case c.search.on && c.pressSearch(msg):
		return true
	case isTyped(msg) && msg.Paste:
		c.pasteText(typedText(msg))
		return true
	case isTyped(msg):
		c.insert(typedText(msg), last)
		return true
	}
	empty := c.Empty()
	return c.edit(msg, last) && (!empty || !c.Empty() || c.search.on)
}

// begin forgets what the last change left for this one to know, and returns what it did.
func (c *composer) begin() (last composerDeed) {
	last = c.deed
	c.deed, c.refusal = deedOther, ""
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
		c.cursor = lineStart(c.text, c.cursor)
	case key.Matches(msg, k.End):
		c.cursor = lineEnd(c.text, c.cursor)
	case key.Matches(msg, k.Up):
		c.up(last)
	case key.Matches(msg, k.Down):
		c.down(last)
	case key.Matches(msg, k.NewLine):
		c.insert("\n", last)
	case key.Matches(msg, k.Backspace):
		c.replace(clusterBefore(c.text, c.cursor), c.cursor, "")
	case key.Matches(msg, k.Delete):
		c.replace(c.cursor, clusterAfter(c.text, c.cursor), "")
	case key.Matches(msg, k.Transpose):
		c.transpose()
	case key.Matches(msg, k.Undo):
		c.undo()
	case key.Matches(msg, k.Search):
		c.startSearch()
	default:
		return c.editKills(msg, last)
	}
	return true
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

// lineEnds makes one sort of line end of three. Tabs have no fixed width, so they become spaces.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ")

// harmless returns s as the composer holds it: without control characters and what is not
// UTF-8. All else stays, as it is what somebody meant to send.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, lineEnds.Replace(strings.ToValidUTF8(s, "")))
}
