package server

import (
	"net"
	"net/netip"
	"runtime/debug"

	"golang.org/x/time/rate"
)

// admit makes conn one of the open connections, or says why not. It checks for
// Shutdown under the same lock, so a connection is either refused or waited for.
func (s *Server) admit(conn net.Conn, origin netip.Prefix) Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return RefusedClosing
	}
	if len(s.conns) >= s.maxConns {
		return RefusedFull
	}
	if !s.perIP.addLocked(origin) {
		return RefusedPerIP
	}
	s.conns[conn] = struct{}{}
	return notRefused
}

// refuse closes a connection that was not admitted.
func (s *Server) refuse(conn net.Conn, origin netip.Prefix, reason Refusal) {
	conn.Close()
	refused := s.counters.refused[reason].Add(1)
	switch {
	case reason == RefusedFull && due(&s.fullLog):
		s.log.Warn("too many connections, refusing new ones",
			"max", s.maxConns, "refused", refused)
	case reason == RefusedPerIP && due(&s.perIPLog):
		s.log.Warn("too many connections from one address, refusing new ones",
			"address", originString(origin), "max", s.perIP.limit, "refused", refused)
	}
}

// due reports whether it is time to log. Sometimes runs its function under a lock, so
// the logging stays outside: a log that blocks must not stop the other listeners.
func due(log *rate.Sometimes) bool {
	due := false
	log.Do(func() { due = true })
	return due
}

// serveConn is the goroutine of one connection. It is on the stack for as long as the
// connection lives: with a frame that is small, and a handler that is modest, an idle
// connection gets by with the 2 KiB that a goroutine begins with.
func (s *Server) serveConn(conn net.Conn, origin netip.Prefix) {
	defer s.end(conn, origin) // also when the handler panics or calls runtime.Goexit
	s.handler.Handle(s.ctx, conn)
}

// end, when deferred, keeps a panic of the handler from ending the process, and closes
// the connection.
func (s *Server) end(conn net.Conn, origin netip.Prefix) {
	if reason := recover(); reason != nil {
		s.counters.panics.Add(1)
		s.log.Error("handler panicked",
			"remote", addrString(conn.RemoteAddr()), "panic", reason, "stack", string(debug.Stack()))
	}
	conn.Close()
	s.forget(conn, origin)
}

// forget takes a closed connection out of the open ones. The last one to go after
// Shutdown has begun ends the wait of Shutdown.
func (s *Server) forget(conn net.Conn, origin netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
	s.perIP.removeLocked(origin)
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
