package room

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"bcast/internal/journal"
)

// A Sink is where a member's lines go: all that the room sees of a connection.
type Sink interface {
	// Write waits until the peer takes something, and writes as much of p as it
	// takes then; less than all is no error. It does not keep p. Of Write and
	// TryWrite one is called at a time.
	Write(p []byte) (int, error)

	// TryWrite writes as much of p as the peer takes at once, and never waits. Less
	// than all without an error says that there is no more room for now, or that
	// this sink can only Write.
	TryWrite(p []byte) (int, error)

	// Taken is how many bytes the peer has taken so far, as far as that can be known:
	// read, rather than acknowledged, and acknowledged rather than written. What it
	// counts from does not matter. It never waits, and may be called while Write waits.
	Taken() uint64

	// Cut breaks the connection off. A Write that waits returns with an error
	// soon, and so does every later one. It never waits, and may be called again.
	Cut()
}

// A Reason is why a member was cut.
type Reason int

const (
	Stalled     Reason = iota // held publishers back, and took nothing for Patience
	Slow                      // held publishers back, and took less than half of MinRate on average over Patience
	Overdrawn                 // was about to, when such members had held publishers for Patience lately
	Unreachable               // left, and took nothing of the rest for Farewell
	Undelivered               // left, and the time for the rest was over
	reasons     = iota
)

var reasonNames = [reasons]string{
	Stalled:     "stalled",
	Slow:        "slow",
	Overdrawn:   "overdrawn",
	Unreachable: "unreachable",
	Undelivered: "undelivered",
}

// String returns one lower-case word, fit for a log or a metric's label.
func (r Reason) String() string {
	if r < 0 || int(r) >= len(reasonNames) {
		return fmt.Sprintf("Reason(%d)", int(r))
	}
	return reasonNames[r]
}

// A CutError says that a member was cut and what it therefore did not get.
type CutError struct {
	Reason Reason
	Bytes  int // published and not written to it
	Lines  int // the newlines among them
}

func (e *CutError) Error() string {
	return fmt.Sprintf("cut (%v) with %d bytes, %d lines, not delivered", e.Reason, e.Bytes, e.Lines)
}

// A Member is one connection in the room. Publish and Leave are called by one
// goroutine, which owns the member; Done may be used by any.
type Member struct {
	room  *Room
	sink  Sink
	until atomic.Uint64 // the offset in the log where it ends; math.MaxUint64 while it stays

	// Who sets owned takes the log to the sink, alone: the pump, or a goroutine of
	// the member's own. It stays set when the member has ended.
	owned   atomic.Bool
	waiting atomic.Bool  // whether the owner waits for the peer
	inside  bool         // what was written last ended inside a line; by the owner
	held    atomic.Bool  // nobody delivers to it before Release
	inserts atomic.Int32 // len(inserted)

	cursor  journal.Cursor
	joined  uint64 // the offset in the log where the cursor began
	entered uint64 // the log's end then: what lies before it was said without this member
	gap     func(missed uint64) []byte
	pump    *pump

	mu       sync.Mutex
	inserted [][]byte      // what is written next between two lines
	meter    *meter        // of the peer while it is waited for; nil if it never was
	gone     bool          // nothing more is written
	done     chan struct{} // closed then; nil while nobody waits for that
	ended    bool
	err      error // *CutError or the sink's; final once ended
}

// An Entrance is how a member joins. The zero value is for one that receives what is
// published from now on.
type Entrance struct {
	// Held keeps everything back until Release. A member that is held counts as one
	// that is waited for.
	Held bool

	// Past is how many lines it receives of those that were published before, as far
	// as they are there.
	Past uint64

	// From is the number of the first line that it receives, in the place of Past, or
	// else the oldest that is there. 0: what Past says.
	From uint64

	// Gap makes the room go on without the member: instead of waiting for it, it moves
	// it to the end of the log, in a Whole room, and has it told how many lines it has
	// missed by what Gap returns. nil: the room waits.
	Gap func(missed uint64) []byte
}

// Join makes a member that receives, through sink, everything that others
// publish from now on. Its owner ends it with Leave. After Close the error is
// ErrClosed.
func (r *Room) Join(sink Sink) (*Member, error) { return r.Enter(sink, Entrance{}) }

// Enter is Join for those who do not come as everybody does.
func (r *Room) Enter(sink Sink, how Entrance) (*Member, error) {
	m := &Member{room: r, sink: sink, gap: how.Gap}
	m.held.Store(how.Held)
	m.until.Store(math.MaxUint64)
	if err := r.add(m, how); err != nil {
		return nil, err
	}
	if how.Held {
		m.waiting.Store(true) // and measured by the first look: most are not held for so long
		r.memberWaits(true)
	}
	return m, nil
}

