package session

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// readSize is the size in bytes of a read buffer, and of the longest Received.
const readSize = 64 << 10

// A link is one connection of a session: one goroutine reads, one more writes, and
// the session's own does the rest.
type link struct {
	net.Conn
	reads    chan read     // unbuffered: what was received before is done with
	finished chan struct{} // closed by the sender: it is about to tell the end of input
	closed   chan struct{}
	pings    chan []byte // frames that the sender is to write first
	wrote    atomic.Bool // a write has ended since it was last looked at
	came     bool        // something was read; the reader's until it has ended
	running  sync.WaitGroup
	rescue   func() // for a goroutine to defer
}

// A read is what one Read returned: bytes, valid until the next is received, or
// the error that is the last.
type read struct {
	data []byte
	err  error
}

// newLink starts to read from conn.
func newLink(conn net.Conn, rescue func()) *link {
	l := &link{
		Conn: conn, reads: make(chan read), finished: make(chan struct{}), closed: make(chan struct{}),
		pings: make(chan []byte, 1), rescue: rescue,
	}
	l.run(l.receive)
	return l
}

// run starts a goroutine that close waits for.
func (l *link) run(do func()) {
	l.running.Go(func() {
		defer l.rescue()
		do()
	})
}

// close closes the connection and waits for both goroutines.
func (l *link) close() {
	_ = l.Close() // first: it ends a Read and a Write
	close(l.closed)
	l.running.Wait()
}

// receive reads until the connection ends.
func (l *link) receive() {
	var buffers [2][]byte
	for i := 0; ; {
		if buffers[i] == nil {
			buffers[i] = make([]byte, readSize)
		}
		n, err := l.Read(buffers[i])
		if n > 0 {
			l.came = true
			if !l.give(read{data: buffers[i][:n]}) {
				return
			}
			i = 1 - i
		}
		if err != nil {
			l.give(read{err: err})
			return
		}
	}
}

func (l *link) give(r read) bool {
	select {
	case l.reads <- r:
		return true
	case <-l.closed:
		return false
	}
}

// put writes what is so short that the system takes it at once, before there is a
// sender.
func (l *link) put(p []byte) error {
	_ = l.SetWriteDeadline(time.Now().Add(greetingWait))
	_, err := l.Write(p)
	_ = l.SetWriteDeadline(time.Time{})
	return err
}

// finish tells the end of input.
func (l *link) finish() {
	close(l.finished) // before the server can answer by closing
	if half, ok := l.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // an error is the reader's too
	}
}

// isFinished tells whether this side has told its end of input.
func (l *link) isFinished() bool {
	select {
	case <-l.finished:
		return true
	default:
		return false
	}
}

// sendPlain sends the outbox, and the end of input behind the last of it. It
// returns early at an error, which the reader will see too.
func (l *link) sendPlain(out *outbox) {
	for {
		chunk, end := out.head()
		switch {
		case end:
			l.finish()
			return
		case chunk == nil:
			select {
			case <-out.work:
				continue
			case <-l.closed:
				return
			}
		}
		n, err := l.Write(chunk)
		out.sent(n)
		if err != nil {
			return
		}
	}
}

// sendFrames is sendPlain with frames. The end of input comes behind the last
// receipt.
func (l *link) sendFrames(out *outbox, maxLine int) {
	var frames []byte
	for {
		frames = frames[:0]
		select {
		case ping := <-l.pings:
			frames = append(frames, ping...)
		default:
		}
		frames, end := out.fill(frames, maxLine)
		switch {
		case end:
			l.finish()
			return
		case len(frames) == 0:
			select {
			case <-out.work:
				continue
			case ping := <-l.pings:
				frames = append(frames, ping...)
			case <-l.closed:
				return
			}
		}
		if _, err := l.Write(frames); err != nil {
			return
		}
		l.wrote.Store(true)
	}
}
