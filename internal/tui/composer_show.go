package tui

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"bcast/internal/text"
)

// Show returns the part of the text around the cursor that fits into width cells, safe for a
// terminal by the rules of [text.Clean], and the cell of it that the cursor is in.
//
// The cell is within the width, unless that is 0, and may lie behind the part that is shown: a
// cursor at the end of the text stands on nothing. Where an edge would cut a wide character,
// there is a space.
func (c *composer) Show(width int) (shown string, cursor int) {
	if width <= 0 {
		return "", 0
	}
	// Clusters that only a joiner kept apart, which is not shown, are one on the screen. Then
	// the cursor between them may stand inside it, which does no harm.
	clean := composerVisible(c.text)
	column := text.Width(composerVisible(c.text[:c.cursor]))
	scroll := composerScroll(column, text.Width(clean), width)
	return composerCells(clean, scroll, width), column - scroll
}

// composerScroll returns how many cells of a text, total cells wide, are left out on its left,
// so that the cursor in column is seen. The text stands still until the cursor comes near an
// edge, and then moves by half the width.
func composerScroll(column, total, width int) int {
	if total < width { // all of it fits, with the cursor behind it
		return 0
	}
	margin := min(max(1, width/8), width-1) // between the cursor's cell and the right edge
	last := width - 1 - margin              // the last cell that the cursor may be in
	if column <= last {
		return 0
	}
	step := max(1, width/2)
	return (column - last + step - 1) / step * step
}

// composerCells returns the cells of s from one on, at most width. A cluster that is only
// partly among them leaves blanks.
func composerCells(s string, from, width int) string {
	var b strings.Builder
	to, column := from+width, 0
	for cluster := graphemes.FromString(s); cluster.Next() && column < to; {
		start := column
		column += text.Width(cluster.Value())
		if from <= start && column <= to {
			b.WriteString(cluster.Value())
		} else {
			b.WriteString(strings.Repeat(" ", max(0, min(column, to)-max(start, from))))
		}
	}
	return b.String()
}

// composerVisible returns s made safe for a terminal. It goes piece by piece, as Clean shows
// only so much of a line.
func composerVisible(s string) string {
	if len(s) <= text.MaxShown {
		return text.Clean([]byte(s))
	}
	n := clusterBefore(s, text.MaxShown)
	if n == 0 {
		n = clusterAfter(s, 0)
	}
	return text.Clean([]byte(s[:n])) + composerVisible(s[n:])
}
