package peer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"bcast/internal/framed"
	"bcast/internal/room"
	"bcast/internal/wire"
)

// Config is how a Handler is made. Room is required.
type Config struct {
	Room *room.Room

	// Hub is for connections that speak frames. nil: none may.
	Hub *framed.Hub

	// MaxLine is the longest line that stays whole, in bytes with its newline.
	// 0: each read is published as it comes, which is raw framing.
	MaxLine int

	// History is how many lines a plain member gets of what was said before it came, as
	// far as the room has them.
	History int

	// Listen keeps a connection as a listener after the end of its input.
	// Otherwise that ends it.
	Listen bool

	// IdleTimeout ends a connection on which nothing has come or gone for so long,
	// or up to a quarter longer. 0: none.
	IdleTimeout time.Duration

	// Rate is how many bytes a second a connection may send on average, and Burst how
	// many at once: over it, the connection is not read for a while. 0: no limit, and
	// as many as in a second.
	Rate, Burst int

	// Unfinished is how many bytes of lines and frames may have begun and not ended, of all
	// connections together, where up to 4 KiB of each do not count. Over it, those end that
	// have begun first; one alone may have as much as a line or frame is long. 0:
	// DefaultUnfinished.
	Unfinished int

	// HTTPGuard refuses connections that begin with an HTTP request, or with TLS.
	HTTPGuard bool

	// Sanitize makes visible what a terminal might obey in what is said, for rooms where
	// people sit at a bare nc: for all members, as all read one log.
	Sanitize bool

	// Token is what a connection has to say, or to prove that it has it, before it is a
	// member. Zero: none. SetToken changes it.
	Token wire.RoomToken

	// Admits is asked whether a connection is still let in, once Members has it: whoever was
	// refused meanwhile, while it spoke TLS or had still to tell the token, is no member. nil:
	// all are.
	Admits func(conn net.Conn) bool

	// DrainTimeout is how long a connection may take to deliver the rest once
	// the server closes down. 0: not at all.
	DrainTimeout time.Duration

	Logger *slog.Logger // nil: nothing is logged
}

// A Handler serves connections as members of a room. It may serve any number of
// them at a time.
type Handler struct {
	cfg      Config
	buffers  buffers
	sessions sessions
	token    atomic.Pointer[wire.RoomToken]
	guesses  guesses
	stats    struct{ undelivered, idle, vanished atomic.Uint64 }
	refused  tally

	unfinished unfinished
}

