package main

import (
	"context"
	"net"
	"time"

	"bcast/internal/admin"
	"bcast/internal/config"
)

// controlFarewell is how long what the operator has just asked for may take once all
// members are gone.
const controlFarewell = 500 * time.Millisecond

// listenControl listens for the operator. It returns nil without --control.
func listenControl(ctx context.Context, s settings) (net.Listener, error) {
	if s.control == "" {
		return nil, nil
	}
	ln, err := admin.ListenControl(ctx, s.control)
	if err != nil {
		return nil, listenError{addr: config.Addr{Network: "unix", Address: s.control}, err: err, flag: "--control"}
	}
	s.log.Info("listening for the operator", "socket", s.control)
	return ln, nil
}

// serveControl answers the operator until everybody is gone: who holds up the end can be
// seen, and put out. Without a listener there is nothing to do.
func serveControl(ln net.Listener, cfg admin.ControlConfig, gone <-chan struct{}) error {
	if ln == nil {
		return nil
	}
	control, err := admin.NewControl(cfg)
	if err != nil {
		ln.Close()
		return err
	}
	served := make(chan error, 1)
	go func() { served <- control.Serve(ln) }() // waited for here
	select {
	case err := <-served:
		return err
	case <-gone:
	}
	ctx, cancel := context.WithTimeout(context.Background(), controlFarewell)
	defer cancel()
	control.Close(ctx)
	return <-served
}
