package peer

import (
	"io"
	"net"
	"sync"
	"syscall"

	"bcast/internal/wire"
)

// A source is a connection that is read chunk by chunk. While it waits for input
// it has no buffer, unless a line has begun: it takes one from the pool when there
// is something to read, and gives it back.
type source struct {
	conn  net.Conn
	raw   syscall.RawConn // nil where the connection has no descriptor
	pool  *sync.Pool      // of *wire.Chunker
	lines *wire.Chunker   // nil while nothing is held

	// The result of attempt, which is made once.
	attempt func(fd uintptr) (done bool)
	n       int
	err     error
}

func newSource(conn net.Conn, raw syscall.RawConn, pool *sync.Pool) *source {
	s := &source{conn: conn, raw: raw, pool: pool}
	s.attempt = func(fd uintptr) bool {
		again := false
		s.n, again, s.err = receive(int(fd), s.take().Space())
		if again {
			s.give()
		}
		return !again
	}
	return s
}

// read waits for input and returns what is complete with it; nil where a line goes
// on. The chunk is valid until the next call. The error is io.EOF at the end.
func (s *source) read() (chunk []byte, err error) {
	if s.raw == nil || !canReceive {
		s.n, s.err = s.conn.Read(s.take().Space())
	} else if err := s.raw.Read(s.attempt); err != nil {
		return nil, err
	} else if s.n == 0 && s.err == nil {
		s.err = io.EOF
	}
	return s.take().Take(s.n), s.err
}

// rest returns the unfinished line at the end of the input.
func (s *source) rest() []byte { return s.take().Rest() }

func (s *source) take() *wire.Chunker {
	if s.lines == nil {
		s.lines = s.pool.Get().(*wire.Chunker)
	}
	return s.lines
}

func (s *source) give() {
	if s.lines != nil && s.lines.Empty() {
		s.pool.Put(s.lines)
		s.lines = nil
	}
}
