package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/server"
)

func TestNewRefusesAConfigThatCannotWork(t *testing.T) {
	for name, test := range map[string]struct {
		cfg  server.Config
		want string
	}{
		"no handler":                {server.Config{}, "no handler"},
		"negative max conns":        {server.Config{Handler: echo, MaxConns: -1}, "max conns is -1"},
		"negative max conns per IP": {server.Config{Handler: echo, MaxConnsPerIP: -1}, "max conns per IP is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := server.New(test.cfg); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one that says %q", err, test.want)
			}
		})
	}
}

func TestHandlerGetsTheConnectionAndTheServerClosesIt(t *testing.T) {
	srv := newServer(t, server.Config{Handler: server.HandlerFunc(
		func(_ context.Context, conn net.Conn) {
			_, _ = io.WriteString(conn, conn.(*net.TCPConn).RemoteAddr().String())
		})})
	client := dialTCP(t, startTCP(t, srv))
	got, err := io.ReadAll(client)
	if want := client.LocalAddr().String(); err != nil || string(got) != want {
		t.Errorf("read %q, %v; want %q and the end of input", got, err, want)
	}
}

func TestHandlerMayCloseTheConnectionItself(t *testing.T) {
	srv := newServer(t, server.Config{Handler: server.HandlerFunc(
		func(_ context.Context, conn net.Conn) { conn.Close() })})
	wantClosed(t, dialTCP(t, startTCP(t, srv)))
}

func TestOneServerServesSeveralListeners(t *testing.T) {
	srv := newServer(t, server.Config{Handler: echo})
	first, second := startTCP(t, srv), startTCP(t, srv)
	a, b := dialTCP(t, first), dialTCP(t, second)
	roundTrip(t, a)
	roundTrip(t, b)
	if stats := srv.Stats(); stats.Accepted != 2 || stats.Open != 2 {
		t.Errorf("%+v, want 2 accepted and open", stats)
	}
}

func TestAListenerThatBreaksEndsItsServeAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		broken, healthy := newFakeListener(), newFakeListener()
		result := start(t, srv, broken)
		start(t, srv, healthy)
		client := broken.dial(t)

		fault := errors.New("the network card is on fire")
		broken.fail(fault)
		if err := <-result; !errors.Is(err, fault) {
			t.Errorf("Serve returned %v, want %v", err, fault)
		}
		<-broken.closed
		roundTrip(t, client)
		roundTrip(t, healthy.dial(t))
	})
}

func TestAHandlerThatEndsItsGoroutineLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: server.HandlerFunc(
			func(context.Context, net.Conn) { runtime.Goexit() })})
		ln := newFakeListener()
		start(t, srv, ln)
		wantClosed(t, ln.dial(t))
		synctest.Wait()
		if stats := srv.Stats(); stats.Open != 0 || stats.Panics != 0 {
			t.Errorf("%+v, want none open and no panic", stats)
		}
	})
}

func TestContract09_ConnectionsOverTheLimitAreClosedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logBuffer
		srv := newServer(t, server.Config{Handler: echo, MaxConns: 2, Logger: log.logger()})
		ln := newFakeListener()
		start(t, srv, ln)
		first, second := ln.dial(t), ln.dial(t)

		const over = 3
		for range over {
			wantClosed(t, ln.dial(t))
		}
		roundTrip(t, first)
		roundTrip(t, second)
		synctest.Wait()
		stats := srv.Stats()
		if stats.Accepted != 2+over || stats.Open != 2 || stats.Refused[server.RefusedFull] != over {
			t.Errorf("%+v, want 2 open and %d refused", stats, over)
		}

		first.Close()
		synctest.Wait()
		roundTrip(t, ln.dial(t)) // there is room again
	})
}

func TestRefusalsAreLoggedAtMostOnceInTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logBuffer
		srv := newServer(t, server.Config{Handler: echo, MaxConns: 1, Logger: log.logger()})
		ln := newFakeListener()
		start(t, srv, ln)
		roundTrip(t, ln.dial(t))

		for range 100 { // 20 s: at 0 s, 10 s
			wantClosed(t, ln.dial(t))
			time.Sleep(200 * time.Millisecond) // in the bubble: 100 times make 20 s
		}
		if got := log.lines("WARN"); len(got) != 2 {
			t.Errorf("%d warnings, want 2: %q", len(got), got)
		}
	})
}

func TestRefusalsHaveNames(t *testing.T) {
	for reason, want := range map[server.Refusal]string{
		server.RefusedFull:      "full",
		server.RefusedPerIP:     "per-ip",
		server.RefusedClosing:   "closing",
		server.RefusedDenied:    "denied",
		server.RefusedBanned:    "banned",
		server.RefusedSuspended: "suspended",
		server.Refusal(99):      "Refusal(99)",
	} {
		if got := reason.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
