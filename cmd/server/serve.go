package main

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sync/errgroup"

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
	members, err := peer.New(peer.Config{
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
		Logger:        s.log,
	})
	if err != nil {
		return err
	}
	listeners, err := listen(ctx, s)
	if err != nil {
		return err
	}

	group, ctx := errgroup.WithContext(ctx)
	for _, ln := range listeners {
		group.Go(func() error {
			if err := srv.Serve(ln); !errors.Is(err, server.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	group.Go(func() error {
		<-ctx.Done()
		s.log.Info("stopping", "members", r.Stats().Members, "drain_timeout", s.drainTimeout.String())
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
	s.log.Info("stopped", "published_bytes", r.Stats().Published)
	return err
}

// listen opens all listeners, or none.
func listen(ctx context.Context, s settings) ([]net.Listener, error) {
	var all []net.Listener
	for _, addr := range s.listen {
		listeners, err := server.Listen(ctx, addr.Network, addr.Address)
		if err != nil {
			for _, ln := range all {
				ln.Close()
			}
			return nil, listenError{addr: addr, err: err}
		}
		all = append(all, listeners...)
	}
	for _, ln := range all {
		s.log.Info("listening", "address", ln.Addr().String(), "join", joinCommand(ln.Addr()))
		if reachable(ln.Addr()) {
			s.log.Warn("anybody who can reach this address may join", "address", ln.Addr().String())
		}
	}
	return all, nil
}

// joinCommand is what a person types to join at addr.
func joinCommand(addr net.Addr) string {
	if addr.Network() == "unix" {
		return "nc -U " + addr.String()
	}
	host, port, _ := net.SplitHostPort(addr.String())
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "nc " + host + " " + port
}

// reachable tells whether other machines can connect to addr.
func reachable(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && !tcp.IP.IsLoopback()
}
