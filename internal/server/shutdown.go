package server

import (
	"context"
	"fmt"
	"net"
	"time"
)

// forceWait is how long handlers have to return after their connections were
// closed by force.
const forceWait = time.Second

// Shutdown stops the server: it cancels the context of the handlers, closes the
// listeners and waits until every handler has returned and every connection is
// closed. Then it returns nil.
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

// beginShutdown may be called more than once.
func (s *Server) beginShutdown() {
	s.mu.Lock()
	if !s.closing && len(s.conns) == 0 {
		close(s.drained)
	}
	s.closing = true
	listeners := make([]*onceListener, 0, len(s.listeners))
	for l := range s.listeners {
		listeners = append(listeners, l)
	}
	s.mu.Unlock()

	// In this order: Serve takes a failing accept for the end once ctx is cancelled.
	s.cancel()
	for _, l := range listeners {
		l.close()
	}
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
	conns := make([]net.Conn, 0, len(s.conns))
	for conn := range s.conns {
		conns = append(conns, conn)
	}
	s.mu.Unlock()
	for _, conn := range conns {
		conn.Close()
	}
	return len(conns)
}
