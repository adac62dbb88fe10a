package room

import "bcast/internal/journal"

// A Tap reads the room's log, with its records, at its own pace: a member without a
// peer, which is never cut. Publishers wait for it as for any other reader. Its
// methods but Wake are called by one goroutine.
type Tap struct {
	room    *Room
	cursor  journal.Cursor
	records *journal.Records
	changed chan struct{} // buffers one
}

// Tap returns a tap that begins with the oldest line that is there, and the number of
// that. Close ends it.
func (r *Room) Tap() (t *Tap, first uint64) {
	t = &Tap{room: r, changed: make(chan struct{}, 1)}
	t.Wake()
	r.mu.Lock()
	defer r.mu.Unlock()
	first = r.log.Oldest()
	r.log.BeginAt(&t.cursor, first)
	t.records = t.cursor.Records()
	r.taps[t] = struct{}{}
	return t, first
}

// Changed is what to wait on when Next has nothing: it says that there may be more.
func (t *Tap) Changed() <-chan struct{} { return t.changed }

// Wake has Changed say so. It never waits.
func (t *Tap) Wake() {
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// Next returns bytes that are published and not yet read, which stay as they are until
// the next call, or nothing; and the offset in the log of the first of them.
func (t *Tap) Next() (p []byte, pos uint64) {
	p, pos, freed := t.cursor.Next()
	if freed {
		t.room.freed()
	}
	return p, pos
}

// Advance passes over the first n bytes that Next returned.
func (t *Tap) Advance(n int) {
	if _, freed := t.cursor.Advance(n); freed {
		t.room.freed()
	}
}

// Behind is how many bytes of the log the tap has still to pass. It may be called from any
// goroutine.
func (t *Tap) Behind() uint64 { return t.room.behind(&t.cursor) }

// Record returns the next record: of bytes that Next has returned, or will. It stays as
// it is until the next call.
func (t *Tap) Record() *journal.Record {
	record, freed := t.records.Next()
	if freed {
		t.room.freed()
	}
	return record
}

// Close ends the tap.
func (t *Tap) Close() {
	t.room.mu.Lock()
	delete(t.room.taps, t)
	t.room.mu.Unlock()
	t.cursor.Close()
	t.records.Close()
	t.room.freed()
}

// Keep sets what stays in the log though nobody has still to receive it.
func (r *Room) Keep(k journal.Keep) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log.Keep(k)
}

// A Position is a place between two chunks of the log.
type Position struct {
	Offset uint64 // bytes
	Next   uint64 // the number of the next line
	Oldest uint64 // the number of the oldest line that is still there
}

// End returns the position of the log's end.
func (r *Room) End() Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Position{Offset: r.log.End(), Next: r.log.Next(), Oldest: r.log.Oldest()}
}
