package peer

import (
	"net"
	"syscall"
)

// A sink is a connection as the room sees it: somewhere to write lines.
type sink struct {
	conn net.Conn
	raw  syscall.RawConn // nil where the connection has no descriptor
}

func newSink(conn net.Conn) *sink {
	s := &sink{conn: conn}
	if c, ok := conn.(syscall.Conn); ok {
		s.raw, _ = c.SyscallConn() // without it Unacked is not known
	}
	return s
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
