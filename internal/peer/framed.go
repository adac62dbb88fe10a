package peer

import (
	"bytes"
	"context"
	"errors"
	"io"

	"bcast/internal/framed"
	"bcast/internal/room"
	"bcast/internal/wire"
)

// errTooLong ends a framed connection that sends what is no frame any more.
var errTooLong = errors.New("longer than a frame")

// A framedSide is the session of a framed member.
type framedSide struct {
	s      *session
	member *framed.Member
	begun  []byte // of a frame that is longer than a chunk
}

// enter makes the session a framed member, if hello is one; behind it, more has come
// already.
func (s *session) enter(ctx context.Context, hello, more []byte) error {
	s.dialect.end()
	more = bytes.Clone(more)
	maxLine := MaxChunk(s.h.cfg.MaxLine)
	frame, err := wire.DecodeClient(hello, maxLine)
	first, ok := frame.(*wire.Hello)
	if !ok {
		bad := &wire.FrameError{Code: wire.CodeMissing, Message: "the first frame is a hello"}
		errors.As(err, &bad)
		_ = s.member.Leave(expired)
		s.last(&wire.Error{Code: bad.Code, Message: bad.Error(), Fatal: true})
		return errBadHello
	}
	s.in.give()                 // what follows may wait
	_ = s.member.Leave(expired) // it was held, has received nothing, and must hold nobody back
	side := &framedSide{s: s}
	side.member, err = s.h.cfg.Hub.Enter(ctx, first, s.proof, &s.out, func() { s.stop(errReplaced) })
	if err != nil {
		return err
	}
	s.framed.Store(side)
	s.joined("framed")
	return side.take(ctx, more)
}

// take is told what has arrived: frames, or a part of one.
func (f *framedSide) take(ctx context.Context, chunk []byte) error {
	chunk = bytes.Clone(chunk)
	f.s.in.give() // what follows may wait, for this client too
	maxLine := MaxChunk(f.s.h.cfg.MaxLine)
	for part := range bytes.Lines(chunk) {
		if reason := f.s.reason(); reason != nil {
			return reason
		}
		f.begun = append(f.begun, part...)
		if len(f.begun) > wire.MaxFrame(maxLine) {
			f.member.Refuse(ctx, &wire.FrameError{Code: wire.CodeTooLong, Message: "a frame is too long"}, true)
			return errTooLong
		}
		if part[len(part)-1] != '\n' {
			return nil
		}
		frame, err := wire.DecodeClient(bytes.TrimSuffix(f.begun, []byte("\n")), maxLine)
		if bad := (*wire.FrameError)(nil); errors.As(err, &bad) {
			f.member.Refuse(ctx, bad, false)
		} else if err := f.handle(ctx, frame); err != nil {
			return err
		}
		f.begun = f.begun[:0]
		if cap(f.begun) > freeUnfinished {
			f.begun = nil
		}
	}
	return nil
}

func (f *framedSide) handle(ctx context.Context, frame wire.ClientFrame) error {
	if say, ok := frame.(*wire.Say); ok && f.s.h.cfg.Sanitize {
		say.Text = sanitized(say.Text, say.More)
	}
	return f.member.Handle(ctx, frame)
}

// errReplaced ends a connection whose session goes on on another one.
var errReplaced = errors.New("the session goes on elsewhere")

// sayBye tells a framed client, to which everything else is written, why it ends.
func (f *framedSide) sayBye(ctx context.Context, end error) {
	if f == nil {
		return
	}
	reason := wire.ByeEnd
	switch {
	case errors.Is(end, errReplaced):
		reason = wire.ByeReplaced
	case ctx.Err() != nil, errors.Is(end, room.ErrClosed):
		reason = wire.ByeStopping
	case errors.Is(end, errIdle):
		reason = wire.ByeIdle
	case errors.Is(end, errKicked):
		reason = wire.ByeKicked
	case !errors.Is(end, io.EOF):
		return
	}
	f.s.last(&wire.Bye{Reason: reason})
}

// last writes the last frame of a connection.
func (s *session) last(frame wire.ServerFrame) { writeLast(s.conn, frame.Append(nil)) }