func (r *Room) add(m *Member, how Entrance) error {
	m.owned.Store(how.Held)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return ErrClosed
	case how.From > 0:
		r.log.BeginAtLine(&m.cursor, how.From)
	case how.Past > 0:
		r.log.BeginAtLine(&m.cursor, r.log.Next()-min(how.Past, r.log.Next()-1))
	default:
		r.log.Begin(&m.cursor)
	}
	m.joined, m.entered = m.cursor.Pos(), r.log.End()
	m.pump = &r.pumps[len(r.members)%len(r.pumps)]
	m.pump.add(m)
	r.members[m] = struct{}{}
	return nil
}

// Speaker makes a member that receives nothing: it only publishes, and need not leave.
func (r *Room) Speaker() *Member { return &Member{room: r} }

// Release has a member that was held receive what there is. It may be called again.
func (m *Member) Release() {
	if m.held.CompareAndSwap(true, false) {
		m.deliver(false)
	}
}

// Publish gives chunk, of up to Config.MaxChunk bytes, to every other member. It
// waits while the log is full, so that a sender feels the slowest reader. After
// Close the error is ErrClosed. The chunk is the caller's again when it returns.
func (m *Member) Publish(chunk []byte) error {
	if len(chunk) == 0 {
		return nil
	}
	return m.Say(chunk, Note{Lines: Lines(chunk)})
}

// Say is Publish for what there is more to note of than its lines. The chunk has at
// least one byte.
func (m *Member) Say(chunk []byte, note Note) error {
	return m.room.cfg.Ordering.Submit(Entry{Author: m, Chunk: chunk, Note: note}, m.room.place)
}

// Lines counts the lines of chunk, where an unfinished one counts, too.
func Lines(chunk []byte) int {
	n := bytes.Count(chunk, newline)
	if len(chunk) > 0 && chunk[len(chunk)-1] != '\n' {
		n++
	}
	return n
}

// Insert has p, which is one or more whole lines, written to this member alone, between
// two lines of the others. It keeps p, and returns how many insertions wait.
func (m *Member) Insert(p []byte) (waiting int) {
	m.mu.Lock()
	m.inserted = append(m.inserted, p)
	waiting = len(m.inserted)
	m.inserts.Store(int32(waiting))
	m.mu.Unlock()
	if m.own() {
		m.deliver(false)
	}
	return waiting
}

// Inserted is how many insertions wait.
func (m *Member) Inserted() int { return int(m.inserts.Load()) }

// Behind is how many bytes of the log the member has still to pass, its own among them.
func (m *Member) Behind() uint64 { return m.room.behind(&m.cursor) }

// Delivered is how many lines the member has got of others, chunk by chunk: those of one
// count once it has all of them. While lines of its own are among what it has still to pass,
// it is lower by these. It stays when the member has ended.
func (m *Member) Delivered() uint64 { return m.cursor.Lines() }

// Done is closed when nothing is written to the member any more: it has left,
// was cut, or its sink failed.
func (m *Member) Done() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done == nil {
		m.done = make(chan struct{})
		if m.gone {
			close(m.done)
		}
	}
	return m.done
}

// Leave waits until everything that was published so far is written to the
// member, or ctx ends, and takes it out of the room. The error is a *CutError
// where the member was cut, now or before, and the sink's where that failed. It
// may be called again.
func (m *Member) Leave(ctx context.Context) error {
	if m.hasEnded() {
		return m.err
	}
	m.until.Store(m.room.log.End())
	if m.held.CompareAndSwap(true, false) { // it was never let in
		m.finish(nil)
	} else if m.own() {
		go m.deliver(true) // else its owner sees that it leaves
	}
	tick := time.NewTicker(m.room.cfg.Farewell / looks)
	defer tick.Stop()
	taken, progress, done := uint64(0), time.Now(), m.Done()
	for {
		select {
		case <-done:
			return m.err
		case <-ctx.Done():
			m.cut(Undelivered)
			<-done
			return m.err
		case now := <-tick.C:
			if n := m.sink.Taken(); n != taken || !m.waiting.Load() {
				taken, progress = n, now
			}
			if now.Sub(progress) >= m.room.cfg.Farewell {
				m.cut(Unreachable)
			}
		}
	}
}

// own makes the caller the member's owner, if it has none.
func (m *Member) own() bool { return !m.owned.Load() && m.owned.CompareAndSwap(false, true) }

