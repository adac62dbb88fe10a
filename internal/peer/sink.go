package peer

import (
	"net"
	"syscall"
)

// A sink is a connection as the room sees it: somewhere to write lines.
type sink struct {
	conn net.Conn
	raw  syscall.RawConn // nil where the connection has no descriptor

	// The arguments and results of attempt, which is made once so that TryWrite
	// allocates nothing.
	attempt func(fd uintptr) (done bool)
	p       []byte
	n       int
	err     error
}

func newSink(conn net.Conn, raw syscall.RawConn) *sink {
	s := &sink{conn: conn, raw: raw}
	s.attempt = func(fd uintptr) bool {
		s.n, s.err = send(int(fd), s.p)
		return true
	}
	return s
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

// TryWrite gives p to the system for as far as it has room.
func (s *sink) TryWrite(p []byte) (int, error) {
	if s.raw == nil {
		return 0, nil
	}
	s.p, s.n, s.err = p, 0, nil
	if err := s.raw.Write(s.attempt); err != nil {
		return 0, err
	}
	return s.n, s.err
}

func (s *sink) Write(p []byte) (int, error) { return s.conn.Write(p) }

// Unacked is how many bytes wait in the system for the peer's acknowledgement.
func (s *sink) Unacked() (n int) {
	if s.raw == nil {
		return 0
	}
	_ = s.raw.Control(func(fd uintptr) { n = unacked(int(fd)) }) // closed: 0
	return n
}

// Cut resets the connection, so that what the peer does not read is not kept.
func (s *sink) Cut() {
	if c, ok := s.conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	_ = s.conn.Close()
}
