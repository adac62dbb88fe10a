package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"bcast/internal/room"
	"bcast/internal/wire"
)

const (
	// linger is how long a connection whose peer has not closed is still read
	// after the write side was shut down.
	linger = 2 * time.Second

	// settlePoll is how often a closing connection looks at what the peer has
	// acknowledged.
	settlePoll = 50 * time.Millisecond
)

// Config is how a Handler is made. Room is required.
type Config struct {
	Room *room.Room

	// MaxLine is the longest line that stays whole, in bytes with its newline.
	// 0: each read is published as it comes, which is raw framing.
	MaxLine int

	// Listen keeps a connection as a listener after the end of its input.
	// Otherwise that ends it.
	Listen bool

	// HTTPGuard refuses connections that begin with an HTTP request.
	HTTPGuard bool

	// DrainTimeout is how long a connection may take to deliver the rest once
	// the server closes down. 0: not at all.
	DrainTimeout time.Duration

	Logger *slog.Logger // nil: nothing is logged
}

// A Handler serves connections as members of a room. It may serve any number of
// them at a time.
type Handler struct {
	cfg   Config
	pool  sync.Pool // of *wire.Chunker, for connections that have something to say
	stats struct{ undelivered, refusedHTTP atomic.Uint64 }
}

// New returns a Handler, or an error that says what is wrong with cfg.
func New(cfg Config) (*Handler, error) {
	switch {
	case cfg.Room == nil:
		return nil, errors.New("peer: no room")
	case cfg.MaxLine < 0 || cfg.MaxLine > wire.LimitMaxLine:
		return nil, fmt.Errorf("peer: longest line of %d bytes, want 0 to %d", cfg.MaxLine, wire.LimitMaxLine)
	case cfg.DrainTimeout < 0:
		return nil, fmt.Errorf("peer: drain timeout of %v, want none negative", cfg.DrainTimeout)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Handler{cfg: cfg}
	h.pool.New = func() any { return wire.NewChunker(cfg.MaxLine) }
	return h, nil
}

// MaxChunk is the longest chunk in bytes that a Handler for lines of up to maxLine
// bytes publishes.
func MaxChunk(maxLine int) int { return wire.MaxChunk(maxLine) + wire.MaxSniff }

// Stats are a Handler's figures since it was made.
type Stats struct {
	Undelivered uint64 // members who had not everything when the time to drain was over
	RefusedHTTP uint64 // connections that began with an HTTP request
}

// Stats returns the handler's figures.
func (h *Handler) Stats() Stats {
	return Stats{Undelivered: h.stats.undelivered.Load(), RefusedHTTP: h.stats.refusedHTTP.Load()}
}

// Handle is the life of one connection:
//
//  1. It joins the room: what others publish from now on will reach it.
//  2. It is read, and what it sends is published chunk by chunk. If its first
//     line is an HTTP request, nothing is.
//  3. Its input ends: by the peer's FIN, by an error, or by a read deadline, which
//     the server sets once ctx has ended. After a FIN it may stay as a listener.
//  4. It leaves the room: what was published before is written to it.
//  5. An HTTP client gets its answer. The write side is shut down, and the rest
//     of the input is read and thrown away until the peer closes too: closing a
//     socket with unread input would reset it, and destroy what was delivered.
//
// The connection is not closed; it is the caller's again when Handle returns.
func (h *Handler) Handle(ctx context.Context, conn net.Conn) {
	raw := rawConn(conn)
	out := newSink(conn, raw)
	m, err := h.cfg.Room.Join(out)
	if err != nil {
		return // the server is closing down
	}
	defer func() { _ = m.Leave(expired) }() // for a panic below
	h.cfg.Logger.Debug("joined", "remote", remote{conn})

	end := h.read(newSource(conn, raw, &h.pool), m)
	h.leave(ctx, conn, out, m, end)
}

// read publishes what arrives until the input ends, and returns why it did:
// io.EOF for the peer's FIN.
func (h *Handler) read(in *source, m *room.Member) error {
	defer in.give()
	guard := &guard{publish: m.Publish, off: !h.cfg.HTTPGuard}
	for {
		chunk, end := in.read()
		if err := guard.Publish(chunk); err != nil {
			return err
		}
		if end == nil {
			continue
		}
		if isTimeout(end) {
			return end // the server stops reading: an unfinished line was not accepted
		}
		if err := guard.Publish(in.rest()); err != nil {
			return err
		}
		if err := guard.Flush(); err != nil {
			return err
		}
		return end
	}
}

// leave is what follows when the input has ended.
func (h *Handler) leave(ctx context.Context, conn net.Conn, out *sink, m *room.Member, end error) {
	if h.cfg.Listen && errors.Is(end, io.EOF) {
		select {
		case <-m.Done():
		case <-ctx.Done():
		}
	}

	grace, cancel := h.grace(ctx)
	defer cancel()
	err := m.Leave(grace)
	log := h.cfg.Logger.With("remote", remote{conn})
	log.Debug("left", "input", end, "output", err)
	if cut := (*room.CutError)(nil); errors.As(err, &cut) {
		log.Warn("member cut", "reason", cut.Reason.String(), "bytes_behind", cut.Bytes, "lines_behind", cut.Lines)
		if cut.Reason == room.Undelivered {
			h.stats.undelivered.Add(1)
		}
		return
	}
	if errors.Is(end, errHTTP) {
		h.stats.refusedHTTP.Add(1)
		log.Info("refused an HTTP request")
		_ = conn.SetWriteDeadline(time.Now().Add(linger))
		_, _ = out.Write([]byte(badRequest))
	}
	if err == nil && !h.part(ctx, grace, conn, out, errors.Is(end, io.EOF)) {
		h.stats.undelivered.Add(1)
		log.Warn("member cut", "reason", room.Undelivered.String(), "bytes_unacknowledged", out.Unacked())
	}
}

// part ends the conversation so that nothing that was written is destroyed: it
// shuts down the write side and reads until the peer has closed too, for at most
// linger. Once the server is closing down (ctx), it also waits until the peer's
// system has acknowledged everything, and reports false if it had not when grace
// ended.
func (h *Handler) part(ctx, grace context.Context, conn net.Conn, out *sink, closed bool) bool {
	if c, ok := conn.(interface{ CloseWrite() error }); ok && c.CloseWrite() != nil {
		return true // the peer is gone
	}
	wait := time.NewTicker(settlePoll)
	defer wait.Stop()
	for start := time.Now(); ; {
		if closed || time.Since(start) >= linger {
			if ctx.Err() == nil || out.Unacked() == 0 {
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
		_ = conn.SetReadDeadline(time.Now().Add(max(settlePoll, linger-time.Since(start))))
		_, err := io.Copy(io.Discard, conn)
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

func (r remote) LogValue() slog.Value {
	addr := r.RemoteAddr().String()
	if addr == "" || addr == "@" {
		addr = r.LocalAddr().String() // of a Unix socket only the path has a name
	}
	return slog.StringValue(addr)
}
