package main

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"bcast/internal/server"
)

// serve runs the room until ctx ends or a listener fails, and returns when every
// member has everything that was accepted, or the time for that is over.
func serve(ctx context.Context, s settings) error {
	h, err := newHost(s)
	if err != nil {
		return err
	}
	closeMonitor, err := openMonitor(ctx, s, h.monitor())
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
	manager := manager{s.log}
	manager.status("Listening on " + strings.Join(addresses(listeners), ", "))
	manager.ready()

	group, ctx := errgroup.WithContext(ctx)
	for _, ln := range listeners {
		group.Go(func() error { return h.accept(ln) })
	}
	group.Go(func() error {
		h.reloader.run(ctx)
		return nil
	})
	gone := make(chan struct{}) // closed when everybody is
	group.Go(func() error { return serveControl(control, h.control(ctx.Done()), gone) })
	group.Go(func() error {
		defer close(gone)
		<-ctx.Done()
		return h.drain(ctx, manager)
	})
	err = group.Wait()
	s.log.LogAttrs(ctx, slog.LevelInfo, "stopped", h.figures())
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
		if reachable(ln.Addr()) && !s.guards.keep(ln) {
			s.log.Warn("anybody who can reach this address may join: see --allow, --token-file and, for TLS, --tls-client-ca", "address", ln.Addr().String())
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
