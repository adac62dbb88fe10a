package tui

import "strings"

// lineStart returns where the line begins that the place at is in.
func lineStart(s string, at int) int { return strings.LastIndexByte(s[:at], '\n') + 1 }

// lineEnd returns where the line ends that the place at is in: at its "\n", or at the end of s.
func lineEnd(s string, at int) int {
	if n := strings.IndexByte(s[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(s)
}

// up goes to the row above, as the text was shown last; from the first one to the entry of the
// history before this.
func (c *composer) up(last composerDeed) {
	if !c.climb(-1, last) && c.recall.at > 0 {
		c.recallAt(c.recall.at - 1)
	}
}

// down goes to the row below, from the last one to the entry of the history behind this, and at
// last to the draft.
func (c *composer) down(last composerDeed) {
	if !c.climb(1, last) && c.recall.at < len(c.recall.entries) {
		c.recallAt(c.recall.at + 1)
	}
}

// climb goes up or down by rows, and reports whether there is such a row. Climbing on, it keeps
// to the column from which it began, past rows that are shorter.
func (c *composer) climb(by int, last composerDeed) bool {
	width := c.width
	if width == 0 {
		width = len(c.text) + 1 // it was never shown: only line ends make rows
	}
	cursor := c.layout.find(c.arrange(width))
	row := cursor.row + by
	if row < 0 || row >= len(c.layout.rows) {
		return false
	}
	if last != deedClimb {
		c.column = cursor.col
	}
	c.deed = deedClimb
	c.cursor = c.layout.at(row, c.column)
	return true
}
