package tui

import (
	"slices"
	"time"

	"bcast/internal/feed"
	"bcast/internal/session"
	"bcast/internal/text"
	"bcast/internal/wire"
)

// waiting is the messages of this side that have no receipt yet. Their ids ascend. The
// session's outbox bounds them.
type waiting struct {
	messages []message
	latest   uint64   // the highest id that was put
	settled  uint64   // the highest id that was taken
	refused  []uint64 // before they were put: the server can be that fast
}

// A message is one that waits.
type message struct {
	id     uint64
	at     time.Time
	text   string // has passed the gate
	unsure bool   // it may appear twice
}

// entry is how a message stands in the feed.
func (m message) entry(kind feed.Kind, name string) feed.Entry {
	return feed.Entry{Kind: kind, At: m.at, Name: name, Text: m.text}
}

// put adds a message, unless its receipt was faster. It reports whether the message was
// refused already.
func (w *waiting) put(m message) (refused bool) {
	w.latest = m.id
	if i := slices.Index(w.refused, m.id); i >= 0 {
		w.refused = slices.Delete(w.refused, i, i+1)
		return true
	}
	if m.id > w.settled {
		w.messages = append(w.messages, m)
	}
	return false
}

// take removes a message, if it waits.
func (w *waiting) take(id uint64) (message, bool) {
	w.settled = max(w.settled, id)
	i := slices.IndexFunc(w.messages, func(m message) bool { return m.id == id })
	if i < 0 {
		return message{}, false
	}
	m := w.messages[i]
	w.messages = slices.Delete(w.messages, i, i+1)
	return m, true
}

// refuse is take for a message that the server does not take.
func (w *waiting) refuse(id uint64) (message, bool) {
	m, ok := w.take(id)
	if !ok && id > w.latest {
		w.refused = append(w.refused, id)
	}
	return m, ok
}

// doubt says that the first n messages, which are the oldest, may appear twice.
func (w *waiting) doubt(n int) {
	for i := range min(n, len(w.messages)) {
		w.messages[i].unsure = true
	}
}

// isUnsure tells whether that which waits for the longest time may appear twice.
func (w *waiting) isUnsure() bool { return len(w.messages) > 0 && w.messages[0].unsure }

// await shows a message of this side until its receipt comes.
func (b *board) await(id uint64, said string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := message{id: id, at: b.now(), text: said}
	if b.waiting.put(m) {
		b.appendLocked(m.entry(feed.Unsure, b.name))
	}
}

// delivered ends the waiting of a message. Without a line it stands in the feed from here
// on: its own place is among lines that this side has missed.
func (b *board) delivered(event session.Delivered) {
	if event.Line != nil && b.isFirstOwn(event.Line) {
		b.put(event.Line)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.waiting.take(event.ID)
	if ok && event.Line == nil {
		b.appendLocked(m.entry(feed.Own, b.name))
	}
}

// refused shows what cannot be done. A message stands where it would have been.
func (b *board) refused(event session.Refused) {
	why := text.Clean([]byte(event.Message))
	b.mu.Lock()
	defer b.mu.Unlock()
	if event.ID == 0 {
		if event.Code == wire.CodeName {
			b.asked = ""
		}
		b.markLocked(b.now(), "the server refused: "+why)
		return
	}
	b.hint = "! not sent: " + why
	if m, ok := b.waiting.refuse(event.ID); ok {
		b.appendLocked(m.entry(feed.Unsure, b.name))
	}
}

// doubtLocked marks the messages of which the new connection cannot tell whether the
// last one had taken them.
func (b *board) doubtLocked(event session.Connected) {
	if event.Repeated > 0 {
		b.waiting.doubt(event.Repeated)
		b.hint = "! sent again, and may appear twice"
	}
}
