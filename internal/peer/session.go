package peer

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"bcast/internal/framed"
	"bcast/internal/room"
)

const (
	// linger is how long a connection whose peer has not closed is still read
	// after the write side was shut down.
	linger = 2 * time.Second

	// settlePoll is how often a closing connection looks at what the peer has
	// acknowledged.
	settlePoll = 50 * time.Millisecond
)

// A session is one connection in the room. There are many that are idle, so it has
// nothing that only a busy one needs.
type session struct {
	h      *Handler
	number uint64 // of the connection
	since  time.Time
	conn   net.Conn
	wake   func() // nil: it waits itself
	in     source
	out    sink
	guard  guard
	clean  sanitizer // used where Config.Sanitize is
	member *room.Member

	dialect dialect
	author  *framed.Author             // what a plain member is, once it has said something
	framed  atomic.Pointer[framedSide] // nil while the dialect is plain, or not known
	hello   []byte                     // to enter by as a framed member; nil: nothing was said yet
	proof   string                     // that the server has the token, for the welcome; empty: there is none

	beginning beginning             // of a line or frame
	limiter   *rate.Limiter         // of what it sends; nil: none
	idle      *idleTimer            // nil: none
	listening bool                  // its input has ended, and it stays
	stopped   atomic.Pointer[error] // why it is to end; nil: it goes on
	halted    chan struct{}         // closed once it is stopped, where there is a limiter that may pause it
	forced    atomic.Bool           // it did not come to leave by itself

	hurry atomic.Pointer[context.CancelFunc] // ends the time that it has to leave; nil: it has not begun to

	said uint64 // lines, of a plain member
	over *over  // how it ended; nil before
}

// serve does what there is to do, as Open says.
func (s *session) serve(ctx context.Context) (waits bool) {
	defer func() {
		if !waits { // for a panic below: what follows has been done otherwise
			_ = s.leaveRoom(expired)
			s.h.unfinished.note(s, 0)
			s.h.sessions.remove(s)
			s.closed()
		}
	}()
	if s.out.isOver {
		defer context.AfterFunc(ctx, func() { s.forceIn(s.h.cfg.DrainTimeout + linger) })()
	}
	end := io.EOF
	if !s.listening {
		end = s.read(ctx)
	}
	if errors.Is(end, errNothing) {
		return true
	}
	if s.h.cfg.Listen && errors.Is(end, io.EOF) && s.framed.Load() == nil {
		s.listening = true
		if s.listen(ctx) {
			return true
		}
	}
	s.idle.stop()
	if reason := s.reason(); reason != nil {
		end = reason
	}
	s.leave(ctx, end)
	return false
}

// stop has the session end soon. Of several reasons, the first counts.
func (s *session) stop(reason error) {
	if !s.stopped.CompareAndSwap(nil, &reason) {
		return
	}
	if s.halted != nil {
		close(s.halted)
	}
	_ = s.conn.SetReadDeadline(time.Unix(1, 0)) // fails where it is closed
	if s.wake != nil {
		s.wake()
	}
	if s.out.isOver {
		s.forceIn(linger)
	}
}

// forceIn ends the connection in a while, unless the session has come to leave by then. No
// deadline interrupts a read of TLS that has something to write: the answer to an update
// of keys, say, which has to wait like anything else for a peer that does not read.
func (s *session) forceIn(d time.Duration) {
	time.AfterFunc(d, func() {
		if s.hurry.Load() == nil {
			s.forced.Store(true)
			s.out.Cut()
		}
	})
}

// reason is why the session is to end, or nil.
func (s *session) reason() error {
	if reason := s.stopped.Load(); reason != nil {
		return *reason
	}
	return nil
}

// read takes what arrives until there is nothing for now, which is errNothing, or the
// input ends, and returns why it did: io.EOF for the peer's FIN.
func (s *session) read(ctx context.Context) error {
	defer s.in.give()
	if hello := s.hello; hello != nil {
		s.hello = nil
		if err := s.enter(ctx, hello, nil); err != nil {
			return err
		}
	}
	for {
		chunk, end := s.in.read()
		if err := s.take(ctx, chunk, end); err != nil {
			return err
		}
		s.h.unfinished.note(s, s.unfinished())
		s.pause(ctx, len(chunk))
		switch {
		case end == nil:
			s.in.share()
		case errors.Is(end, errNothing):
			return end
		case isTimeout(end) && s.goesOn(ctx):
		case isTimeout(end) && ctx.Err() != nil:
			return end // the server stops reading: an unfinished line was not accepted
		default:
			if err := s.take(ctx, s.in.rest(), io.EOF); err != nil {
				return err
			}
			if s.framed.Load() != nil {
				return end
			}
			s.plain()
			if err := s.publish(s.guard.rest(), true); err != nil {
				return err
			}
			return end
		}
	}
}

