package room

import (
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
	// Write writes p as net.Conn does, for as long as the peer takes. It is
	// called by one goroutine and does not keep p.
	Write(p []byte) (int, error)

	// Unacked is how many bytes of those written the peer's system has not
	// acknowledged yet, 0 where that cannot be known. It never waits.
	Unacked() int

	// Cut breaks the connection off. A Write that waits returns with an error
	// soon, and so does every later one. It never waits, and may be called again.
	Cut()
}

// A Reason is why a member was cut.
type Reason int

const (
	Stalled     Reason = iota // held publishers back and made no progress for Patience
	Unreachable               // left, and made no progress with the rest for Farewell
	Undelivered               // left, and the time for the rest was over
	reasons     = iota
)

func (r Reason) String() string {
	switch r {
	case Stalled:
		return "stalled"
	case Unreachable:
		return "unreachable"
	case Undelivered:
		return "undelivered"
	}
	return fmt.Sprintf("Reason(%d)", int(r))
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
	room   *Room
	sink   Sink
	cursor *journal.Cursor
	joined uint64        // the offset in the log where the cursor began
	wake   chan struct{} // one token: there is something to read, or to leave for
	done   chan struct{} // closed when the writer has ended
	until  atomic.Uint64 // the offset in the log where the writer ends

	place int // in room.idle, while it is there; guarded by room.mu

	written atomic.Int64 // bytes, by the writer

	mu   sync.Mutex
	seen struct { // what still saw last
		written, unacked int
		changed          time.Time // when that was new
	}
	ended bool
	err   error // *CutError or the sink's; final once ended
}

// Join makes a member that receives, through sink, everything that others
// publish from now on. Its owner ends it with Leave. After Close the error is
// ErrClosed.
func (r *Room) Join(sink Sink) (*Member, error) {
	m := &Member{room: r, sink: sink, wake: make(chan struct{}, 1), done: make(chan struct{})}
	m.until.Store(math.MaxUint64)
	m.seen.changed = time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	m.cursor, m.joined = r.log.NewCursor(), r.log.End()
	r.members[m] = struct{}{}
	go m.write() // Leave waits for it
	return m, nil
}

// Publish gives chunk, of up to Config.MaxChunk bytes, to every other member. It
// waits while the log is full, so that a sender feels the slowest reader. After
// Close the error is ErrClosed. The chunk is the caller's again when it returns.
func (m *Member) Publish(chunk []byte) error {
	if len(chunk) == 0 {
		return nil
	}
	return m.room.cfg.Ordering.Submit(Entry{Author: m, Chunk: chunk}, m.room.append)
}

// Done is closed when nothing is written to the member any more: it has left,
// was cut, or its sink failed.
func (m *Member) Done() <-chan struct{} { return m.done }

// Leave waits until everything that was published so far is written to the
// member, or ctx ends, and takes it out of the room. The error is a *CutError
// where the member was cut, now or before, and the sink's where that failed. It
// may be called again.
func (m *Member) Leave(ctx context.Context) error {
	select {
	case <-m.done:
		return m.err
	default:
	}
	m.room.mu.Lock()
	m.until.Store(m.room.log.End())
	m.room.notIdleLocked(m)
	m.room.mu.Unlock()
	m.rouse()

	tick := time.NewTicker(m.room.cfg.Farewell / judgements)
	defer tick.Stop()
	for {
		select {
		case <-m.done:
			return m.err
		case <-ctx.Done():
			m.cut(Undelivered)
			<-m.done
			return m.err
		case now := <-tick.C:
			if m.still(now) >= m.room.cfg.Farewell {
				m.cut(Unreachable)
			}
		}
	}
}

// write is the member's writer: it takes the log to the sink until the member
// has left or the sink fails.
func (m *Member) write() {
	err := m.pump()
	m.room.mu.Lock()
	delete(m.room.members, m)
	m.room.notIdleLocked(m)
	m.room.mu.Unlock()
	m.end(err)
	if m.cursor.Close() {
		m.room.freed()
	}
	close(m.done)
}

func (m *Member) pump() error {
	for {
		pos, until := m.cursor.Pos(), m.until.Load()
		if pos >= until {
			return nil
		}
		unread, freed := m.cursor.Next()
		if freed {
			m.room.freed()
		}
		if len(unread) == 0 {
			m.rest()
			continue
		}
		if left := until - pos; uint64(len(unread)) > left {
			unread = unread[:left] // what comes behind would end inside a line
		}
		n, err := m.sink.Write(unread)
		m.written.Add(int64(n))
		m.cursor.Advance(n)
		if err != nil {
			return err
		}
	}
}

// rest waits for the next append, or for the member to leave.
func (m *Member) rest() {
	r := m.room
	r.mu.Lock()
	if m.cursor.Pos() < r.log.End() || m.until.Load() <= r.log.End() {
		r.mu.Unlock()
		return
	}
	m.place = len(r.idle)
	r.idle = append(r.idle, m)
	r.mu.Unlock()
	<-m.wake
	m.mu.Lock()
	m.seen.changed = time.Now() // it had nothing to make progress with until now
	m.mu.Unlock()
}

// rouse ends the member's rest. It never waits.
func (m *Member) rouse() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// notIdleLocked takes m out of the list of idle members, if it is there.
func (r *Room) notIdleLocked(m *Member) {
	if m.place >= len(r.idle) || r.idle[m.place] != m {
		return
	}
	last := len(r.idle) - 1
	r.idle[m.place] = r.idle[last]
	r.idle[m.place].place = m.place
	r.idle[last] = nil
	r.idle = r.idle[:last]
}

// still returns how long the member has been seen without progress. Progress is
// what the peer takes: bytes that the sink took, or a change in how many of them
// wait for the peer's acknowledgement. (A full socket turns writable in large
// steps only, so that a slow good reader would look dead without the latter.)
func (m *Member) still(now time.Time) time.Duration {
	written, unacked := int(m.written.Load()), m.sink.Unacked()
	m.mu.Lock()
	defer m.mu.Unlock()
	if written != m.seen.written || unacked != m.seen.unacked {
		m.seen.written, m.seen.unacked, m.seen.changed = written, unacked, now
	}
	return now.Sub(m.seen.changed)
}

// cut takes the member's connection away, unless it has ended already or there
// is nothing that it has still to get.
func (m *Member) cut(reason Reason) {
	size, lines := m.cursor.Behind(m.until.Load())
	if size > 0 && m.end(&CutError{Reason: reason, Bytes: size, Lines: lines}) {
		m.room.cuts[reason].Add(1)
		m.sink.Cut()
	}
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
