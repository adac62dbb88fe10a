package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// ErrServerClosed is returned by [Server.Serve] once Shutdown has begun.
var ErrServerClosed = errors.New("server closed")

// logInterval is the least time between two log lines about one state of affairs
// that clients can bring about as often as they like.
const logInterval = 10 * time.Second

// Config says how a server works. Only Handler is required.
type Config struct {
	Handler  Handler // what serves each connection
	MaxConns int     // most connections open at a time; 0 is DefaultMaxConns()

	// MaxConnsPerIP is the most connections open at a time from one address; 0 is no
	// limit. An IPv6 address counts as its /64, because a host has all addresses of
	// one and could take another for each connection; an IPv4 address counts as
	// itself, also where it is mapped into IPv6. Connections without an IP, as on
	// Unix sockets, are not counted.
	MaxConnsPerIP int

	Logger *slog.Logger // nil discards
}

func (c *Config) validate() error {
	if c.Handler == nil {
		return errors.New("server config: no handler")
	}
	if c.MaxConns < 0 {
		return fmt.Errorf("server config: max conns is %d, must not be negative", c.MaxConns)
	}
	if c.MaxConnsPerIP < 0 {
		return fmt.Errorf("server config: max conns per IP is %d, must not be negative", c.MaxConnsPerIP)
	}
	return nil
}

// Server accepts connections and gives each to its handler. Its methods may be
// called from any goroutine. After Shutdown it cannot be used again.
type Server struct {
	// Set by New and never changed.
	handler  Handler
	maxConns int
	log      *slog.Logger
	ctx      context.Context // given to every handler; cancelled when Shutdown begins
	cancel   context.CancelFunc
	drained  chan struct{} // closed when Shutdown has begun and no connection is left

	waiter   waiter
	counters counters
	fullLog  rate.Sometimes
	perIPLog rate.Sometimes

	mu        sync.Mutex // guards what follows
	closing   bool       // Shutdown has begun; never unset
	listeners map[*onceListener]struct{}
	conns     map[*connection]struct{} // open; gains none once closing is set
	perIP     perIP                    // counts conns by origin; its limit never changes
}

// New returns a server that is not serving yet. The error says what is wrong with
// cfg.
func New(cfg Config) (*Server, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if cfg.MaxConns == 0 {
		cfg.MaxConns = DefaultMaxConns()
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Server{
		handler:   cfg.Handler,
		maxConns:  cfg.MaxConns,
		log:       cfg.Logger,
		ctx:       ctx,
		cancel:    cancel,
		drained:   make(chan struct{}),
		fullLog:   rate.Sometimes{Interval: logInterval},
		perIPLog:  rate.Sometimes{Interval: logInterval},
		listeners: make(map[*onceListener]struct{}),
		conns:     make(map[*connection]struct{}),
		perIP:     perIP{limit: cfg.MaxConnsPerIP},
	}, nil
}

// Serve accepts connections from ln, gives each to the handler, and blocks meanwhile. To serve several listeners, call it for each from
// its own goroutine.
//
// It returns [ErrServerClosed] after Shutdown, also when Shutdown was called first.
// Errors of accepting that may pass, such as running out of descriptors, are waited
// out; any other ends Serve and is returned, while connections and other listeners
// go on. In every case ln is closed when Serve returns.
func (s *Server) Serve(ln net.Listener) error {
	l := newOnceListener(ln)
	defer l.close()
	if !s.addListener(l) {
		return ErrServerClosed
	}
	defer s.removeListener(l)

	trouble := acceptTrouble{srv: s, addr: ln.Addr().String()}
	for {
		conn, err := ln.Accept()
		if err != nil {
			if err := trouble.handle(err); err != nil {
				return err
			}
			continue
		}
		trouble.over()
		s.counters.accepted.Add(1)
		c := &connection{Conn: conn, srv: s}
		if reason := s.admit(c); reason != notRefused {
			s.refuse(conn, reason)
			continue
		}
		s.open(c)
	}
}

// onceListener closes its listener once, whether Serve or Shutdown asks first; the
// other waits until it is done.
type onceListener struct {
	close func()
}

func newOnceListener(ln net.Listener) *onceListener {
	return &onceListener{close: sync.OnceFunc(func() { ln.Close() })}
}

// addListener reports false when Shutdown has begun, which will not close l then.
func (s *Server) addListener(l *onceListener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.listeners[l] = struct{}{}
	return true
}

func (s *Server) removeListener(l *onceListener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
}
