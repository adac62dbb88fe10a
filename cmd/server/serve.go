package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/admin"
	"bcast/internal/config"
	"bcast/internal/framed"
	"bcast/internal/journal"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/server"
)

// farewellTime is what the last members get, beyond the time to drain, to close
// their side.
const farewellTime = 5 * time.Second

// historyBytes is the most that is kept for those who come later, in bytes of the log.
const historyBytes = 1 << 20

// serve runs the room until ctx ends or a listener fails, and returns when every
// member has everything that was accepted, or the time for that is over.
func serve(ctx context.Context, s settings) error {
	r, err := room.New(room.Config{
		MaxChunk: peer.MaxChunk(s.maxLine),
		Backlog:  s.backlog,
		Patience: s.patience,
		MinRate:  s.minRate,
		Raw:      s.raw,
	})
	if err != nil {
		return err
	}
	r.Keep(journal.Keep{Lines: uint64(s.plainHistory), Bytes: historyBytes})
	var hub *framed.Hub
	if !s.raw {
		hub, err = framed.New(framed.Config{
			Room:     r,
			MaxChunk: peer.MaxChunk(s.maxLine),
			Backlog:  s.backlog,
			Patience: s.patience,
			MinRate:  s.minRate,
			History:  uint64(s.history),
			Keep:     journal.Keep{Lines: uint64(max(s.history, s.plainHistory)), Bytes: historyBytes},
		})
		if err != nil {
			return err
		}
	}
	gate, err := openGate(s.guards, s.log)
	if err != nil {
		return err
	}
	token, err := gate.token()
	if err != nil {
		return err
	}
	members, err := peer.New(peer.Config{
		Token:        token,
		Sanitize:     s.guards.sanitize,
		Room:         r,
		Hub:          hub,
		History:      s.plainHistory,
		MaxLine:      s.maxLine,
		Listen:       s.listenOnEOF,
		HTTPGuard:    s.httpGuard,
		IdleTimeout:  s.idleTimeout,
		Rate:         s.rate,
		Burst:        s.burst,
		DrainTimeout: s.drainTimeout,
		Logger:       s.log,
	})
	if err != nil {
		return err
	}
	srv, err := server.New(server.Config{
		Handler:       members,
		MaxConns:      s.maxClients,
		MaxConnsPerIP: s.maxClientsPerIP,
		Access:        s.guards.access,
		Logger:        s.log,
	})
	if err != nil {
		return err
	}
	monitor := admin.MonitorConfig{Server: srv, Members: members, Room: r, Hub: hub, Version: config.Version(), LogLost: s.logLost, Logger: s.log}
	if gate.certificate != nil {
		monitor.NotAfter = gate.certificate.NotAfter
	}
	closeMonitor, err := openMonitor(ctx, s, monitor)
	if err != nil {
		return err
	}
	defer closeMonitor() // at the very end: it tells that the server drains
	control, err := listenControl(ctx, s)
	if err != nil {
		return err
	}
	listeners, err := listen(ctx, s)
	if err != nil {
		if control != nil {
			control.Close()
		}
		return err
	}
	reloader := newReloader(s, gate, token, members, srv)
	manager := manager{s.log}
	manager.status("Listening on " + strings.Join(addresses(listeners), ", "))
	manager.ready()

	group, ctx := errgroup.WithContext(ctx)
	for _, ln := range listeners {
		group.Go(func() error {
			serve := srv.Serve
			if ln.tls {
				serve = func(ln net.Listener) error { return srv.ServeTLS(ln, gate.tls()) }
			}
			// The server gets what it knows: others it could not close and open again.
			if err := serve(ln.Listener); !errors.Is(err, server.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	group.Go(func() error {
		reloader.run(ctx)
		return nil
	})
	gone := make(chan struct{}) // closed when everybody is
	group.Go(func() error {
		return serveControl(control, admin.ControlConfig{
			Server: srv, Members: members, Room: r, Version: config.Version(),
			Reload: reloader.ask, Stopping: ctx.Done(), Logger: s.log,
		}, gone)
	})
	group.Go(func() error {
		defer close(gone)
		<-ctx.Done()
		s.log.Info("stopping", "members", r.Stats().Members, "drain_timeout", s.drainTimeout.String())
		manager.status(fmt.Sprintf("Stopping: members have %v to read the rest", s.drainTimeout))
		manager.stopping()
		r.Close()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drainTimeout+farewellTime)
		defer cancel()
		err := srv.Shutdown(drain)
		if n := members.Stats().Undelivered; n > 0 {
			return undeliveredError{members: n}
		}
		return err
	})
	err = group.Wait()
	s.log.LogAttrs(ctx, slog.LevelInfo, "stopped", slog.Uint64("published_bytes", r.Stats().Published),
		figures(srv.Stats(), members.Stats(), r.Stats(), hub))
	return err
}

// A listener is one of the plain ones, or of those with TLS.
type listener struct {
	net.Listener
	tls bool
}

func addresses(listeners []listener) (all []string) {
	for _, ln := range listeners {
		all = append(all, ln.Addr().String())
	}
	return all
}

// listen opens all listeners, or takes those that the service manager gives, or none.
func listen(ctx context.Context, s settings) ([]listener, error) {
	var all []listener
	var err error
	if activated() {
		all, err = given(s.guards)
	} else {
		all, err = open(ctx, s)
	}
	if err != nil {
		return nil, err
	}
	for _, ln := range all {
		s.log.Info("listening", "address", ln.Addr().String(), "join", joinCommand(ln))
		if reachable(ln.Addr()) && !s.guards.areSet() {
			s.log.Warn("anybody who can reach this address may join: see --allow, --token-file and --tls-client-ca", "address", ln.Addr().String())
		}
	}
	return all, nil
}

// open opens all listeners that the settings name, or none.
func open(ctx context.Context, s settings) ([]listener, error) {
	var all []listener
	for i, addr := range slices.Concat(s.listen, s.guards.tlsListen) {
		listeners, err := server.Listen(ctx, addr.Network, addr.Address)
		if err != nil {
			closeListeners(all)
			return nil, listenError{addr: addr, err: err}
		}
		for _, ln := range listeners {
			all = append(all, listener{ln, i >= len(s.listen)})
		}
	}
	return all, nil
}

// joinCommand is what a person types to join at a listener.
func joinCommand(ln listener) string {
	addr := ln.Addr()
	switch {
	case ln.tls && addr.Network() == "unix":
		return "bcast-client --tls unix:" + addr.String()
	case addr.Network() == "unix":
		return "nc -U " + addr.String()
	}
	host, port, _ := net.SplitHostPort(addr.String())
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	if ln.tls {
		return "bcast-client tls://" + net.JoinHostPort(host, port)
	}
	return "nc " + host + " " + port
}

// reachable tells whether other machines can connect to addr.
func reachable(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && !tcp.IP.IsLoopback()
}
