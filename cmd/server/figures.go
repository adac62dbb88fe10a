package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"bcast/internal/peer"
)

// figures are what the log says at the end: how much was said, how many connections came, and
// what happened to those that were not let in, or not kept, by reason.
func (h *host) figures() slog.Attr {
	srv, members, lines := h.server.Stats(), h.members.Stats(), h.room.Stats()
	refused, handshakes, cut := make(count), make(count), make(count)
	for reason, n := range srv.Refused {
		refused.add(reason, n)
	}
	for reason, n := range members.Refused {
		refused.add(peer.Refusal(reason), n)
	}
	for reason, n := range srv.HandshakeErrors {
		handshakes.add(reason, n)
	}
	for reason, n := range lines.Cuts {
		cut.add(reason, n)
	}
	if h.hub != nil {
		for reason, n := range h.hub.Stats().Log.Cuts {
			cut.add(reason, n)
		}
	}
	return slog.GroupAttrs("", // its parts stand in the line itself
		slog.Uint64("published_bytes", lines.Published),
		slog.Uint64("accepted", srv.Accepted),
		slog.Uint64("accept_errors", srv.AcceptErrors),
		slog.Uint64("panics", srv.Panics),
		refused.attr("refused"),
		handshakes.attr("handshakes_failed"),
		cut.attr("cut"),
		slog.Uint64("idle", members.Idle),
		slog.Uint64("vanished", members.Vanished),
	)
}

// A count is how often something happened, by reason.
type count map[string]uint64

func (c count) add(reason fmt.Stringer, n uint64) {
	c[strings.ReplaceAll(reason.String(), "-", "_")] += n
}

// attr has the reasons for which it happened at all.
func (c count) attr(name string) slog.Attr {
	var some []slog.Attr
	for reason, n := range c {
		if n > 0 {
			some = append(some, slog.Uint64(reason, n))
		}
	}
	slices.SortFunc(some, func(a, b slog.Attr) int { return strings.Compare(a.Key, b.Key) })
	return slog.GroupAttrs(name, some...)
}
