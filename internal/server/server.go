package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
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

	// Access says whose connections are taken; see SetAccess to change it.
	Access Access

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

	waiter        waiter
	counters      counters
	refusalLogs   [len(refusalNames)]rate.Sometimes
	handshakeLogs [len(handshakeErrorNames)]rate.Sometimes
	access        atomic.Pointer[accessList]
	bans          bans
	resuming      sync.Mutex // has one Resume at a time listen

	mu        sync.Mutex    // guards what follows
	closing   bool          // Shutdown has begun; never unset
	resumed   chan struct{} // closed by Resume; nil unless it is suspended
	listeners map[*listener]struct{}
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
	access, err := newAccessList(cfg.Access)
	if err != nil {
		return nil, fmt.Errorf("server config: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		handler:   cfg.Handler,
		maxConns:  cfg.MaxConns,
		log:       cfg.Logger,
		ctx:       ctx,
		cancel:    cancel,
		drained:   make(chan struct{}),
		listeners: make(map[*listener]struct{}),
		conns:     make(map[*connection]struct{}),
		perIP:     perIP{limit: cfg.MaxConnsPerIP},
	}
	s.access.Store(access)
	for i := range s.refusalLogs {
		s.refusalLogs[i].Interval = logInterval
	}
	for i := range s.handshakeLogs {
		s.handshakeLogs[i].Interval = logInterval
	}
	return s, nil
}

// Serve accepts connections from ln, gives each to the handler, and blocks meanwhile.
// To serve several listeners, call it for each from its own goroutine.
//
// It returns [ErrServerClosed] after Shutdown, also when Shutdown was called first.
// Errors of accepting that may pass, such as running out of descriptors, are waited
// out; any other ends Serve and is returned, while connections and other listeners
// go on. In every case ln is closed when Serve returns.
func (s *Server) Serve(ln net.Listener) error { return s.serve(ln, s.open) }

// ServeTLS is Serve for connections that begin with a TLS handshake, which is done in
// the connection's own goroutine and may take 10 s. From accept on, the connection
// counts as open. The handler gets a *tls.Conn, and is to wait for input itself. A
// handshake that fails is counted by its [HandshakeError] and logged, and the handler
// never sees the connection. The error is at once one that says so if cfg, which is
// not changed, has no certificate.
func (s *Server) ServeTLS(ln net.Listener, cfg *tls.Config) error {
	if cfg == nil || len(cfg.Certificates) == 0 && cfg.GetCertificate == nil && cfg.GetConfigForClient == nil {
		ln.Close()
		return errors.New("serve TLS: no certificate")
	}
	cfg = observed(cfg)
	return s.serve(ln, func(c *connection) { go s.openTLS(c, cfg) }) // Shutdown waits for it, until forget
}

// serve gives the connections of ln that are admitted to open.
func (s *Server) serve(ln net.Listener, open func(*connection)) error {
	l := newListener(ln)
	if !s.addListener(l) {
		return ErrServerClosed
	}
	defer s.removeListener(l)

	trouble := acceptTrouble{srv: s, addr: ln.Addr().String()}
	for {
		current := s.awaitListener(l)
		if current == nil {
			return ErrServerClosed
		}
		conn, err := current.Accept()
		if err != nil && s.hasClosed(l, current) {
			continue
		}
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
		open(c)
	}
}
