package tui

import (
	"time"

	"bcast/internal/feed"
)

// ringTime is the least time between two calls for the person.
const ringTime = time.Second

// A ringer calls a person who looks elsewhere.
type ringer interface {
	Bell()
	Notify(text string)
}

// calls is what the person is to be called for.
type calls struct {
	last    time.Time   // when the last one was put
	notices chan string // the next
}

// callLocked has the person called for an entry, unless that was done just now.
func (b *board) callLocked(e feed.Entry) {
	now := b.now()
	if ago := now.Sub(b.calls.last); 0 <= ago && ago < ringTime {
		return
	}
	b.calls.last = now
	select {
	case b.calls.notices <- notice(e):
	default: // the terminal takes nothing at present
	}
}

// notice is what is shown outside of the screen. Name and text have passed the gate.
func notice(e feed.Entry) string {
	if e.Name == "" {
		return e.Text
	}
	return e.Name + ": " + e.Text
}

// ring passes calls on until done is closed. The session does not wait for a terminal that
// has stopped.
func (b *board) ring(r ringer, notify bool, done <-chan struct{}) {
	for {
		select {
		case text := <-b.calls.notices:
			r.Bell()
			if notify {
				r.Notify(text)
			}
		case <-done:
			return
		}
	}
}
