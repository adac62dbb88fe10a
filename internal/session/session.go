package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/cenkalti/backoff/v5"

	"bcast/internal/wire"
)

const (
	dialTimeout = 10 * time.Second

	// The waits before dialling again: about the first, then longer by half each
	// time up to 50 times the first, each as much as half shorter or longer by
	// chance, so that the clients of a server that comes back do not all come at once.
	waitFactor = 1.5
	waitSpread = 0.5
	waitGrowth = 50
)

// Config is how a Session is made.
type Config struct {
	// Network and Address are where the server is, in the terms of package net.
	Network, Address string

	// Name is what this side asks to be called by a server that speaks frames, until
	// Rename. Empty: the room gives one.
	Name string

	// Lag is wire.LagSkip if the room need not wait for this side: what it is too slow
	// for becomes a Gap.
	Lag string

	// Plain never asks for frames, Framed takes nothing else: then Run ends with
	// ErrNotFramed where the server is a plain one.
	Plain, Framed bool

	// Token is what the room wants. A server that speaks frames does not get it, and has to
	// prove that it has it, too, before anything is said there; another one gets it as the
	// first line, and only where Plain is set. Zero: none.
	Token wire.RoomToken

	// Frames gives each frame as it came, too.
	Frames bool

	// Quiet pings a server only while it owes a receipt, or when nothing has come from
	// it for a minute, and not to know how long an answer takes.
	Quiet bool

	// Reconnect makes Run dial again, for as long as it takes, once a connection
	// that it had is lost. What has not arrived by then is sent in the next one.
	Reconnect bool

	// Patience is for how long Run does so without Reconnect where the server spoke
	// frames: since the break, or since the last line if connections keep breaking.
	// 0: not at all.
	Patience time.Duration

	// FirstWait is about how long Run waits before it dials again, the first time: then
	// longer and longer, up to 50 times as long. 0: DefaultFirstWait.
	FirstWait time.Duration

	// MaxPending is how many messages may wait for their arrival; 8 MiB are the most
	// in any case. 0: DefaultMaxPending.
	MaxPending int

	// Silence is for how long the server may send nothing, after this side has
	// finished, before that counts as the end. 0: DefaultSilence.
	Silence time.Duration

	// Dial makes a connection. nil: a net.Dialer does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Rescue is deferred by each goroutine that Run starts, for who has something to put
	// right before a panic there ends the process. nil: nobody has.
	Rescue func()
}

// The defaults of Config.
const (
	DefaultMaxPending = 1000 // messages
	DefaultSilence    = 5 * time.Second
	DefaultFirstWait  = 200 * time.Millisecond
)

// A Session is a client's side of a room, over any number of connections.
type Session struct {
	cfg Config
	out *outbox

	// Owned by Run.
	handle   func(Event)
	dialect  dialect
	memory   memory    // of the framed dialect
	joined   bool      // Connected was told since the last dial
	progress bool      // a line has come since then
	down     time.Time // since when there is no progress; zero while there is
}

// A dialect is what a server speaks. It is known from the first connection that
// tells, and stays for as long as the Session runs.
type dialect int

const (
	unknown dialect = iota
	plain
	framed
)

