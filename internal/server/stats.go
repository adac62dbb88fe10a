package server

import (
	"fmt"
	"sync/atomic"
)

// Refusal is why a connection was closed without its handler being called.
type Refusal uint8

// The reasons there are.
const (
	notRefused     Refusal = iota
	RefusedFull            // Config.MaxConns connections were open
	RefusedPerIP           // Config.MaxConnsPerIP connections from its address were open
	RefusedClosing         // it was accepted just as Shutdown began
)

var refusalNames = [...]string{
	notRefused:     "none",
	RefusedFull:    "full",
	RefusedPerIP:   "per-ip",
	RefusedClosing: "closing",
}

// String returns one lower-case word, fit for a log or a metric's label.
func (r Refusal) String() string {
	if int(r) >= len(refusalNames) {
		return fmt.Sprintf("Refusal(%d)", uint8(r))
	}
	return refusalNames[r]
}

// Stats is what a server has done since New. All but Open only ever grow. The
// figures are read one after another, so while connections come and go they need
// not add up.
type Stats struct {
	Accepted     uint64             // connections taken from listeners, refused ones too
	Open         int                // connections whose handler has been called and has not returned
	Refused      map[Refusal]uint64 // connections closed without a handler; has every reason
	Panics       uint64             // handlers that panicked
	AcceptErrors uint64             // failures to accept that Serve got over
}

type counters struct {
	accepted     atomic.Uint64
	refused      [len(refusalNames)]atomic.Uint64
	panics       atomic.Uint64
	acceptErrors atomic.Uint64
}

// Stats returns the figures as they are now; the map is the caller's.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	open := len(s.conns)
	s.mu.Unlock()
	refused := make(map[Refusal]uint64)
	for _, reason := range []Refusal{RefusedFull, RefusedPerIP, RefusedClosing} {
		refused[reason] = s.counters.refused[reason].Load()
	}
	return Stats{
		Accepted:     s.counters.accepted.Load(),
		Open:         open,
		Refused:      refused,
		Panics:       s.counters.panics.Load(),
		AcceptErrors: s.counters.acceptErrors.Load(),
	}
}
