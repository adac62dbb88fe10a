package peer

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"bcast/internal/wire"
)

// errNothing says that there is nothing to read for now.
var errNothing = errors.New("nothing to read for now")

// errLull says that nothing more has come for a while, to read that waits. It is a timeout:
// whoever reads on looks for the end that its deadline may have stood in the place of.
var errLull = fmt.Errorf("nothing more to read for now: %w", os.ErrDeadlineExceeded)

// maxReading is how many connections of a Handler are read at a time. Others wait for
// one of these, without a buffer: all of them publish to one room, one after the other.
const maxReading = 32

// idleRead is how many bytes are read at first, by a connection that waits in its read:
// it has memory for that, and takes a buffer when they have come.
const idleRead = 1 << 10

// lull is how long a connection that waits in its read keeps its buffer when as much has
// come as it reads at first, so that there may be more.
const lull = 10 * time.Millisecond

// keepHeld is how long, in bytes, a line that has begun may be and leave its buffer.
const keepHeld = 64 << 10

// buffers are what connections are read into.
type buffers struct {
	free    sync.Pool     // of *wire.Chunker
	reading chan struct{} // a place for each connection that is being read
}

// A source is a connection that is read chunk by chunk. Between two reads it has no
// buffer: it takes one from the handler, and gives it back, but for the line that has
// begun.
type source struct {
	conn     net.Conn
	raw      syscall.RawConn // nil: read waits
	buffers  *buffers
	lines    *wire.Chunker // nil while there is nothing to be read
	reading  bool          // it has a place among those that are read
	held     []byte        // a line that has begun, while there are no lines
	most     int           // bytes of one read; 0: as many as there is space for
	received atomic.Uint64 // bytes

	// Where read waits: what was read without a buffer, and is not in one yet.
	first, early []byte
	earlyErr     error // behind early
	goesOn       bool  // there is more to read at once, as far as is known
	hasty        bool  // a read deadline is for that alone

	// The results of attempt, which is made once so that reading allocates nothing.
	attempt func(fd uintptr) (done bool)
	n       int
	err     error
}

func (s *source) init(conn net.Conn, raw syscall.RawConn, b *buffers, waits bool) {
	s.conn, s.buffers = conn, b
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
		s.n, s.err = s.wait()
	} else {
		s.take() // not in attempt: who closes the connection, to cut the member, waits for that
		if err := s.raw.Read(s.attempt); err != nil {
			return nil, err
		}
	}
	s.received.Add(uint64(s.n))
	return s.take().Take(s.n), s.err
}

// wait waits for input and reads it.
func (s *source) wait() (int, error) {
	if s.goesOn {
		s.goesOn, s.hasty = false, true
		_ = s.conn.SetReadDeadline(time.Now().Add(lull))
		n, err := s.conn.Read(s.space())
		return n, s.lulled(err)
	}
	if len(s.early) == 0 {
		if s.first == nil {
			s.first = make([]byte, idleRead)
		}
		s.give()
		n, err := s.conn.Read(s.first)
		s.early, s.earlyErr = s.first[:n], s.lulled(err)
	}
	n := copy(s.space(), s.early)
	s.early = s.early[n:]
	if len(s.early) > 0 {
		return n, nil // a line that has begun leaves little space, or there is a limit
	}
	s.goesOn = n == idleRead && s.earlyErr == nil
	return n, s.earlyErr
}

// lulled is the error of a read, which may be for the deadline of an earlier one: that stays
// where it had input, because to undo it could undo what another goroutine has set since.
func (s *source) lulled(err error) error {
	if !s.hasty || !isTimeout(err) {
		return err
	}
	s.hasty = false
	return errLull
}

// begun returns the line that has begun. It is valid until the next read.
func (s *source) begun() []byte { return s.take().Held() }

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
	if s.raw != nil && !s.reading { // who waits for input takes nobody's place
		s.buffers.reading <- struct{}{}
		s.reading = true
	}
	if s.lines == nil {
		s.lines = s.buffers.free.Get().(*wire.Chunker)
		if len(s.held) > 0 {
			s.lines.Take(copy(s.lines.Space(), s.held))
			s.held = nil // with its memory: most lines are whole
		}
	}
	return s.lines
}

// give gives the buffer back, and the place.
func (s *source) give() {
	if s.lines != nil {
		if rest := s.lines.Rest(); len(rest) < keepHeld {
			s.held = append(s.held, rest...)
			s.buffers.free.Put(s.lines)
			s.lines = nil
		} else {
			s.lines.Take(copy(s.lines.Space(), rest))
		}
	}
	if s.reading {
		s.reading = false
		<-s.buffers.reading
	}
}

// keeps is how much memory stays with a source that gives its buffer, in bytes.
func (s *source) keeps() int {
	if s.lines == nil {
		return len(s.held)
	}
	if n := len(s.lines.Held()); n < keepHeld {
		return n
	}
	return s.lines.Size()
}

// share gives the place to those who wait for one. It goes on at their end.
func (s *source) share() {
	if len(s.buffers.reading) == cap(s.buffers.reading) {
		s.give()
	}
}