// New returns a Session that is not connected yet.
func New(cfg Config) *Session {
	if cfg.MaxPending <= 0 {
		cfg.MaxPending = DefaultMaxPending
	}
	if cfg.Silence <= 0 {
		cfg.Silence = DefaultSilence
	}
	if cfg.FirstWait <= 0 {
		cfg.FirstWait = DefaultFirstWait
	}
	if cfg.Dial == nil {
		cfg.Dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	if cfg.Rescue == nil {
		cfg.Rescue = func() {}
	}
	s := &Session{cfg: cfg, out: newOutbox(cfg.MaxPending)}
	if cfg.Plain {
		s.dialect = plain
	}
	return s
}

// Send puts a copy of chunk, which is one or more lines or a piece of one, into
// the outbox: each line is a message, and an unfinished one goes on in the next
// chunk. It waits while the outbox is full: it holds MaxPending messages, or one
// chunk of more. It returns an id for the chunk, which Delivered has when all of it
// has arrived; that of an empty one is 0. The error is that of ctx. Send, Offer and
// Finish are called by one goroutine at a time.
func (s *Session) Send(ctx context.Context, chunk []byte) (id uint64, err error) {
	return s.out.put(ctx, chunk)
}

// Offer is Send for those who cannot wait: it reports false, and does nothing,
// while the outbox is full. The lines of chunk are one message, unless they are too
// long for the room together.
func (s *Session) Offer(chunk []byte) (id uint64, ok bool) { return s.out.offer(chunk) }

// Rename asks the room to call this side otherwise; "" gives the name up. It comes behind
// what was put into the outbox before, and before what is put there after. The answer is
// a Renamed with the name that the room gives, or a Refused; the name is then what this
// side asks for in other connections, too. While there is none, the last one that was
// asked for waits for the next. Where the server is a plain one, nothing happens. The name
// is up to wire.MaxName bytes long. Rename may be called by any goroutine.
func (s *Session) Rename(name string) { s.out.rename(name) }

// Finish says that nothing more will be sent: when all has arrived, the server is
// told the end of input. It is called once, and is the last.
func (s *Session) Finish() { s.out.close() }

// Pending is how many messages have not arrived yet: without a receipt of a framed
// server, or not handed to the connection with a plain one.
func (s *Session) Pending() int { return s.out.pending() }

// Run connects and calls handle for each event, one after the other, until the
// conversation ends. It returns
//
//   - nil when this side had finished and the server has closed, or is silent;
//   - ctx's error when ctx has ended;
//   - a *DialError when the first connection cannot be made, and ErrTurnedAway when that
//     ends before it is known what the server speaks;
//   - a *RefusedError, a *wire.VersionError, ErrNotFramed, ErrUnproven or ErrKicked where
//     trying again is no use;
//   - without Config.Reconnect, and when Config.Patience is over, ErrServerClosed or
//     what else broke the connection.
//
// It is called once.
func (s *Session) Run(ctx context.Context, handle func(Event)) error {
	s.handle = handle
	longest := waitGrowth * s.cfg.FirstWait
	wait := &backoff.ExponentialBackOff{
		InitialInterval: s.cfg.FirstWait, MaxInterval: longest, Multiplier: waitFactor, RandomizationFactor: waitSpread,
	}
	for connections, attempt := 0, 1; ; attempt++ {
		start := time.Now()
		s.joined, s.progress = false, false
		conn, err := s.dial(ctx)
		if err == nil {
			connections++
			err = s.converse(ctx, conn)
		}
		if s.joined {
			attempt = 1
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil, connections == 0, isFinal(err), s.dialect == unknown && errors.Is(err, ErrTurnedAway):
			return err
		case errors.Is(err, ErrNotFramed) && s.dialect != framed:
			return err
		case errors.Is(err, errRenumber):
			continue
		case time.Since(start) > longest:
			wait.Reset() // it was a good connection: a server that refuses at once is not one
		}
		retry := wait.NextBackOff()
		if s.givesUp(start, retry) {
			return err
		}
		s.handle(Disconnected{Err: err, Attempt: attempt, Retry: retry})
		select {
		case <-time.After(retry):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// givesUp tells whether there is no time left for an attempt after a wait, behind
// one that began at start.
func (s *Session) givesUp(start time.Time, retry time.Duration) bool {
	if s.cfg.Reconnect {
		return false
	}
	now := time.Now()
	if s.progress || s.joined && now.Sub(start) > s.cfg.Patience || s.down.IsZero() {
		s.down = now
	}
	return s.dialect != framed || now.Add(retry).Sub(s.down) > s.cfg.Patience
}

func (s *Session) dial(ctx context.Context) (net.Conn, error) {
	conn, err := s.cfg.Dial(ctx, s.cfg.Network, s.cfg.Address)
	if err != nil {
		return nil, &DialError{Address: s.cfg.Address, Err: err}
	}
	return conn, nil
}

// converse sends and receives on conn until either side ends it, and closes it.
// The error is nil when this side had finished.
func (s *Session) converse(ctx context.Context, conn net.Conn) error {
	start := time.Now()
	l := newLink(conn, s.cfg.Rescue)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	err := s.speak(l)
	stop()
	l.close()
	s.tell() // what the sender did last
	if err != nil && !l.came && ctx.Err() == nil && time.Since(start) < greetingWait {
		return fmt.Errorf("%w: %w", ErrTurnedAway, err)
	}
	return err
}

// speak finds out the server's dialect and speaks it.
func (s *Session) speak(l *link) error {
	if s.dialect == plain {
		return s.plain(l, nil)
	}
	head, greeting, err := s.probe(l)
	switch {
	case err != nil:
		return err
	case greeting != wire.Greeting{}:
		return s.framed(l, greeting.Challenge, head)
	case s.dialect == framed || s.cfg.Framed || !s.cfg.Token.IsZero():
		return ErrNotFramed
	}
	s.dialect = plain
	return s.plain(l, head)
}