// deliver writes what the member has still to get. It is called by the owner, and
// returns when the member has caught up or ended, and has an owner no more; where
// it may not wait, also when the sink is full, with a goroutine as the owner.
func (m *Member) deliver(wait bool) {
	m.waits(wait)
	for {
		if m.inserts.Load() > 0 && !m.inside {
			if !m.insert(wait) {
				return
			}
			continue
		}
		unread, pos, freed := m.cursor.Next()
		if freed {
			m.room.freed()
		}
		until := m.until.Load() // after the look: it may have left since the last one
		if pos >= until {
			m.finish(nil)
			return
		}
		if left := until - pos; uint64(len(unread)) > left {
			unread = unread[:left] // what comes behind would end inside a line
		}
		if m.inserts.Load() > 0 {
			unread = unread[:bytes.IndexByte(unread, '\n')+1]
		}
		if len(unread) > 0 {
			n, err := m.write(unread, wait)
			if n > 0 { // before Advance: a segment that is left behind is used again
				m.inside = unread[n-1] != '\n'
				m.room.latency.written(max(pos, m.entered), pos+uint64(n))
			}
			if pos, freed = m.cursor.Advance(n); freed {
				m.room.freed()
			}
			if !m.goesOn(n == len(unread), err, wait) {
				return
			}
		}
		if len(unread) == 0 && m.gap != nil && m.land() {
			continue
		}
		if len(unread) == 0 || m.isDone(pos) {
			if m.rest(pos) {
				return
			}
			m.waits(wait)
		}
	}
}

// land goes on behind a leap of the cursor, and reports whether there was one: what is
// left of the line that the member is in comes first, then what it has missed.
func (m *Member) land() bool {
	rest, missed, leapt := m.cursor.Land(m.inside)
	if !leapt {
		return false
	}
	m.inside = false
	m.mu.Lock()
	defer m.mu.Unlock()
	first := [][]byte{m.gap(missed)}
	if len(rest) > 0 {
		first = [][]byte{rest, first[0]}
	}
	m.inserted = append(first, m.inserted...)
	m.inserts.Store(int32(len(m.inserted)))
	return true
}

// insert writes the oldest insertion, or part of it. It reports what goesOn does.
func (m *Member) insert(wait bool) bool {
	m.mu.Lock()
	p := m.inserted[0]
	m.mu.Unlock()
	n, err := m.write(p, wait)
	m.mu.Lock()
	if m.inserted[0] = p[n:]; n == len(p) {
		m.inserted = m.inserted[1:]
		m.inserts.Add(-1)
	}
	m.mu.Unlock()
	return m.goesOn(n == len(p), err, wait)
}

// goesOn reports whether the owner goes on after a write, of all or not: otherwise it
// has given the member up, for good or to a goroutine that waits.
func (m *Member) goesOn(all bool, err error, wait bool) bool {
	switch {
	case err != nil:
		m.finish(err)
		return false
	case !all && !wait:
		go m.deliver(true) // Leave waits for what it does
		return false
	}
	return true
}

func (m *Member) write(p []byte, wait bool) (int, error) {
	if wait {
		return m.sink.Write(p)
	}
	return m.sink.TryWrite(p)
}

// rest gives the member up, which has come to pos, and reports whether that is for
// good: whoever came meanwhile has seen that it was owned, and relies on its owner.
func (m *Member) rest(pos uint64) bool {
	m.waits(false) // while it is still ours to say
	m.owned.Store(false)
	return m.isDone(pos) || !m.own()
}

// isDone tells whether there is nothing to do for the member, which has come to pos:
// it has everything, and stays.
func (m *Member) isDone(pos uint64) bool {
	return pos >= m.room.log.End() && m.until.Load() == math.MaxUint64 && m.inserts.Load() == 0
}

// waits notes whether the owner waits for the member's peer from now on.
func (m *Member) waits(on bool) {
	if m.waiting.Load() == on {
		return
	}
	if on {
		m.measure()
	}
	m.waiting.Store(on)
	m.room.memberWaits(on)
}

// finish ends the member: its owner is the last.
func (m *Member) finish(err error) {
	m.waits(false)
	m.room.mu.Lock()
	delete(m.room.members, m)
	m.room.mu.Unlock()
	m.end(err) // unless cut has said why
	if m.cursor.Close() {
		m.room.freed()
	}
	m.mu.Lock()
	m.gone = true
	if m.done != nil {
		close(m.done)
	}
	m.mu.Unlock()
	m.pump.remove()
}

func (m *Member) hasEnded() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.gone
}

// cut takes the member's connection away, unless it has ended already or there
// is nothing that it has still to get. It reports whether it did.
func (m *Member) cut(reason Reason) bool {
	size, lines := m.cursor.Behind(m.until.Load())
	if size == 0 || !m.end(&CutError{Reason: reason, Bytes: size, Lines: lines}) {
		return false
	}
	m.room.cuts[reason].Add(1)
	m.sink.Cut()
	if m.held.CompareAndSwap(true, false) { // it has no owner who would see that
		m.finish(nil)
	}
	return true
}

// end settles how the member ends, and reports whether this call did.
func (m *Member) end(err error) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended {
		return false
	}
	m.ended, m.err = true, err
	return true
}
