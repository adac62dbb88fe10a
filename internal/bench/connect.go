package bench

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/session"
)

const (
	// dialing is how many connections are being made at a time.
	dialing     = 128
	dialTimeout = 10 * time.Second
)

// connect makes all members' connections, or none. A name is looked up for the first
// one alone.
func connect(ctx context.Context, cfg Config, done *atomic.Int64) ([]net.Conn, error) {
	conns := make([]net.Conn, cfg.members())
	first, err := dial(ctx, cfg, cfg.Address)
	if err != nil {
		return nil, err
	}
	conns[0] = first
	done.Add(1)
	address := cfg.Address
	if cfg.Network != "unix" {
		address = first.RemoteAddr().String()
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(dialing)
	for i := 1; i < len(conns); i++ {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			conn, err := dial(ctx, cfg, address)
			if err == nil {
				conns[i] = conn
				done.Add(1)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		closeAll(conns)
		return nil, err
	}
	return conns, nil
}

func dial(ctx context.Context, cfg Config, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout, KeepAlive: -1}
	conn, err := dialer.DialContext(ctx, cfg.Network, address)
	switch {
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return nil, &DescriptorsError{Members: cfg.members(), Err: err}
	case err != nil:
		return nil, &session.DialError{Address: cfg.Address, Err: err}
	}
	return conn, nil
}

func closeAll(conns []net.Conn) {
	for _, conn := range conns {
		if conn != nil {
			conn.Close()
		}
	}
}
