package peer

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"

	"bcast/internal/wire"
)

// errNothing says that there is nothing to read for now.
var errNothing = errors.New("nothing to read for now")

// A source is a connection that is read chunk by chunk. While there is nothing to
// read it has no buffer, unless a line has begun: it takes one from the pool, and
// gives it back.
type source struct {
	conn     net.Conn
	raw      syscall.RawConn // nil: read waits
	pool     *sync.Pool      // of *wire.Chunker
	lines    *wire.Chunker   // nil while nothing is held
	most     int             // bytes of one read; 0: as many as there is space for
	received atomic.Uint64   // bytes

	// The results of attempt, which is made once so that reading allocates nothing.
	attempt func(fd uintptr) (done bool)
	n       int
	err     error
}

func (s *source) init(conn net.Conn, raw syscall.RawConn, pool *sync.Pool, waits bool) {
	s.conn, s.pool = conn, pool
	if !waits {
		s.raw, s.attempt = raw, s.try
	}
}

// try reads from the descriptor what is there. It does not wait.
func (s *source) try(fd uintptr) (done bool) {
	again := false
	s.n, again, s.err = receive(int(fd), s.space())
	switch {
	case again:
		s.err = errNothing
	case s.n == 0 && s.err == nil:
		s.err = io.EOF
	}
	return true
}

// read takes what has arrived and returns what is complete with it; nil where a line
// goes on. The chunk is valid until the next call. The error is io.EOF at the end,
// and errNothing where read does not wait and would have to.
func (s *source) read() (chunk []byte, err error) {
	if s.raw == nil {
		s.n, s.err = s.conn.Read(s.space())
	} else if err := s.raw.Read(s.attempt); err != nil {
		return nil, err
	}
	s.received.Add(uint64(s.n))
	return s.take().Take(s.n), s.err
}

// rest returns the unfinished line at the end of the input.
func (s *source) rest() []byte { return s.take().Rest() }

// space is where the next read goes.
func (s *source) space() []byte {
	space := s.take().Space()
	if s.most > 0 && s.most < len(space) {
		space = space[:s.most]
	}
	return space
}

func (s *source) take() *wire.Chunker {
	if s.lines == nil {
		s.lines = s.pool.Get().(*wire.Chunker)
	}
	return s.lines
}

// give gives the buffer back, if nothing is held in it.
func (s *source) give() {
	if s.lines != nil && s.lines.Empty() {
		s.pool.Put(s.lines)
		s.lines = nil
	}
}
