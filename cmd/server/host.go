package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"bcast/internal/admin"
	"bcast/internal/config"
	"bcast/internal/framed"
	"bcast/internal/journal"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/server"
)

const (
	// farewellTime is what the last members get, beyond the time to drain, to close
	// their side.
	farewellTime = 5 * time.Second

	// exitTime is what the program gets beyond that to say its last words and end, before a
	// service manager may kill it.
	exitTime = 5 * time.Second

	// historyBytes is the most that is kept for those who come later, in bytes of the log.
	historyBytes = 1 << 20
)

// A host is a room and all that serves it, without a socket.
type host struct {
	set      settings
	room     *room.Room
	hub      *framed.Hub // nil: framing is raw
	gate     *gate
	members  *peer.Handler
	server   *server.Server
	reloader *reloader
}

func newHost(s settings) (*host, error) {
	h := &host{set: s}
	if err := h.openRoom(); err != nil {
		return nil, err
	}
	var err error
	if h.gate, err = openGate(s.guards, s.log); err != nil {
		return nil, err
	}
	token, err := h.gate.token()
	if err != nil {
		return nil, err
	}
	h.members, err = peer.New(peer.Config{
		Token:        token,
		Sanitize:     s.guards.sanitize,
		Room:         h.room,
		Hub:          h.hub,
		History:      s.plainHistory,
		MaxLine:      s.maxLine,
		Unfinished:   s.backlog,
		Listen:       s.listenOnEOF,
		HTTPGuard:    s.httpGuard,
		IdleTimeout:  s.idleTimeout,
		Rate:         s.rate,
		Burst:        s.burst,
		DrainTimeout: s.drainTimeout,
		Admits:       func(conn net.Conn) bool { return h.server.Admits(conn) }, // which it comes from
		Logger:       s.log,
	})
	if err != nil {
		return nil, err
	}
	h.server, err = server.New(server.Config{
		Handler:       h.members,
		MaxConns:      s.maxClients,
		MaxConnsPerIP: s.maxClientsPerIP,
		Access:        s.guards.access,
		Logger:        s.log,
	})
	if err != nil {
		return nil, err
	}
	h.reloader = newReloader(s, h.gate, token, h.members, h.server)
	return h, nil
}

// openRoom makes the room, and its framed side.
func (h *host) openRoom() (err error) {
	s, maxChunk := h.set, peer.MaxChunk(h.set.maxLine)
	h.room, err = room.New(room.Config{
		MaxChunk: maxChunk,
		Backlog:  s.backlog,
		Patience: s.patience,
		MinRate:  s.minRate,
		Raw:      s.raw,
	})
	if err != nil {
		return err
	}
	h.room.Keep(journal.Keep{Lines: uint64(s.plainHistory), Bytes: historyBytes})
	if s.raw {
		return nil
	}
	h.hub, err = framed.New(framed.Config{
		Room:     h.room,
		MaxChunk: maxChunk,
		Backlog:  s.backlog,
		Patience: s.patience,
		MinRate:  s.minRate,
		History:  uint64(s.history),
		Keep:     journal.Keep{Lines: uint64(max(s.history, s.plainHistory)), Bytes: historyBytes},
	})
	return err
}

// accept takes the connections of ln until the server is shut down, which is no error.
func (h *host) accept(ln listener) error {
	serve := h.server.Serve
	if ln.tls {
		serve = func(ln net.Listener) error { return h.server.ServeTLS(ln, h.gate.tls()) }
	}
	// The server gets what it knows: others it could not close and open again.
	if err := serve(ln.Listener); !errors.Is(err, server.ErrServerClosed) {
		return err
	}
	return nil
}

// drain has members get what was accepted, and ends them.
func (h *host) drain(ctx context.Context, manager manager) error {
	s := h.set
	s.log.Info("stopping", "members", h.room.Stats().Members, "drain_timeout", s.drainTimeout.String())
	manager.status(fmt.Sprintf("Stopping: members have %v to read the rest", s.drainTimeout))
	manager.stopping(s.drainTimeout + farewellTime + exitTime)
	h.room.Close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drainTimeout+farewellTime)
	defer cancel()
	err := h.server.Shutdown(ctx)
	if n := h.members.Stats().Undelivered; n > 0 {
		return undeliveredError{members: n}
	}
	return err
}

// monitor is what --admin shows.
func (h *host) monitor() admin.MonitorConfig {
	cfg := admin.MonitorConfig{
		Server: h.server, Members: h.members, Room: h.room, Hub: h.hub, Version: config.Version(),
		LogLost: h.set.logLost, Logger: h.set.log,
	}
	if h.gate.certificate != nil {
		cfg.NotAfter = h.gate.certificate.NotAfter
	}
	return cfg
}

// control is what ctl can do until the server is stopping, and then still see.
func (h *host) control(stopping <-chan struct{}) admin.ControlConfig {
	return admin.ControlConfig{
		Server: h.server, Members: h.members, Room: h.room, Version: config.Version(),
		Reload: h.reloader.ask, Stopping: stopping, Logger: h.set.log,
	}
}
