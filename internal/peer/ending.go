package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"syscall"
	"time"

	"bcast/internal/room"
)

// An Ending is why a connection that was in the room is no more.
type Ending uint8

// The endings there are. Where several apply, the first counts.
const (
	EndedPanic      Ending = iota // the server has a fault, which its log tells
	EndedKicked                   // Kick
	EndedCut                      // cut by the room, for a room.Reason
	EndedRefused                  // for a Refusal: what it said first was not for a room
	EndedReplaced                 // its session goes on on another connection
	EndedUnfinished               // Config.Unfinished
	EndedIdle                     // Config.IdleTimeout
	EndedVanished                 // given up by the system: the peer did not answer, or not read
	EndedProtocol                 // it broke the framed protocol
	EndedStopping                 // the server stops
	EndedEOF                      // the client closed, and has everything
	EndedReset                    // the client broke off, or the network did
	endings         = iota
)

var endingNames = [endings]string{
	EndedPanic:      "panic",
	EndedKicked:     "kicked",
	EndedCut:        "cut",
	EndedRefused:    "refused",
	EndedReplaced:   "replaced",
	EndedUnfinished: "unfinished",
	EndedIdle:       "idle",
	EndedVanished:   "vanished",
	EndedProtocol:   "protocol",
	EndedStopping:   "stopping",
	EndedEOF:        "eof",
	EndedReset:      "reset",
}

// String returns one lower-case word, fit for a log or a metric's label.
func (e Ending) String() string {
	if int(e) >= len(endingNames) {
		return fmt.Sprintf("Ending(%d)", uint8(e))
	}
	return endingNames[e]
}

// endingOf finds out why a connection ended: in is how its input did, and out what leaving
// the room returned. detail is why it was cut or refused.
func endingOf(ctx context.Context, in, out error) (ending Ending, detail string) {
	var cut *room.CutError
	var refused *refused
	switch {
	case errors.Is(in, errKicked):
		return EndedKicked, ""
	case errors.As(out, &cut):
		return EndedCut, cut.Reason.String()
	case errors.As(in, &refused):
		return EndedRefused, refused.label
	case errors.Is(in, errReplaced):
		return EndedReplaced, ""
	case errors.Is(in, errUnfinished):
		return EndedUnfinished, ""
	case errors.Is(in, errIdle):
		return EndedIdle, ""
	case errors.Is(in, syscall.ETIMEDOUT), errors.Is(out, syscall.ETIMEDOUT):
		return EndedVanished, ""
	case errors.Is(in, errHello), errors.Is(in, errBadHello), errors.Is(in, errTooLong):
		return EndedProtocol, ""
	case errors.Is(in, room.ErrClosed), ctx.Err() != nil && !errors.Is(in, io.EOF):
		return EndedStopping, ""
	case errors.Is(in, io.EOF) && out == nil:
		return EndedEOF, ""
	default:
		return EndedReset, ""
	}
}

// An over is how a connection ended, and as what.
type over struct {
	ending        Ending
	detail        string // of ending; may be empty
	name, dialect string
}

func (s *session) ending() Ending {
	if s.over == nil {
		return EndedPanic
	}
	return s.over.ending
}

// opened logs that a connection has come.
func (s *session) opened() {
	s.h.cfg.Logger.Info("connected", "connection", s.number, "remote", remote{s.conn})
}

// closed logs what there was of a connection that is over.
func (s *session) closed() {
	log, said := s.h.cfg.Logger, s.said
	if !log.Enabled(context.Background(), slog.LevelInfo) {
		return
	}
	if side := s.framed.Load(); side != nil {
		said = side.member.Said()
	}
	args := []any{"connection", s.number, "remote", remote{s.conn}, "reason", s.ending().String()}
	if o := s.over; o != nil {
		if o.detail != "" {
			args = append(args, o.ending.String(), o.detail)
		}
		args = append(args, "dialect", o.dialect, "name", o.name)
	}
	log.Info("closed", append(args, "duration", time.Since(s.since).Round(time.Millisecond).String(),
		"bytes_in", s.in.received.Load(), "bytes_out", s.out.written.Load(), "lines_in", said, "lines_out", s.place().Delivered())...)
}

// log is the log for what is to be known of this connection.
func (s *session) log() *slog.Logger {
	return s.h.cfg.Logger.With("connection", s.number, "remote", remote{s.conn})
}
