package peer

import (
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// maxWrite is how many bytes are written at a time to a connection that takes all
// or waits: how fast the peer takes them shows only in between.
const maxWrite = 16 << 10

// A sink is a connection as the room sees it: somewhere to write lines.
type sink struct {
	conn    net.Conn
	raw     syscall.RawConn // nil where the connection cannot be written to by its descriptor
	under   net.Conn        // what TLS goes through; conn itself where there is none
	isOver  bool            // conn goes through under
	socket  syscall.RawConn // of under: what the system knows of it; or nil
	wake    func()          // has the session see that the sink has failed; or nil
	written atomic.Uint64   // bytes
	failed  atomic.Bool     // it was cut, or could not write

	// The arguments and results of once and again, which are made once so that writing
	// allocates nothing.
	once  func(fd uintptr)
	again func(fd uintptr) (done bool) // nil before the first Write
	p     []byte
	n     int
	err   error
}

func (s *sink) init(conn net.Conn, raw syscall.RawConn, wake func()) {
	s.conn, s.raw, s.wake = conn, raw, wake
	s.under, s.isOver = underneath(conn)
	s.socket = raw
	if s.isOver {
		s.socket = rawConn(s.under)
	}
	s.once = s.try
}

// try writes to the descriptor what fits.
func (s *sink) try(fd uintptr) {
	s.n, s.err = send(int(fd), s.p)
	s.written.Add(uint64(s.n))
}

// underneath returns the connection that conn goes through, as one of TLS does, and
// whether it does; or conn.
func underneath(conn net.Conn) (under net.Conn, isOver bool) {
	for {
		over, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return conn, isOver
		}
		conn, isOver = over.NetConn(), true
	}
}

// rawConn returns conn's descriptor, to read and write without waiting; or nil,
// where there is none.
func rawConn(conn net.Conn) syscall.RawConn {
	if c, ok := conn.(syscall.Conn); ok {
		if raw, err := c.SyscallConn(); err == nil {
			return raw
		}
	}
	return nil
}

// TryWrite gives p to the system for as far as it has room. It does not write by
// RawConn.Write, which gets ready to wait.
func (s *sink) TryWrite(p []byte) (int, error) {
	if s.raw == nil || !canSend {
		return 0, nil
	}
	s.p, s.n, s.err = p, 0, nil
	return s.result(s.raw.Control(s.once))
}

// Write waits until the system has room, and gives it p for as far as it has.
func (s *sink) Write(p []byte) (int, error) {
	if s.raw == nil || !canSend {
		n, err := s.conn.Write(p[:min(len(p), maxWrite)])
		s.written.Add(uint64(n))
		return n, s.note(err)
	}
	if s.again == nil {
		s.again = func(fd uintptr) bool {
			s.try(fd)
			return s.n > 0 || s.err != nil
		}
	}
	s.p, s.n, s.err = p, 0, nil
	return s.result(s.raw.Write(s.again))
}

// result is that of a write by the descriptor, for which err says that there is none.
func (s *sink) result(err error) (int, error) {
	s.p = nil
	if err == nil {
		err = s.err
	}
	return s.n, s.note(err)
}

// note has the session know of an error.
func (s *sink) note(err error) error {
	if err != nil {
		s.fail()
	}
	return err
}

func (s *sink) fail() {
	s.failed.Store(true)
	if s.wake != nil {
		s.wake()
	}
}

// Taken is how far the peer lets us write: it opens its window as it reads. Where
// that is not known, it is how much of what was written has been acknowledged.
func (s *sink) Taken() (n uint64) {
	known := false
	if s.socket != nil {
		_ = s.socket.Control(func(fd uintptr) { n, known = windowEnd(int(fd)) })
	}
	if known {
		return n
	}
	waiting := uint64(s.unacked()) // first: what is written meanwhile is not among it
	written := s.written.Load()
	return max(written, waiting) - waiting
}

// unread is how many bytes have come that nobody has read, where that is known.
func (s *sink) unread() (n int) {
	if s.raw == nil {
		return 0
	}
	_ = s.raw.Control(func(fd uintptr) { n = unread(int(fd)) }) // closed: 0
	return n
}

// unacked is how many bytes wait in the system for the peer's acknowledgement.
func (s *sink) unacked() (n int) {
	if s.socket == nil {
		return 0
	}
	_ = s.socket.Control(func(fd uintptr) { n = unacked(int(fd)) }) // closed: 0
	return n
}

// isGone tells whether the connection is no more, as far as the system knows.
func (s *sink) isGone() (gone bool) {
	if s.socket != nil {
		_ = s.socket.Control(func(fd uintptr) { gone = isGone(int(fd)) }) // closed: it has failed
	}
	return gone
}

// shut ends what is written. TLS has a word for that, which needs room: where there is
// none for 5 s (and no deadline of ours changes that), the error is a timeout. Behind the
// word the connection underneath is shut down as well, for peers that take no notice.
func (s *sink) shut() error {
	err := closeWrite(s.conn)
	if err == nil && s.isOver {
		err = closeWrite(s.under)
	}
	return err
}

// writeLast writes the last that a connection gets, for which there is little time.
func writeLast(conn net.Conn, p []byte) {
	_ = conn.SetWriteDeadline(time.Now().Add(linger))
	_, _ = conn.Write(p) // who does not take it, does not want it
}

func closeWrite(conn net.Conn) error {
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

// Cut resets the connection, so that what the peer does not read is not kept. It goes
// past TLS, which would say so to the peer and wait for it.
func (s *sink) Cut() {
	reset(s.under)
	s.fail()
}

func reset(conn net.Conn) {
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	_ = conn.Close()
}
