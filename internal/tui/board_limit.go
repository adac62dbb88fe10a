package tui

import (
	"strings"

	"bcast/internal/feed"
	"bcast/internal/wire"
)

const (
	// maxText is the longest text that can be typed in any room, in bytes: each change of it
	// can be undone.
	maxText = 256 << 10

	// numberSize is how much longer a room can make a name that is in use, in bytes.
	numberSize = len("-999999")
)

// limit is how long a message of so many lines can be, in bytes, without the newline at its
// end: with it, and with the name that plain members see before each line, it has to fit
// into a line of the room. It is 0 where so many lines do not fit.
func (b *board) limit(lines int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.limitLocked(lines)
}

func (b *board) limitLocked(lines int) int {
	return max(0, min(b.maxLine-len("\n")-max(lines, 1)*b.prefixLocked(), maxText))
}

// prefixLocked is how much stands before each line, in bytes.
func (b *board) prefixLocked() int {
	size := 0
	if b.name != "" && !feed.IsGuest(b.name) {
		size = len(b.name) + len(": ")
	}
	if b.asked != "" {
		size = max(size, len(b.asked)+numberSize+len(": "))
	}
	return size
}

// messages cuts a text into messages that can be sent, each of as many lines as fit. It
// reports false if a line does not.
func (b *board) messages(text string) (messages []string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	begin, end := 0, 0 // of a message, and its end so far
	size := 0          // of that, as plain members see it
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > b.limitLocked(1) {
			return nil, false
		}
		add := b.prefixLocked() + len(line) + len("\n")
		if size > 0 && (size+add > b.maxLine || end-begin+len(line) > maxText) {
			messages = append(messages, text[begin:end-len("\n")])
			begin, size = end, 0
		}
		size += add
		end += len(line) + len("\n")
	}
	return append(messages, text[begin:]), true
}

// setMaxLineLocked heeds the longest line of a room.
func (b *board) setMaxLineLocked(size int) {
	if size <= 0 {
		size = wire.DefaultMaxLine
	}
	b.maxLine = size
}
