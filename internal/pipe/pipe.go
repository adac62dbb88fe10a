package pipe

import (
	"context"
	"errors"
	"fmt"
	"io"

	"bcast/internal/session"
	"bcast/internal/text"
	"bcast/internal/wire"
)

// ErrInputLeft is wrapped by Run's error when the connection ended before the
// input had.
var ErrInputLeft = errors.New("the input was not sent to its end")

// Config is how Run works.
type Config struct {
	// Address is where the server is, in the terms of package net.
	Network, Address string

	In  io.Reader // read to its end, unless Run ends first
	Out io.Writer

	// Name stands before each line that is sent, with a colon and a space. Empty:
	// what comes in is sent byte for byte.
	Name string

	// Follow keeps listening after the end of the input, and connects again after
	// a break.
	Follow bool

	// Interactive says that a person types the input, so that the server's end
	// is a good end.
	Interactive bool

	// Terminal says that Out is a terminal: what comes from the room passes the
	// gate of package text. Otherwise it goes out byte for byte.
	Terminal bool

	// Notify is told of connections lost and made again; nil: nobody is.
	Notify func(session.Event)
}

// Run connects, sends the input and writes what arrives, until
//
//   - the input has ended, and the server has taken it: nil;
//   - the server closes before that: nil if a person types the input and nothing
//     of it is left, else an error that wraps ErrInputLeft;
//   - ctx ends: nil, or an error that wraps ErrInputLeft if lines are left;
//   - the connection cannot be made, or breaks without Follow: what session says;
//   - In or Out fail: their error.
//
// It may leave a goroutine behind that waits in a Read of In.
func Run(ctx context.Context, cfg Config) error {
	s := session.New(session.Config{Network: cfg.Network, Address: cfg.Address, Reconnect: cfg.Follow})
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	out := cfg.Out
	flush := func() error { return nil }
	if cfg.Terminal {
		gate := text.NewGate(cfg.Out)
		out, flush = gate, gate.Flush
	}
	started := false
	err := s.Run(ctx, func(event session.Event) {
		switch event := event.(type) {
		case session.Connected:
			if started {
				break
			}
			started = true
			go func() { // ends with ctx or In; nobody can wait for a Read of a terminal
				if err := send(ctx, cfg, s); err != nil {
					cancel(err)
				}
			}()
			return
		case session.Received:
			if _, err := out.Write(event.Data); err != nil {
				cancel(fmt.Errorf("write the output: %w", err))
			}
			return
		case session.Disconnected:
			if err := flush(); err != nil {
				cancel(fmt.Errorf("write the output: %w", err))
			}
		}
		if cfg.Notify != nil {
			cfg.Notify(event)
		}
	})
	if err := flush(); err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	return cfg.ending(ctx, err, s.Pending())
}

// ending says what the end of the session means to whoever started the pipe.
func (cfg Config) ending(ctx context.Context, err error, pending int) error {
	interrupted := ctx.Err() != nil
	if cause := context.Cause(ctx); interrupted && !errors.Is(cause, ctx.Err()) {
		return cause // In or Out failed
	}
	switch {
	case err == nil:
		return nil
	case (interrupted || cfg.Interactive && errors.Is(err, session.ErrServerClosed)) && pending == 0:
		return nil
	case interrupted:
		return fmt.Errorf("%w: %d lines are left", ErrInputLeft, pending)
	case errors.Is(err, session.ErrServerClosed):
		return fmt.Errorf("%w: %w", err, ErrInputLeft)
	}
	return err
}

// send takes the input to the session, line by line: pieces of lines are sent
// only where a line is too long, and at the end.
func send(ctx context.Context, cfg Config, s *session.Session) error {
	lines := wire.NewChunker(wire.DefaultMaxLine)
	sign := signer{name: cfg.Name}
	for {
		n, end := cfg.In.Read(lines.Space())
		if err := s.Send(ctx, sign.sign(lines.Take(n))); err != nil {
			return nil //nolint:nilerr // ctx has ended: Run knows
		}
		if end == nil {
			continue
		}
		if err := s.Send(ctx, sign.sign(lines.Rest())); err != nil {
			return nil //nolint:nilerr // as above
		}
		if !errors.Is(end, io.EOF) {
			return fmt.Errorf("read the input: %w", end)
		}
		if !cfg.Follow {
			s.Finish()
		}
		return nil
	}
}

// A signer puts a name before each line.
type signer struct {
	name   string
	inside bool // a line has begun in an earlier chunk
	buf    []byte
}

// sign returns chunk with the name before each line that begins in it. The result
// is valid until the next call.
func (s *signer) sign(chunk []byte) []byte {
	if s.name == "" {
		return chunk
	}
	s.buf = s.buf[:0]
	for _, b := range chunk {
		if !s.inside {
			s.buf = append(append(s.buf, s.name...), ": "...)
		}
		s.buf = append(s.buf, b)
		s.inside = b != '\n'
	}
	return s.buf
}
