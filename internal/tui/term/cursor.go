package term

import (
	"bytes"
	"fmt"
)

// A marker is an application program command: it has no width, is kept when a row is truncated, and means
// nothing to terminals. Between these two it names a cell, or none.
const (
	markerBegin = "\x1b_bcast:"
	markerEnd   = "\x1b\\"
)

// NoCursor is the marker of a view without a cursor. A view that has no marker at all leaves the cursor where
// the last one put it, because Bubble Tea writes only the rows that have changed.
const NoCursor = markerBegin + markerEnd

// CursorAt returns the marker of a view whose cursor is in the given cell of the screen; row and col count from
// 0 at the top left. It may stand anywhere in the view but in rows that are cut off, which Bubble Tea does at
// the top: the last row is a safe place. An [Output] takes it out and heeds it.
func CursorAt(row, col int) string {
	return fmt.Sprintf("%s%d;%d%s", markerBegin, row, col, markerEnd)
}

// A cursor is what the views want of it.
type cursor struct {
	state    cursorState
	row, col int // counted from 0; only if it is placed
}

type cursorState int

const (
	unmanaged cursorState = iota // no view had a marker: Bubble Tea hides and shows it
	hidden
	placed
)

// parseMarker reads an escape sequence and reports whether it is a marker.
func parseMarker(seq []byte) (cursor, bool) {
	if !bytes.HasPrefix(seq, []byte(markerBegin)) || !bytes.HasSuffix(seq, []byte(markerEnd)) {
		return cursor{}, false
	}
	c := cursor{state: placed}
	cell := seq[len(markerBegin) : len(seq)-len(markerEnd)]
	if _, err := fmt.Sscanf(string(cell), "%d;%d", &c.row, &c.col); err != nil {
		return cursor{state: hidden}, true
	}
	return c, true
}
