package server

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// Suspend has the server take no more connections until Resume; those that are open
// go on, unless their handler asks Admits. It may be called again.
//
// The listeners are closed, as with Thousand Island, rather than left with nobody who
// accepts: then clients would connect to silence, and what they say to it would come
// all at once with Resume, however old. Whoever connects to a closed one is refused by
// the system at once, knows it, and can try again; a balancer sees that it is to go
// elsewhere, and another server can take the address over. Listeners that are neither
// TCP nor Unix sockets, or that are inherited, cannot be listened on again, so they stay,
// and what they accept is closed and counted as [RefusedSuspended].
func (s *Server) Suspend() {
	s.mu.Lock()
	var closed []*onceListener
	if s.resumed == nil && !s.closing {
		s.resumed = make(chan struct{})
		for l := range s.listeners {
			if l.again != nil && l.current != nil {
				closed = append(closed, l.current)
				l.current = nil
			}
		}
	}
	s.mu.Unlock()
	for _, l := range closed {
		l.close()
	}
}

// Resume ends what Suspend began: it listens where the server did before. If that
// fails for one listener, because another server has the address for example, the
// server stays suspended as a whole, and Resume may be called again. After Shutdown
// the error is [ErrServerClosed].
func (s *Server) Resume() error {
	s.resuming.Lock()
	defer s.resuming.Unlock()
	suspended, err := s.suspendedListeners()
	if err != nil {
		return err
	}
	fresh := make(map[*listener]*onceListener)
	for _, l := range suspended {
		ln, err := l.again(s.ctx)
		if err != nil {
			closeAll(fresh)
			return fmt.Errorf("resume: %w", err)
		}
		fresh[l] = newOnceListener(ln)
	}
	if !s.install(fresh) {
		closeAll(fresh)
		return ErrServerClosed
	}
	closeAll(fresh) // those whose Serve has returned meanwhile
	return nil
}

func (s *Server) suspendedListeners() ([]*listener, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, ErrServerClosed
	}
	var all []*listener
	for l := range s.listeners {
		if l.current == nil {
			all = append(all, l)
		}
	}
	return all, nil
}

// install ends the suspension, unless Shutdown has begun, and takes out of fresh what
// it has given to its listener.
func (s *Server) install(fresh map[*listener]*onceListener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	for l, current := range fresh {
		if _, ok := s.listeners[l]; ok {
			l.current = current
			delete(fresh, l)
		}
	}
	if s.resumed != nil {
		close(s.resumed)
		s.resumed = nil
	}
	return true
}

func closeAll(listeners map[*listener]*onceListener) {
	for _, l := range listeners {
		l.close()
	}
}

// A listener is what one call of Serve accepts from: while the server is suspended,
// nothing.
type listener struct {
	again   func(context.Context) (net.Listener, error) // listens where it did; nil: it cannot
	current *onceListener                               // nil: suspended; guarded by the server's mutex
}

func newListener(ln net.Listener) *listener {
	return &listener{again: relisten(ln), current: newOnceListener(ln)}
}

// relisten returns how to listen where ln does, or nil.
func relisten(ln net.Listener) func(context.Context) (net.Listener, error) {
	address := ln.Addr().String()
	switch ln := ln.(type) {
	case *net.TCPListener:
		network := "tcp"
		if ln.Addr().(*net.TCPAddr).IP.To4() != nil {
			network = "tcp4" // or 0.0.0.0 would become IPv6, too
		}
		return func(ctx context.Context) (net.Listener, error) { return listenTCP().Listen(ctx, network, address) }
	case *net.UnixListener:
		return func(ctx context.Context) (net.Listener, error) { return listenUnix(ctx, address) }
	default:
		return nil
	}
}

// onceListener closes its listener once, whether Serve, Suspend or Shutdown asks
// first; the others wait until it is done.
type onceListener struct {
	net.Listener
	close func()
}

func newOnceListener(ln net.Listener) *onceListener {
	return &onceListener{Listener: ln, close: sync.OnceFunc(func() { ln.Close() })}
}

// addListener reports false when Shutdown has begun; then it has closed l.
func (s *Server) addListener(l *listener) bool {
	first := l.current
	s.mu.Lock()
	closing := s.closing
	if !closing {
		s.listeners[l] = struct{}{}
		if s.resumed != nil && l.again != nil {
			l.current = nil
		}
	}
	open := !closing && l.current != nil
	s.mu.Unlock()
	if !open {
		first.close()
	}
	return !closing
}

func (s *Server) removeListener(l *listener) {
	s.mu.Lock()
	delete(s.listeners, l)
	current := l.current
	s.mu.Unlock()
	if current != nil {
		current.close()
	}
}

// awaitListener returns what to accept from; while the server is suspended, it waits.
// It is nil once Shutdown has begun.
func (s *Server) awaitListener(l *listener) *onceListener {
	for {
		s.mu.Lock()
		current, resumed := l.current, s.resumed
		s.mu.Unlock()
		if current != nil {
			return current
		}
		select {
		case <-resumed:
		case <-s.ctx.Done():
			return nil
		}
	}
}

// hasClosed reports whether Suspend has closed what l accepted from.
func (s *Server) hasClosed(l *listener, current *onceListener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return l.current != current
}

// currentLocked returns what is listened on.
func (s *Server) currentLocked() []*onceListener {
	var all []*onceListener
	for l := range s.listeners {
		if l.current != nil {
			all = append(all, l.current)
		}
	}
	return all
}
