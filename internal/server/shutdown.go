package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// forceWait is how long handlers have to return after their connections were
// closed by force.
const forceWait = time.Second

// Shutdown stops the server: it cancels the context of the handlers, closes the
// listeners, ends TLS handshakes, interrupts reading, and waits until every handler has returned and every
// connection is closed. Then it returns nil.
//
// When ctx ends first, the connections that are left are closed under their
// handlers, which have one second more to return. The error wraps ctx.Err() and
// says how many connections were closed by force, and how many handlers have not
// returned even so, if any.
//
// Shutdown may be called before Serve, and more than once: each call waits.
func (s *Server) Shutdown(ctx context.Context) error {
	s.beginShutdown()
	if s.waitDrained(ctx.Done()) {
		return nil
	}

	forced := s.closeConns()
	if forced == 0 {
		return nil // the last one went as ctx ended
	}
	patience, cancel := context.WithTimeout(context.Background(), forceWait)
	defer cancel()
	if s.waitDrained(patience.Done()) {
		return fmt.Errorf("shutdown: closed %d connections by force: %w", forced, ctx.Err())
	}
	return fmt.Errorf("shutdown: closed %d connections by force, handlers that did not return: %d: %w",
		forced, s.Stats().Open, ctx.Err())
}

// longAgo, as a deadline, interrupts what waits and all that begins to.
var longAgo = time.Unix(1, 0)

// beginShutdown may be called more than once. Only the first call interrupts reading:
// from then on, read deadlines are the handlers' own.
func (s *Server) beginShutdown() {
	s.mu.Lock()
	first := !s.closing
	s.closing = true
	if first && len(s.conns) == 0 {
		close(s.drained)
	}
	listeners := s.currentLocked()
	var conns []*connection // none is missing: closing lets no other in
	if first {
		conns = s.openLocked()
	}
	s.mu.Unlock()

	// ctx comes first: Serve takes a failing accept for the end once it is cancelled,
	// and so does a handler that set a deadline in place of the one below.
	s.cancel()
	for _, l := range listeners {
		l.close()
	}
	for _, conn := range conns {
		_ = conn.SetReadDeadline(longAgo) // fails where the handler has closed it
		conn.wake()
	}
	s.waiter.stop()
}

// waitDrained waits for the last connection to be gone, and reports false when it
// is not by the time of stop.
func (s *Server) waitDrained(stop <-chan struct{}) bool {
	select {
	case <-s.drained:
		return true
	case <-stop:
		return false
	}
}

// closeConns closes all open connections and returns how many there were. Their
// own goroutines forget them.
func (s *Server) closeConns() int {
	s.mu.Lock()
	conns := s.openLocked()
	s.mu.Unlock()
	for _, conn := range conns {
		conn.Close()
	}
	return len(conns)
}

// openLocked returns a list of its own, for what must not be done under the lock.
func (s *Server) openLocked() []*connection { return slices.Collect(maps.Keys(s.conns)) }
