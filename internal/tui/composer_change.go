package tui

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

const (
	// composerUndos is how many changes can be undone. Each keeps the text as it was, so they
	// take up to that many times the composer's limit.
	composerUndos = 100

	// composerGroup is how many characters of typed text are undone together: code points, and
	// those behind them that belong to the last cluster.
	composerGroup = 20
)

// A composerState is a text that is being edited.
type composerState struct {
	text   string
	cursor int // an edge of a cluster in text
	undos  []composerUndo
}

// A composerUndo is what undo brings back.
type composerUndo struct {
	text   string
	cursor int
}

// insert puts s before the cursor, as much of it as there is room for. Text that is typed without
// a pause for other keys is undone together, a group at a time. How much of it comes at once
// depends on how the bytes of a terminal were cut on their way, and makes no difference.
func (c *composer) insert(s string, last composerDeed) {
	if !c.fits(len(s)) {
		s = fitting(s, c.limit-len(c.text))
	}
	if last == deedType {
		c.deed = deedType
	}
	if s == "" {
		return
	}
	if c.deed != deedType {
		c.remember()
		c.deed, c.typed = deedType, 0
	}
	if n := utf8.RuneCountInString(s); c.typed+n <= composerGroup {
		c.typed += n
	} else {
		c.rememberGroups(s)
	}
	c.splice(c.cursor, c.cursor, s)
}

// rememberGroups notes for undo how far s, which is to be put before the cursor, goes on with what
// was typed, and each group behind that.
func (c *composer) rememberGroups(s string) {
	before := c.text[clusterBefore(c.text[:c.cursor], c.cursor):c.cursor]
	var ends []int // of groups in s
	for cluster := graphemes.FromString(before + s); cluster.Next(); {
		start, end := cluster.Start()-len(before), cluster.End()-len(before)
		if start >= 0 && c.typed >= composerGroup {
			ends = append(ends, start)
			c.typed = 0
		}
		c.typed += utf8.RuneCountInString(s[max(0, start):max(0, end)])
	}
	for _, end := range ends[max(0, len(ends)-composerUndos):] {
		c.rememberWith(s[:end])
	}
}

// fitting returns the characters of s that there is room for, in bytes.
func fitting(s string, room int) string {
	return strings.Map(func(r rune) rune {
		size := utf8.RuneLen(r)
		if size > room {
			return -1
		}
		room -= size
		return r
	}, s)
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

// fits reports whether there is room for more bytes, and notes it if there is not. There is
// always room for less.
func (c *composer) fits(more int) bool {
	if more <= 0 || len(c.text)+more <= c.limit {
		return true
	}
	c.refusal = tooLong(c.limit)
	return false
}

// tooLong says that something is longer than limit, which is 0 where the name takes all the
// room: it stands before each line.
func tooLong(limit int) string {
	if limit == 0 {
		return "too long: the name before each line leaves no room"
	}
	return fmt.Sprintf("too long: a line has up to %d bytes", limit)
}

// splice puts s in the place of the text between two edges. What meets at its ends may become
// one cluster (a flag's two halves, when what stood between them goes), so the cursor goes
// behind the cluster that s ends in.
func (c *composer) splice(from, to int, s string) {
	c.text = c.text[:from] + s + c.text[to:]
	c.cursor = clusterEdge(c.text, from+len(s))
}

// remember notes the text for undo.
func (c *composer) remember() { c.rememberWith("") }

// rememberWith notes the text as it is with s before the cursor. Of too many, it forgets the
// oldest.
func (c *composer) rememberWith(s string) {
	undo := composerUndo{c.text, c.cursor}
	if s != "" {
		undo.text = c.text[:c.cursor] + s + c.text[c.cursor:]
		if undo.cursor += len(s); undo.cursor < len(undo.text) {
			undo.cursor = clusterEdge(undo.text, undo.cursor)
		}
	}
	if len(c.undos) == composerUndos {
		c.undos = slices.Delete(c.undos, 0, 1)
	}
	c.undos = append(c.undos, undo)
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
