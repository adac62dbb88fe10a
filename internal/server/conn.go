package server

import (
	"context"
	"crypto/tls"
	"net"
	"runtime/debug"
	"sync/atomic"

	"golang.org/x/time/rate"
)

// A connection is one that was accepted and is not closed yet.
type connection struct {
	net.Conn // what the listener returned

	srv   *Server
	tls   *tls.Conn                          // what the handler has in its place, once the handshake is done; or nil
	serve func(context.Context) (waits bool) // nil until it is open, or if it never is
	state atomic.Int32
	fd    int // the descriptor by which the waiter has it; guarded by the waiter's mutex
}

// The states of a connection.
const (
	serving int32 = iota // it has a goroutine, which serves it
	again                // it has, and is to be served once more
	waiting              // it has none
)

// admit makes c one of the open connections, or says why not. It checks for
// Shutdown under the same lock, so a connection is either refused or waited for.
func (s *Server) admit(c *connection) Refusal {
	if reason := s.refusesAddr(c); reason != notRefused {
		return reason
	}
	origin := s.perIP.originOf(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return RefusedClosing
	}
	if s.resumed != nil {
		return RefusedSuspended
	}
	if len(s.conns) >= s.maxConns {
		return RefusedFull
	}
	if !s.perIP.addLocked(origin) {
		return RefusedPerIP
	}
	s.conns[c] = struct{}{}
	return notRefused
}

// Admits tells whether conn, which was accepted, would be taken now as well: its address may
// have been banned since, or the server suspended. It is for handlers with whom a connection
// is not yet what Ban and Suspend mean by open. Where it would not be, that is counted and
// logged as one that was refused, and the handler is to end it.
func (s *Server) Admits(conn net.Conn) bool {
	reason := s.refusesAddr(conn)
	s.mu.Lock()
	isSuspended := s.resumed != nil
	s.mu.Unlock()
	switch {
	case reason == notRefused && !isSuspended:
		return true
	case reason == notRefused:
		reason = RefusedSuspended
	}
	s.logRefusal(conn, reason, s.counters.refused[reason].Add(1))
	return false
}

// refuse closes a connection that was not admitted.
func (s *Server) refuse(conn net.Conn, reason Refusal) {
	refused := s.counters.refused[reason].Add(1) // before the peer can know of it
	conn.Close()
	s.logRefusal(conn, reason, refused)
}

// logRefusal logs that a connection was not admitted, the refused-th for a reason, unless the
// log has had one of its kind just now.
func (s *Server) logRefusal(conn net.Conn, reason Refusal, refused uint64) {
	if !due(&s.refusalLogs[reason]) {
		return
	}
	switch reason {
	case RefusedFull:
		s.log.Warn("too many connections, refusing new ones",
			"max", s.maxConns, "refused", refused)
	case RefusedPerIP:
		s.log.Warn("too many connections from one address, refusing new ones",
			"address", originString(s.perIP.originOf(conn)), "max", s.perIP.limit, "refused", refused)
	case RefusedDenied:
		s.log.Warn("connections from an address that is not let in, refusing them",
			"address", addrOf(conn), "refused", refused)
	case RefusedBanned:
		s.log.Warn("connections from an address that is banned, refusing them",
			"address", addrOf(conn), "refused", refused)
	default: // the operator has brought it about, and knows
	}
}

// due reports whether it is time to log. Sometimes runs its function under a lock, so
// the logging stays outside: a log that blocks must not stop the other listeners.
func due(log *rate.Sometimes) bool {
	due := false
	log.Do(func() { due = true })
	return due
}

// open gives c to the handler, and has it served.
func (s *Server) open(c *connection) {
	isOver := true
	defer s.end(c, &isOver)
	var wake func()
	if s.waiter.add(c) {
		wake = c.wake
	}
	if c.serve = s.handler.Open(c.Conn, wake); c.serve == nil {
		return
	}
	isOver = false
	if wake == nil || !c.state.CompareAndSwap(serving, waiting) {
		go s.serveConn(c) // Shutdown waits for it, until forget
	}
}

// serveConn is the goroutine of a connection, until it waits or is over.
func (s *Server) serveConn(c *connection) {
	isOver := true
	defer s.end(c, &isOver) // also when the handler panics or calls runtime.Goexit
	for c.serve(s.ctx) {
		if c.state.CompareAndSwap(serving, waiting) {
			isOver = false
			return
		}
		c.state.Store(serving)
	}
}

// wake has a connection served that waits; one that is being served, once more.
func (c *connection) wake() {
	for {
		switch c.state.Load() {
		case waiting:
			if c.state.CompareAndSwap(waiting, serving) {
				go c.srv.serveConn(c) // Shutdown waits for it, until forget
				return
			}
		case serving:
			if c.state.CompareAndSwap(serving, again) {
				return
			}
		default:
			return
		}
	}
}

// end, when deferred, keeps a panic of the handler from ending the process, and closes
// the connection if it is over.
func (s *Server) end(c *connection, isOver *bool) {
	if !*isOver {
		return
	}
	if reason := recover(); reason != nil {
		s.counters.panics.Add(1)
		s.log.Error("handler panicked",
			"remote", addrString(c.RemoteAddr()), "panic", reason, "stack", string(debug.Stack()))
	}
	s.waiter.remove(c) // before its descriptor is another's
	if c.tls != nil {
		_ = c.tls.Close() // says so to the peer, for which it waits up to 5 s
	}
	c.Close()
	s.forget(c)
}

// forget takes a closed connection out of the open ones. The last one to go after
// Shutdown has begun ends the wait of Shutdown.
func (s *Server) forget(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.perIP.removeLocked(s.perIP.originOf(c))
	if s.closing && len(s.conns) == 0 {
		close(s.drained)
	}
}

// addrString allows for the address to be nil: some systems do not know it any more
// when the peer has reset the connection before it was accepted.
func addrString(addr net.Addr) string {
	if addr == nil {
		return "unknown"
	}
	return addr.String()
}
