package peer

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"bcast/internal/wire"
)

const (
	// window is for how long after accept a connection may ask for the framed dialect.
	// Nothing is delivered to it before that, or before its first byte.
	window = 150 * time.Millisecond

	// lateWindow is how much longer that is where the server may not have looked at it yet.
	lateWindow = time.Second

	// helloTime is how long a client has for its hello once it was greeted.
	helloTime = 5 * time.Second
)

// errHello ends a plain connection that says hello: that may tell a session.
var errHello = errors.New("a hello on a plain connection")

// errBadHello ends a connection whose hello is none.
var errBadHello = errors.New("not a proper hello")

// A dialect is what is spoken on a connection, and how that is found out. It becomes
// plain when the window ends.
type dialect struct {
	mu     sync.Mutex
	stage  stage
	timer  *time.Timer // of the window, then of the hello; nil: none
	late   bool        // the timer's time is over
	number uint64      // of the guest that a plain member is, from Hub.Arrive
	joined atomic.Bool // it is in the room
}

// A stage is how much is known of a dialect.
type stage int

const (
	unknown stage = iota
	greeted       // the client has asked for frames, and is to say hello
	known
)

func (d *dialect) isKnown() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stage == known
}

func (d *dialect) guest() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.number
}

// end stops the timer, and returns the guest that has to depart, or 0.
func (d *dialect) end() (guest uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.stage = known
	guest, d.number = d.number, 0
	return guest
}

// open begins to find out what the session speaks, if it has not said so yet. Without
// frames it is plain.
func (s *session) open(stage stage) {
	if s.h.cfg.Hub == nil {
		stage = known
		defer func() {
			s.member.Release()
			s.joined("raw")
		}()
	}
	d := &s.dialect
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stage = stage
	if stage == unknown {
		d.timer = time.AfterFunc(window, s.endWindow)
	}
}

// endWindow ends the time to ask for frames. If one byte has come, that may be somebody's
// asking, which this side was too busy to look at: it has some more time for that.
func (s *session) endWindow() {
	d := &s.dialect
	d.mu.Lock()
	if s.wake == nil || d.stage != unknown || d.late || s.out.unread() != 1 && s.in.received.Load() != 1 {
		d.mu.Unlock()
		s.become(unknown)
		return
	}
	d.late = true
	d.timer.Reset(lateWindow)
	d.mu.Unlock()
	s.wake()
}

// plain makes the session's dialect plain, if it is not known.
func (s *session) plain() {
	if !s.dialect.isKnown() {
		s.become(unknown)
		s.become(greeted)
	}
}

// become makes the dialect plain, and has the member receive, where it is at a stage.
func (s *session) become(from stage) {
	d := &s.dialect
	d.mu.Lock()
	if d.stage != from {
		d.mu.Unlock()
		return
	}
	d.stage = known
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.number = s.h.cfg.Hub.Arrive()
	d.mu.Unlock()
	s.member.Release()
	s.joined("plain")
}

// joined notes that the session is in the room.
func (s *session) joined(dialect string) {
	s.dialect.joined.Store(true)
	s.h.cfg.Logger.Debug("joined", "connection", s.number, "remote", remote{s.conn}, "dialect", dialect)
}

// sniff is told what has arrived while the dialect is not known. It reports whether it
// has dealt with it, or returns what is to be relayed.
func (s *session) sniff(ctx context.Context, chunk []byte, end error) (done bool, rest []byte, err error) {
	d := &s.dialect
	d.mu.Lock()
	stage, late := d.stage, d.late
	d.mu.Unlock()
	begun := s.in.begun()
	if stage == unknown {
		if s.in.n == 1 && len(begun) == 1 && begun[0] == wire.SOH && end == nil && s.asks() {
			return true, nil, greet(s.conn, s.h.cfg.Hub.Greeting())
		}
		if late {
			s.become(unknown)
		}
		return false, chunk, nil
	}
	// It was greeted, and all that has come begins with SOH.
	all := chunk
	if len(all) == 0 {
		all = begun
	}
	switch hello, more, whole := bytes.Cut(all[1:], []byte("\n")); {
	case len(all) > 1 && all[1] != '{', late, isEnd(end), len(hello) >= wire.MaxHello:
		s.become(greeted) // a file that begins with SOH, or so
		return false, chunk, nil
	case !whole:
		return true, nil, nil
	default:
		return true, nil, s.enter(ctx, hello, more)
	}
}

// isEnd tells whether nothing follows what was read.
func isEnd(err error) bool {
	return err != nil && !errors.Is(err, errNothing) && !errors.Is(err, errLull)
}

// asks takes the session for one that asks for frames, unless the window has ended.
func (s *session) asks() bool {
	d := &s.dialect
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stage != unknown {
		return false
	}
	d.stage, d.late = greeted, false
	d.timer.Stop()
	d.timer = time.AfterFunc(helloTime, func() {
		d.mu.Lock()
		d.late = true
		d.mu.Unlock()
		s.interrupt()
	})
	return true
}

// interrupt has the session look again.
func (s *session) interrupt() {
	if s.wake != nil {
		s.wake()
		return
	}
	_ = s.conn.SetReadDeadline(time.Unix(1, 0)) // fails where it is closed
}

// greet answers the first byte of a client that asks for frames.
func greet(conn net.Conn, greeting wire.Greeting) error {
	_ = conn.SetWriteDeadline(time.Now().Add(linger))
	_, err := conn.Write(wire.AppendGreeting(nil, greeting))
	_ = conn.SetWriteDeadline(time.Time{})
	return err
}

// withoutHello returns what of a plain member's chunk may be relayed: all, or the lines
// before a hello, and errHello.
func withoutHello(chunk []byte, maxLine int) ([]byte, error) {
	if !bytes.Contains(chunk, []byte(`"hello"`)) && !bytes.Contains(chunk, []byte(`\u`)) { // JSON has two ways to say it
		return chunk, nil
	}
	size := 0
	for line := range bytes.Lines(chunk) {
		text := bytes.TrimPrefix(bytes.TrimSuffix(line, []byte("\n")), []byte{wire.SOH})
		if isHello(text, maxLine) {
			return chunk[:size], errHello
		}
		size += len(line)
	}
	return chunk, nil
}

func isHello(line []byte, maxLine int) bool {
	frame, err := wire.DecodeClient(line, maxLine)
	if _, ok := frame.(*wire.Hello); ok {
		return true
	}
	bad := (*wire.FrameError)(nil)
	return errors.As(err, &bad) && bad.Type == "hello"
}
