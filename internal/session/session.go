package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	dialTimeout = 10 * time.Second

	// readSize is the size in bytes of the read buffer, and of the longest
	// Received.
	readSize = 64 << 10

	// The waits before dialling again: about the first, then longer by half each
	// time up to the last, each as much as half shorter or longer by chance, so
	// that the clients of a server that comes back do not all come at once.
	firstWait = 200 * time.Millisecond
	lastWait  = 10 * time.Second
)

// ErrServerClosed is returned by Run when the server has closed the connection
// before this side was finished.
var ErrServerClosed = errors.New("the server closed the connection")

// A DialError says that there is no connection to be had.
type DialError struct {
	Address string
	Err     error
}

func (e *DialError) Error() string { return fmt.Sprintf("cannot connect to %s: %v", e.Address, e.Err) }
func (e *DialError) Unwrap() error { return e.Err }

// Config is how a Session is made.
type Config struct {
	// Network and Address are where the server is, in the terms of package net.
	Network, Address string

	// Reconnect makes Run dial again, for as long as it takes, once a connection
	// that it had is lost. What was not sent by then is sent in the next one.
	Reconnect bool

	// MaxPending is how many lines may wait to be sent. 0: DefaultMaxPending.
	MaxPending int

	// Silence is for how long the server may send nothing, after this side has
	// finished, before that counts as the end. 0: DefaultSilence.
	Silence time.Duration
}

// The defaults of Config.
const (
	DefaultMaxPending = 1000 // lines
	DefaultSilence    = 5 * time.Second
)

// A Session is a client's side of a room, over any number of connections.
type Session struct {
	cfg Config
	out *outbox
}

// New returns a Session that is not connected yet.
func New(cfg Config) *Session {
	if cfg.MaxPending <= 0 {
		cfg.MaxPending = DefaultMaxPending
	}
	if cfg.Silence <= 0 {
		cfg.Silence = DefaultSilence
	}
	return &Session{cfg: cfg, out: newOutbox(cfg.MaxPending)}
}

// Send puts a copy of chunk, which is one or more lines or a piece of one, into
// the outbox. It waits while the outbox is full: it holds MaxPending lines, or one
// chunk of more. The error is that of ctx. Send, Offer and Finish are called by
// one goroutine at a time.
func (s *Session) Send(ctx context.Context, chunk []byte) error { return s.out.put(ctx, chunk) }

// Offer is Send for those who cannot wait: it reports false, and does nothing,
// while the outbox is full.
func (s *Session) Offer(chunk []byte) bool { return s.out.offer(chunk) }

// Finish says that nothing more will be sent: when the outbox is empty, the
// server is told the end of input. It is called once, and is the last.
func (s *Session) Finish() { s.out.close() }

// Pending is how many lines have not been handed to the connection yet.
func (s *Session) Pending() int { return s.out.pending() }

// Run connects and calls handle for each event, one after the other, until the
// conversation ends. It returns
//
//   - nil when this side had finished and the server has closed, or is silent;
//   - ctx's error when ctx has ended;
//   - a *DialError when the first connection cannot be made;
//   - without Config.Reconnect, ErrServerClosed or what broke the connection.
//
// It is called once.
func (s *Session) Run(ctx context.Context, handle func(Event)) error {
	wait := &backoff.ExponentialBackOff{
		InitialInterval: firstWait, MaxInterval: lastWait, Multiplier: 1.5, RandomizationFactor: 0.5,
	}
	for connections, attempt := 0, 1; ; attempt++ {
		start := time.Now()
		conn, err := s.dial(ctx)
		if err == nil {
			connections++
			attempt = 1
			handle(Connected{})
			err = s.converse(ctx, conn, handle)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil, connections == 0, !s.cfg.Reconnect:
			return err
		case time.Since(start) > lastWait:
			wait.Reset() // it was a good connection: a server that refuses at once is not one
		}
		retry := wait.NextBackOff()
		handle(Disconnected{Err: err, Attempt: attempt, Retry: retry})
		select {
		case <-time.After(retry):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Session) dial(ctx context.Context) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(ctx, s.cfg.Network, s.cfg.Address)
	if err != nil {
		return nil, &DialError{Address: s.cfg.Address, Err: err}
	}
	return conn, nil
}

// converse sends and receives on conn until either side ends it, and closes it.
// The error is nil when this side had finished.
func (s *Session) converse(ctx context.Context, conn net.Conn, handle func(Event)) error {
	c := &connection{Conn: conn, silence: s.cfg.Silence}
	open, abort := context.WithCancel(ctx)
	stop := context.AfterFunc(open, func() { _ = conn.Close() })
	written := make(chan struct{})
	go func() { // converse waits for it
		defer close(written)
		c.send(open, s.out)
	}()
	err := c.receive(handle)
	abort()
	<-written
	if stop() {
		_ = conn.Close()
	}
	return err
}

// A connection is one TCP connection of a session.
type connection struct {
	net.Conn
	silence  time.Duration
	finished atomic.Bool // this side has told its end of input
}

// send writes the outbox to the connection, and the end of input behind the last
// of it. It returns early when ctx ends, and at an error, which receive will see
// too.
func (c *connection) send(ctx context.Context, out *outbox) {
	for {
		chunk, err := out.next(ctx)
		if errors.Is(err, io.EOF) {
			c.finished.Store(true) // before the server can answer by closing
			if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite() // an error is receive's too
			}
			_ = c.SetReadDeadline(time.Now().Add(c.silence))
			return
		}
		if err != nil {
			return
		}
		n, err := c.Write(chunk)
		out.sent(n)
		if err != nil {
			return
		}
	}
}

// receive reads until the connection ends.
func (c *connection) receive(handle func(Event)) error {
	buf := make([]byte, readSize)
	for {
		n, err := c.Read(buf)
		if n > 0 {
			handle(Received{Data: buf[:n]})
		}
		switch {
		case err == nil:
			if c.finished.Load() {
				_ = c.SetReadDeadline(time.Now().Add(c.silence))
			}
		case errors.Is(err, io.EOF) && !c.finished.Load():
			return ErrServerClosed
		case errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded): // a dead link's ETIMEDOUT is another
			return nil
		default:
			return err
		}
	}
}
