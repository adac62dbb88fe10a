package peer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"bcast/internal/wire"
)

// tokenTime is how long a client has to say the token, or to prove that it has it.
const tokenTime = 10 * time.Second

// An admission is a connection that is not a member yet, because the room has a token:
// it has no cursor, so it holds nothing, and it waits in a goroutine of its own. What it
// sends is read byte by byte, so that not one of those behind the token is taken.
type admission struct {
	h       *Handler
	conn    net.Conn
	token   wire.RoomToken
	over    time.Time // the end of its time
	greeted bool      // it speaks frames
	session *session  // once it is a member
}

// admit has a connection say the token before it is opened with wake.
func (h *Handler) admit(conn net.Conn, token wire.RoomToken, wake func()) (serve func(ctx context.Context) (waits bool)) {
	a := &admission{h: h, conn: conn, token: token, over: time.Now().Add(tokenTime)}
	if wake != nil {
		wake() // to be served at once, and wait in there
	}
	return func(ctx context.Context) (waits bool) {
		if a.session != nil {
			return a.session.serve(ctx)
		}
		return a.serve(ctx, wake)
	}
}

// serve has the client say the token, and then serves it as a member.
func (a *admission) serve(ctx context.Context, wake func()) (waits bool) {
	// The server has reads end when it stops; one of TLS may have to write, and wait for that.
	untie := context.AfterFunc(ctx, func() { _ = a.conn.SetDeadline(time.Unix(1, 0)) })
	hello, proof, err := a.ask(ctx)
	untie()
	if err != nil {
		a.turnAway(err)
		return false
	}
	_ = a.conn.SetDeadline(time.Time{})
	if ctx.Err() != nil {
		return false // this may have undone the server's deadline
	}
	stage := unknown
	if a.greeted {
		stage = greeted
	}
	s := a.h.newSession(a.conn, wake, stage)
	if s == nil {
		return false
	}
	a.session = s
	s.guard.off = true // it has begun with something else
	if a.greeted {
		s.hello, s.proof = hello, proof
	} else {
		s.plain()
	}
	return s.serve(ctx)
}

// ask reads the client's first line and checks that it is the token. A client that asks for
// frames proves by its hello that it has the token; then that is returned, and the proof
// that answers it.
func (a *admission) ask(ctx context.Context) (hello []byte, proof string, err error) {
	if err := a.limit(ctx); err != nil {
		return nil, "", err
	}
	line, err := a.line(wire.MaxSniff, a.look)
	switch {
	case a.greeted:
		return a.askFramed(ctx)
	case a.h.cfg.HTTPGuard && wire.SniffHTTP(line) == wire.HTTP:
		return nil, "", refusals[RefusedHTTP]
	case err != nil:
		return nil, "", err
	}
	return nil, "", a.check(ctx, func() bool { return a.token.IsLine(bytes.TrimSuffix(line, []byte("\n"))) })
}

// limit has all that waits for the client end with its time, or with ctx. What waits in a
// read may be a write: TLS answers an update of keys, and the client may not take that.
func (a *admission) limit(ctx context.Context) error {
	return errors.Join(a.conn.SetDeadline(a.over), ctx.Err()) // in this order: it may undo the server's
}

// look sees what a first line begins with. An SOH is enough.
func (a *admission) look(line []byte) (isEnough bool, err error) {
	switch {
	case len(line) == 1:
		a.greeted = line[0] == wire.SOH && a.h.cfg.Hub != nil
	case a.h.cfg.HTTPGuard && len(line) <= wire.MaxSniffTLS && wire.SniffTLS(line) == wire.TLS:
		return false, refusals[RefusedTLS]
	}
	return a.greeted, nil
}

func (a *admission) askFramed(ctx context.Context) (hello []byte, proof string, err error) {
	greeting := a.h.cfg.Hub.Greeting()
	switch err := greet(a.conn, greeting); {
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	case err != nil:
		return nil, "", refusals[RefusedNoToken] // it is gone, or takes nothing
	}
	if err := a.limit(ctx); err != nil {
		return nil, "", err
	}
	hello, err = a.line(wire.MaxHello, func([]byte) (bool, error) { return false, nil })
	if err != nil {
		return nil, "", err
	}
	frame, _ := wire.DecodeClient(hello, MaxChunk(a.h.cfg.MaxLine))
	first, ok := frame.(*wire.Hello)
	if !ok || first.Auth == "" {
		return nil, "", refusals[RefusedNoToken]
	}
	err = a.check(ctx, func() bool { return wire.IsProof(first.Auth, a.token.ClientProof(greeting.Challenge, first.Nonce)) })
	return hello, a.token.ServerProof(greeting.Challenge, first.Nonce), err
}

// line reads a line of up to most bytes, with its newline, and returns what has come of it
// if there is an error. It ends early where look, which sees all that has come, has enough.
func (a *admission) line(most int, look func(line []byte) (isEnough bool, err error)) (line []byte, err error) {
	for one := make([]byte, 1); len(line) < most; {
		if _, err := a.conn.Read(one); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) && time.Now().Before(a.over) {
				return line, err // the server stops
			}
			return line, refusals[RefusedNoToken]
		}
		line = append(line, one[0])
		if one[0] == '\n' {
			return line, nil
		}
		if isEnough, err := look(line); isEnough || err != nil {
			return line, err
		}
	}
	return line, refusals[RefusedNoToken]
}

// check checks the token once it is the turn of the client's address.
func (a *admission) check(ctx context.Context, isRight func() bool) error {
	origin := originOf(a.conn)
	for {
		now := time.Now()
		right, wait := a.h.guesses.try(now, origin, isRight)
		switch {
		case right:
			return nil
		case wait == 0:
			return refusals[RefusedToken]
		case now.Add(wait).After(a.over):
			return refusals[RefusedGuessing]
		}
		turn := time.NewTimer(wait)
		select {
		case <-turn.C:
		case <-ctx.Done():
			turn.Stop()
			return ctx.Err()
		}
	}
}

// turnAway ends a connection that is not to be a member. A framed client is told why: it
// has asked for a conversation.
func (a *admission) turnAway(err error) {
	var r *refused
	if errors.As(err, &r) {
		a.h.refuse(r, remote{a.conn}, 0)
	}
	switch {
	case a.isStuck():
		under, _ := underneath(a.conn)
		reset(under) // TLS would say goodbye first, and wait for that
		return
	case r == nil:
		return
	case a.greeted:
		writeLast(a.conn, (&wire.Error{Code: wire.CodeAuth, Message: r.message, Fatal: true}).Append(nil))
	case r.reason == RefusedHTTP:
		writeLast(a.conn, []byte(badRequest))
	default:
		return
	}
	if c, ok := a.conn.(interface{ CloseWrite() error }); ok && c.CloseWrite() == nil {
		_ = a.conn.SetReadDeadline(time.Now().Add(linger))
		_, _ = io.Copy(io.Discard, a.conn) // what is unread would reset it, and destroy the answer
	}
}

// isStuck tells whether the client has not taken what TLS had to tell it. What failed while
// something was read, package tls tells at the next write, of nothing too.
func (a *admission) isStuck() bool {
	if _, isOver := underneath(a.conn); !isOver {
		return false
	}
	_, err := a.conn.Write(nil)
	return err != nil
}