// unfinished is how much memory is kept for what has begun and not ended, in bytes.
func (s *session) unfinished() int {
	n := s.in.keeps()
	if side := s.framed.Load(); side != nil {
		n += cap(side.begun)
	}
	return n
}

// goesOn reports whether a read was interrupted for something else than the end, and
// lets the next one wait again.
func (s *session) goesOn(ctx context.Context) bool {
	if ctx.Err() != nil || s.reason() != nil {
		return false
	}
	_ = s.conn.SetReadDeadline(time.Time{})
	return ctx.Err() == nil && s.reason() == nil // or this has undone theirs
}

// take is told what has arrived, in the dialect that is spoken; end is io.EOF behind
// the last of it.
func (s *session) take(ctx context.Context, chunk []byte, end error) error {
	if side := s.framed.Load(); side != nil {
		return side.take(ctx, chunk)
	}
	if !s.dialect.isKnown() {
		done, rest, err := s.sniff(ctx, chunk, end)
		if err != nil || done {
			return err
		}
		chunk = rest
	}
	if err := s.guard.look(s.in.begun()); err != nil {
		return err
	}
	chunk, err := s.guard.pass(chunk)
	if err != nil || len(chunk) == 0 {
		return err // undecided: it is held back until the window ends
	}
	s.plain()
	return s.publish(chunk, false)
}

// publish gives a chunk of a plain member to the room, but for a hello and what follows it.
func (s *session) publish(chunk []byte, isLast bool) error {
	var hello error
	if s.h.cfg.Hub != nil {
		chunk, hello = withoutHello(chunk, s.h.cfg.MaxLine)
	}
	if s.h.cfg.Sanitize {
		chunk = s.clean.pass(chunk, isLast)
	}
	for len(chunk) > 0 {
		var part []byte
		part, chunk = cutChunk(chunk, MaxChunk(s.h.cfg.MaxLine)) // it may be longer than what was read
		lines := room.Lines(part)
		if err := s.member.Say(part, room.Note{Author: s.guest(), Lines: lines}); err != nil {
			return err
		}
		s.said += uint64(lines)
	}
	return hello
}

// guest is the author of what a plain member says, or nil where nobody asks.
func (s *session) guest() any {
	if s.h.cfg.Hub == nil {
		return nil
	}
	if s.author == nil {
		s.author = framed.Guest(s.dialect.guest())
	}
	return s.author
}

// A place is what a session has in the room, whatever it is in there.
type place interface {
	Behind() uint64
	Delivered() uint64
	Done() <-chan struct{}
	Leave(ctx context.Context) error
}

func (s *session) place() place {
	if side := s.framed.Load(); side != nil {
		return side.member
	}
	return s.member
}

// leaveRoom takes the session out of the room, as whatever it is in there.
func (s *session) leaveRoom(ctx context.Context) error {
	guest := s.dialect.end()
	err := s.place().Leave(ctx)
	if guest > 0 {
		s.h.cfg.Hub.Depart(guest)
	}
	return err
}

// listen reports whether the session, whose input has ended, has to wait for the end
// of the rest. Without wake it waits for that itself.
func (s *session) listen(ctx context.Context) (waits bool) {
	if s.wake == nil {
		s.outlast(ctx)
		return false
	}
	defer s.in.give()
	_, err := s.in.read() // what has ended goes on ending, until the connection breaks
	return errors.Is(err, io.EOF) && !s.out.failed.Load() && !s.out.isGone()
}

// outlast waits for the end of a listener that has no wake. Its input has ended, by a word
// of TLS or a FIN, which a read of the connection tells again and again; whether the peer
// is there the socket knows, where there is one.
func (s *session) outlast(ctx context.Context) {
	if s.out.socket == nil || !canReceive {
		select {
		case <-s.member.Done():
		case <-ctx.Done():
		}
		return
	}
	waste := make([]byte, 512)
	isBroken := func(fd uintptr) bool {
		for {
			n, again, err := receive(int(fd), waste)
			if n == 0 || again || err != nil {
				return err != nil || isGone(int(fd))
			}
		}
	}
	for isTimeout(s.out.socket.Read(isBroken)) && s.goesOn(ctx) {
	}
}

