package server

import (
	"fmt"
	"sync/atomic"
)

// Refusal is why a connection was closed without its handler being called, or because its
// handler has asked Admits.
type Refusal uint8

// The reasons there are.
const (
	notRefused       Refusal = iota
	RefusedFull              // Config.MaxConns connections were open
	RefusedPerIP             // Config.MaxConnsPerIP connections from its address were open
	RefusedClosing           // it was accepted just as Shutdown began, or its TLS handshake was under way
	RefusedDenied            // Access does not take connections from its address
	RefusedBanned            // its address is banned
	RefusedSuspended         // accepted just as Suspend was called, or by a listener that cannot be closed; or Admits
)

var refusalNames = [...]string{
	notRefused:       "none",
	RefusedFull:      "full",
	RefusedPerIP:     "per-ip",
	RefusedClosing:   "closing",
	RefusedDenied:    "denied",
	RefusedBanned:    "banned",
	RefusedSuspended: "suspended",
}

// String returns one lower-case word, fit for a log or a metric's label.
func (r Refusal) String() string {
	if int(r) >= len(refusalNames) {
		return fmt.Sprintf("Refusal(%d)", uint8(r))
	}
	return refusalNames[r]
}

// Stats is how a server is, and what it has done since New. The figures are read one
// after another, so while connections come and go they need not add up.
type Stats struct {
	Listening int  // listeners that are accepted from
	Suspended bool // see Suspend
	Stopping  bool // Shutdown has begun
	Bans      int  // see Ban

	// These only ever grow, but for Open.
	Accepted     uint64             // connections taken from listeners, refused ones too
	Open         int                // connections that are open, those in a TLS handshake too
	Refused      map[Refusal]uint64 // connections closed without a handler, or because of Admits; has every reason
	Panics       uint64             // handlers that panicked
	AcceptErrors uint64             // failures to accept that Serve got over

	// HandshakeErrors are the TLS handshakes that failed, but for those that Shutdown
	// ended; it has every reason.
	HandshakeErrors map[HandshakeError]uint64
}

type counters struct {
	accepted     atomic.Uint64
	refused      [len(refusalNames)]atomic.Uint64
	panics       atomic.Uint64
	acceptErrors atomic.Uint64
	handshakes   [len(handshakeErrorNames)]atomic.Uint64
}

// Stats returns the figures as they are now; the maps are the caller's.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	open, listening := len(s.conns), len(s.currentLocked())
	suspended, stopping := s.resumed != nil, s.closing
	s.mu.Unlock()
	refused := make(map[Refusal]uint64)
	for i := range s.counters.refused {
		if reason := Refusal(i); reason != notRefused {
			refused[reason] = s.counters.refused[i].Load()
		}
	}
	failed := make(map[HandshakeError]uint64)
	for i := range s.counters.handshakes {
		failed[HandshakeError(i)] = s.counters.handshakes[i].Load()
	}
	return Stats{
		Listening:       listening,
		Suspended:       suspended,
		Stopping:        stopping,
		Bans:            s.bans.count(),
		Accepted:        s.counters.accepted.Load(),
		Open:            open,
		Refused:         refused,
		Panics:          s.counters.panics.Load(),
		AcceptErrors:    s.counters.acceptErrors.Load(),
		HandshakeErrors: failed,
	}
}