// New returns a Handler, or an error that says what is wrong with cfg.
func New(cfg Config) (*Handler, error) {
	switch {
	case cfg.Room == nil:
		return nil, errors.New("peer: no room")
	case cfg.MaxLine < 0 || cfg.MaxLine > wire.LimitMaxLine:
		return nil, fmt.Errorf("peer: longest line of %d bytes, want 0 to %d", cfg.MaxLine, wire.LimitMaxLine)
	case cfg.History < 0:
		return nil, fmt.Errorf("peer: history of %d lines, want none negative", cfg.History)
	case cfg.DrainTimeout < 0 || cfg.IdleTimeout < 0:
		return nil, fmt.Errorf("peer: drain timeout of %v, idle timeout of %v, want none negative", cfg.DrainTimeout, cfg.IdleTimeout)
	case cfg.Unfinished < 0:
		return nil, fmt.Errorf("peer: %d bytes of what has begun, want none negative", cfg.Unfinished)
	case cfg.Rate < 0 || cfg.Burst < 0:
		return nil, fmt.Errorf("peer: rate of %d and burst of %d bytes, want none negative", cfg.Rate, cfg.Burst)
	}
	if cfg.Burst == 0 {
		cfg.Burst = cfg.Rate
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Handler{cfg: cfg, unfinished: unfinished{most: cmp.Or(cfg.Unfinished, DefaultUnfinished)}}
	h.buffers.free.New = func() any { return wire.NewChunker(cfg.MaxLine) }
	h.buffers.reading = make(chan struct{}, maxReading)
	for i := range h.refused {
		h.refused[i].log.Interval = refusalLog
	}
	h.SetToken(cfg.Token)
	return h, nil
}

// SetToken changes the token for connections that come from now on; zero is none. Who is
// a member stays one.
func (h *Handler) SetToken(token wire.RoomToken) { h.token.Store(&token) }

// MaxChunk is the longest chunk in bytes that a Handler for lines of up to maxLine
// bytes publishes.
func MaxChunk(maxLine int) int { return wire.MaxChunk(maxLine) + wire.MaxSniff }

// Stats are a Handler's figures since it was made.
type Stats struct {
	Undelivered uint64                // members who had not everything when the time to drain was over
	Refused     [len(refusals)]uint64 // connections that were not let in, by Refusal
	Idle        uint64                // connections ended by Config.IdleTimeout
	Vanished    uint64                // connections given up by the system, because the peer did not answer or read
}

// Stats returns the handler's figures.
func (h *Handler) Stats() Stats {
	s := Stats{
		Undelivered: h.stats.undelivered.Load(),
		Idle:        h.stats.idle.Load(),
		Vanished:    h.stats.vanished.Load(),
	}
	for reason := range h.refused {
		s.Refused[reason] = h.refused[reason].count.Load()
	}
	return s
}

// Open begins the life of a connection:
//
//  0. Where the room has a token, it says that, or proves that it has it, in up to 10 s,
//     see admission.
//  1. It joins the room: what others publish from now on will reach it.
//  2. It is read when there is something, and what it sends is published chunk by
//     chunk. If its first line is an HTTP request, nothing is.
//  3. Its input ends: by the peer's FIN, by an error, or by a read deadline, which
//     the server sets once ctx has ended. After a FIN it may stay as a listener.
//  4. It leaves the room: what was published before is written to it.
//  5. An HTTP client gets its answer. The write side is shut down, and the rest
//     of the input is read and thrown away until the peer closes too: closing a
//     socket with unread input would reset it, and destroy what was delivered.
//
// Without a token, the first of these is done when Open returns; the others are what
// serve does. It returns true when there is nothing to read for now and wants to be
// called again when there is, or when wake has been called; where wake is nil, it waits
// itself. The connection is not closed; it is the caller's again when serve returns
// false. Open returns nil once the room is closed, and where Config.Admits says no.
func (h *Handler) Open(conn net.Conn, wake func()) (serve func(ctx context.Context) (waits bool)) {
	if token := *h.token.Load(); !token.IsZero() {
		return h.admit(conn, token, wake)
	}
	s := h.newSession(conn, wake, unknown)
	if s == nil {
		return nil
	}
	return s.serve
}

// newSession makes a member of the room of a connection, whose dialect is known so far as
// stage tells. It returns nil once the room is closed, and where it is not let in any more.
func (h *Handler) newSession(conn net.Conn, wake func(), stage stage) *session {
	raw := rawConn(conn)
	if wake != nil && (raw == nil || !canReceive) {
		wake() // to be served at once, and wait in there
		wake = nil
	}
	s := &session{h: h, since: time.Now(), conn: conn, wake: wake}
	s.in.init(conn, raw, &h.buffers, wake == nil)
	s.out.init(conn, raw, wake)
	s.guard.off = !h.cfg.HTTPGuard
	var err error
	if s.member, err = h.cfg.Room.Enter(&s.out, room.Entrance{Held: true, Past: uint64(h.cfg.History)}); err != nil {
		return nil
	}
	s.limit()
	h.sessions.add(s)
	if h.cfg.Admits != nil && !h.cfg.Admits(conn) {
		s.idle.stop()
		_ = s.member.Leave(expired)
		h.sessions.forget(s)
		return nil
	}
	s.opened()
	s.open(stage)
	return s
}