// leave is what follows when the input has ended.
func (s *session) leave(ctx context.Context, end error) {
	h := s.h
	grace, cancel := h.grace(ctx)
	defer cancel()
	s.hurry.Store(&cancel)
	var refused *refused
	if s.framed.Load() == nil && !errors.As(end, &refused) && !errors.Is(end, errBadHello) {
		s.plain() // it has not said what it speaks, and gets what there is
	}
	if errors.Is(s.reason(), errKicked) {
		cancel() // it gets nothing more
	}
	_, name, dialect := s.identity() // while it has one
	err := s.leaveRoom(grace)
	if errors.Is(s.reason(), errKicked) {
		end = errKicked // or it was meanwhile
	}
	s.over = &over{name: name, dialect: dialect}
	s.over.ending, s.over.detail = endingOf(ctx, end, err)
	if s.dialect.joined.Load() {
		h.cfg.Logger.Debug("left", "connection", s.number, "remote", remote{s.conn}, "input", end, "output", err)
	}
	if cut := (*room.CutError)(nil); errors.As(err, &cut) && !errors.Is(end, errKicked) {
		s.cut(cut.Reason, "bytes_behind", cut.Bytes, "lines_behind", cut.Lines)
		return
	}
	if s.forced.Load() && ctx.Err() != nil {
		s.cut(room.Undelivered, "why", "it does not read, and TLS had something to tell it")
		return
	}
	s.framed.Load().sayBye(ctx, end)
	switch {
	case refused != nil:
		h.refuse(refused, remote{s.conn}, s.number)
		if refused.reason == RefusedHTTP {
			writeLast(s.conn, []byte(badRequest))
		}
	case errors.Is(end, errUnfinished):
		s.log().Warn("put out, as others need the memory of what it has begun and not ended")
	case errors.Is(end, errIdle):
		h.stats.idle.Add(1)
	case errors.Is(end, syscall.ETIMEDOUT), errors.Is(err, syscall.ETIMEDOUT):
		h.stats.vanished.Add(1)
		s.log().Warn("the client has vanished, or has not read for too long")
	}
	if errors.Is(end, errKicked) {
		err = nil // it was to get nothing more
	}
	if err == nil && !s.part(ctx, grace, errors.Is(end, io.EOF)) && !errors.Is(s.reason(), errKicked) {
		s.cut(room.Undelivered, "bytes_unacknowledged", s.out.unacked())
	}
}

// cut notes that the session was cut, with what is to be known of that.
func (s *session) cut(reason room.Reason, details ...any) {
	s.over.ending, s.over.detail = EndedCut, reason.String()
	if reason == room.Undelivered {
		s.h.stats.undelivered.Add(1)
	}
	s.log().Warn("member cut", append([]any{"reason", reason.String()}, details...)...)
}

// part ends the conversation so that nothing that was written is destroyed: it
// shuts down the write side and reads until the peer has closed too, for at most
// linger. Once the server is closing down (ctx), it also waits until the peer's
// system has acknowledged everything, and reports false if it had not when grace
// ended.
func (s *session) part(ctx, grace context.Context, closed bool) bool {
	if err := s.out.shut(); err != nil {
		return ctx.Err() == nil || !isTimeout(err) // the peer is gone, or takes nothing
	}
	wait := time.NewTicker(settlePoll)
	defer wait.Stop()
	for start := time.Now(); ; {
		if closed || time.Since(start) >= linger {
			if ctx.Err() == nil || s.out.unacked() == 0 {
				return true
			}
			if grace.Err() != nil {
				return false
			}
		}
		if closed {
			<-wait.C
			continue
		}
		_ = s.conn.SetReadDeadline(time.Now().Add(max(settlePoll, linger-time.Since(start))))
		_, err := io.Copy(io.Discard, s.conn)
		closed = !isTimeout(err)
	}
}

// grace returns a context that ends DrainTimeout after ctx has.
func (h *Handler) grace(ctx context.Context) (context.Context, context.CancelFunc) {
	grace, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(h.cfg.DrainTimeout):
			cancel()
		case <-grace.Done():
		}
	})
	return grace, func() { stop(); cancel() }
}

// expired is a context that has ended.
var expired = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// isTimeout tells whether a deadline of ours has passed. That the peer's machine is
// gone (ETIMEDOUT) is something else, though package net calls both a timeout.
func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// remote names the other end of a connection in the log, if it comes to that.
type remote struct{ net.Conn }

func (r remote) LogValue() slog.Value { return slog.StringValue(r.String()) }

func (r remote) String() string {
	addr := r.RemoteAddr().String()
	if addr == "" || addr == "@" {
		addr = r.LocalAddr().String() // of a Unix socket only the path has a name
	}
	return addr
}
