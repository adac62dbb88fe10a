package bench

import (
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// A member is one connection in the room, and the goroutine that reads from it.
type member struct {
	conn   net.Conn
	raw    syscall.RawConn // nil where there is no reading without memory
	sender int             // its number among the senders, or -1

	// Owned by the reader.
	check   *checker
	desk    *desk // while it has something to read
	attempt func(fd uintptr) (done bool)
	n       int // bytes that were read

	// Told by the reader, for whoever watches.
	got    atomic.Int64 // lines
	heard  atomic.Int64 // when it last received a line, in nanoseconds since the epoch
	marked atomic.Uint64
	closed atomic.Bool // by the server

	sent atomic.Int64 // lines that were handed over whole, of a sender
}

func newMember(conn net.Conn, sender int, check *checker) *member {
	m := &member{conn: conn, sender: sender, check: check}
	if c, ok := conn.(syscall.Conn); ok && canReceive {
		m.raw, _ = c.SyscallConn() // nil where there is none
	}
	return m
}

// read checks what the member receives until the connection ends. The epoch is that
// of the run.
func (m *member) read(epoch time.Time, all *desks) {
	defer m.closed.Store(true)
	if m.raw == nil {
		m.desk = all.add()
	}
	m.attempt = func(fd uintptr) bool {
		again := false
		m.desk = all.take()
		m.n, again = receive(int(fd), m.space())
		if again || m.n <= 0 {
			all.give(m.desk)
		}
		return !again
	}
	for m.receive() {
		now := time.Since(epoch)
		copy(m.desk.buf, m.check.rest)
		m.check.feed(m.desk.buf[:len(m.check.rest)+m.n], uint64(now), &m.desk.latencies)
		if m.raw != nil {
			all.give(m.desk)
		}
		if m.check.got > m.got.Load() {
			m.heard.Store(int64(now))
			m.got.Store(m.check.got)
		}
		m.marked.Store(m.check.marked)
	}
}

// receive waits for something to read, and reads it to the desk's space. It reports
// false when the connection has ended.
func (m *member) receive() bool {
	m.n = 0
	if m.raw == nil {
		m.n, _ = m.conn.Read(m.space()) // with no bytes there is an error
	} else if m.raw.Read(m.attempt) != nil {
		return false
	}
	return m.n > 0
}

// space is where to read to: behind the place of what the checker has kept.
func (m *member) space() []byte { return m.desk.buf[len(m.check.rest):] }

// mark sends a line that is not counted. Nothing else is being sent.
func (m *member) mark(run, number uint64, cfg Config) {
	line := make([]byte, cfg.Size)
	blank(line, cfg.Size, run, mark)
	stamp(line, mark, number, 0)
	_ = m.conn.SetWriteDeadline(time.Now().Add(cfg.Timeout))
	_, _ = m.conn.Write(line) // who waits for it will miss it
	_ = m.conn.SetWriteDeadline(time.Time{})
}
