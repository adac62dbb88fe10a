package pipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"bcast/internal/session"
	"bcast/internal/text"
	"bcast/internal/wire"
)

// maxPending is how many lines may wait for their receipts: enough for the longest
// ways to a server, of usual lines.
const maxPending = 100_000

// ErrInputLeft is wrapped by Run's error when the connection ended before the
// input had, or before all of it had arrived.
var ErrInputLeft = errors.New("the input was not sent to its end")

// Config is how Run works.
type Config struct {
	// Address is where the server is, in the terms of package net.
	Network, Address string

	In  io.Reader // read to its end, unless Run ends first
	Out io.Writer

	// Name is what a server that speaks frames is asked to call this side. At another,
	// it stands before each line that is sent, with a colon and a space. Empty: what
	// comes in is sent byte for byte.
	Name string

	// Token and Dial are the session's: what the room wants, and how connections are made.
	Token wire.RoomToken
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)

	// Plain never asks for frames.
	Plain bool

	// JSON writes the frames of the server, one a line. Where it speaks none, Run ends
	// with session.ErrNotFramed.
	JSON bool

	// Timeout is for how long a server that speaks frames, and was there, is looked for
	// after a break. 0: not at all.
	Timeout time.Duration

	// Follow keeps listening after the end of the input, and connects again after
	// a break, for as long as it takes.
	Follow bool

	// Interactive says that a person types the input, so that the server's end
	// is a good end.
	Interactive bool

	// Terminal says that Out is a terminal: what comes from the room passes the
	// gate of package text. Otherwise it goes out byte for byte.
	Terminal bool

	// Notify is told of connections lost and made again, and of what the server has
	// refused; nil: nobody is.
	Notify func(session.Event)
}

// Run connects, sends the input and writes what arrives, until
//
//   - the input has ended, and the server has taken it: nil. Where it speaks frames,
//     that is the receipt for each line, and breaks on the way count for nothing if the
//     server is back within Timeout;
//   - the server closes before that: nil if a person types the input and nothing
//     of it is left, else an error that wraps ErrInputLeft;
//   - ctx ends: nil, or an error that wraps ErrInputLeft if lines are left;
//   - the first connection cannot be made, or one breaks for good: what session says;
//   - In or Out fail: their error.
//
// It may leave a goroutine behind that waits in a Read of In.
func Run(ctx context.Context, cfg Config) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &pipe{cfg: cfg, cancel: cancel}
	p.session = session.New(session.Config{
		Network: cfg.Network, Address: cfg.Address, Name: cfg.Name, Token: cfg.Token, Dial: cfg.Dial,
		Plain: cfg.Plain, Framed: cfg.JSON, Frames: cfg.JSON, Quiet: true,
		Reconnect: cfg.Follow, Patience: cfg.Timeout, MaxPending: maxPending,
	})
	out := cfg.Out
	if cfg.Terminal {
		p.gate = text.NewGate(cfg.Out)
		out = p.gate
	}
	p.printer = printer{out: out, json: cfg.JSON}
	err := p.session.Run(ctx, func(event session.Event) { p.handle(ctx, event) })
	if err := p.flush(); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	return p.ending(ctx, err)
}

// A pipe is one call of Run. All but session and cfg is owned by the session's
// goroutine.
type pipe struct {
	cfg     Config
	session *session.Session
	cancel  context.CancelCauseFunc

	printer printer
	gate    *text.Gate // before a terminal
	started bool       // reading the input
	framed  bool
	lost    int // messages that the server has refused
}

func (p *pipe) handle(ctx context.Context, event session.Event) {
	var err error
	switch event := event.(type) {
	case session.Connected:
		p.framed = event.Framed
		p.printer.connected(event)
		if p.started {
			p.notify(event)
			return
		}
		p.started = true
		go func() { // ends with ctx or In; nobody can wait for a Read of a terminal
			if err := send(ctx, p.cfg, p.session, event.Framed); err != nil {
				p.cancel(err)
			}
		}()
	case session.Received:
		err = p.printer.received(event.Data)
	case session.Frame:
		err = p.printer.frame(event.JSON)
	case session.Line:
		err = p.printer.line(event)
	case session.Pause:
		err = p.printer.flush()
	case session.Refused:
		if event.ID > 0 {
			p.lost++
		}
		p.notify(event)
	case session.Disconnected:
		if err = p.flush(); err == nil {
			p.disconnected(event)
		}
	}
	if err != nil {
		p.cancel(fmt.Errorf("write the output: %w", err))
	}
}

// disconnected ends Run where a person types and has nothing to wait for.
func (p *pipe) disconnected(event session.Disconnected) {
	switch {
	case p.cfg.Follow || !p.cfg.Interactive || p.session.Pending() > 0:
		p.notify(event)
	case errors.Is(event.Err, session.ErrServerClosed):
		p.cancel(nil)
	default:
		p.cancel(event.Err)
	}
}

func (p *pipe) notify(event session.Event) {
	if p.cfg.Notify != nil {
		p.cfg.Notify(event)
	}
}

// flush writes out what is held back.
func (p *pipe) flush() error {
	err := p.printer.flush()
	if p.gate != nil && err == nil {
		err = p.gate.Flush()
	}
	return err
}

// ending says what the end of the session means to whoever started the pipe.
func (p *pipe) ending(ctx context.Context, err error) error {
	interrupted := ctx.Err() != nil
	if cause := context.Cause(ctx); interrupted && !errors.Is(cause, ctx.Err()) {
		return cause // In or Out failed, or the connection
	}
	pending := p.session.Pending()
	isClosed := errors.Is(err, session.ErrServerClosed)
	switch {
	case err == nil && p.lost > 0:
		return fmt.Errorf("%w: the server has refused %d lines", ErrInputLeft, p.lost)
	case err == nil:
		return nil
	case (interrupted || p.cfg.Interactive && isClosed && !errors.Is(err, session.ErrTurnedAway)) && pending == 0:
		return nil
	case interrupted:
		return fmt.Errorf("%w: %d lines are left", ErrInputLeft, pending)
	case isClosed, p.framed:
		return fmt.Errorf("%w: %w", err, ErrInputLeft)
	}
	return err
}
