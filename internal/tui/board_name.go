package tui

import (
	"bcast/internal/feed"
)

// askName asks the server for another name, if it is one that knows names. What becomes of
// that stands in the feed.
func (b *board) askName(name string) (framed bool) {
	b.mu.Lock()
	framed = b.framed
	if framed {
		b.asked = name
	} else if b.name != name {
		b.name = name
		b.markLocked(b.now(), "you are "+name+" now")
	}
	b.mu.Unlock()
	if framed {
		b.rename(name)
	}
	return framed
}

// called returns what this side is called, and whether the server knows that. If not, the
// name stands before each line.
func (b *board) called() (name string, framed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.name, b.framed
}

// calledLocked takes note of what the room calls this side.
func (b *board) calledLocked(name string) {
	asked := b.asked
	b.asked = ""
	switch {
	case asked != "" && keyOf(asked) != keyOf(name) && !feed.IsGuest(name):
		b.markLocked(b.now(), "you are "+name+" now: "+asked+" is in use")
	case b.name != name:
		b.markLocked(b.now(), "you are "+name+" now")
	}
	b.name = name
}
