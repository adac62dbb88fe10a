package server_test

import (
	"errors"
	"net"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/server"
)

// startAll serves what Listen gives for an address and returns their addresses.
func startAll(t *testing.T, srv *server.Server, network, address string) (all []net.Addr) {
	t.Helper()
	lns, err := server.Listen(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	for _, ln := range lns {
		start(t, srv, ln)
		all = append(all, ln.Addr())
	}
	return all
}

func dialAddr(t *testing.T, addr net.Addr) (net.Conn, error) {
	t.Helper()
	conn, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { conn.Close() })
	return conn, conn.SetDeadline(time.Now().Add(10 * time.Second))
}

func wantRoundTrip(t *testing.T, addr net.Addr) net.Conn {
	t.Helper()
	conn, err := dialAddr(t, addr)
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, conn)
	return conn
}

func wantRefused(t *testing.T, addr net.Addr) {
	t.Helper()
	if conn, err := dialAddr(t, addr); err == nil {
		t.Errorf("%v takes a connection: %v", addr, conn)
	}
}

func TestASuspendedServerRefusesNewConnectionsAndServesTheOpenOnes(t *testing.T) {
	for name, listen := range map[string][2]string{
		"tcp":       {"tcp", "127.0.0.1:0"},
		"localhost": {"tcp", "localhost:0"},
		"all":       {"tcp", ":0"},
		"unix":      {"unix", filepath.Join(t.TempDir(), "socket")},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t, server.Config{Handler: echo})
			addrs := startAll(t, srv, listen[0], listen[1])
			var open net.Conn
			for _, addr := range addrs {
				open = wantRoundTrip(t, addr)
			}
			for range 3 {
				srv.Suspend()
				srv.Suspend()
				if !srv.Stats().Suspended {
					t.Error("it does not say that it is suspended")
				}
				for _, addr := range addrs {
					wantRefused(t, addr)
				}
				roundTrip(t, open)
				if err := srv.Resume(); err != nil {
					t.Fatal(err)
				}
				if err := srv.Resume(); err != nil || srv.Stats().Suspended {
					t.Errorf("resumed twice: %v, suspended %v", err, srv.Stats().Suspended)
				}
				for _, addr := range addrs {
					wantRoundTrip(t, addr)
				}
			}
			roundTrip(t, open)
		})
	}
}

func TestAServerStaysSuspendedWhereItsAddressIsTaken(t *testing.T) {
	srv := newServer(t, server.Config{Handler: echo})
	free, taken := startAll(t, srv, "tcp", "127.0.0.1:0")[0], startAll(t, srv, "tcp", "127.0.0.1:0")[0]
	wantRoundTrip(t, free)
	wantRoundTrip(t, taken)
	srv.Suspend()
	other, err := net.Listen("tcp", taken.String()) // another server takes over
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := srv.Resume(); !errors.Is(err, server.ErrInUse) || !srv.Stats().Suspended {
		t.Errorf("error %v, suspended %v; want the address in use", err, srv.Stats().Suspended)
	}
	wantRefused(t, free)
	other.Close()
	if err := srv.Resume(); err != nil {
		t.Fatal(err)
	}
	wantRoundTrip(t, free)
	wantRoundTrip(t, taken)
}

func TestShutdownEndsASuspendedServer(t *testing.T) {
	srv := newServer(t, server.Config{Handler: echo})
	lns, err := server.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	result := start(t, srv, lns[0])
	srv.Suspend()
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-result; !errors.Is(err, server.ErrServerClosed) {
		t.Errorf("Serve returned %v", err)
	}
	if err := srv.Resume(); !errors.Is(err, server.ErrServerClosed) {
		t.Errorf("Resume returned %v", err)
	}
	wantRefused(t, lns[0].Addr())
}

func TestServeOfASuspendedServerAcceptsAfterResume(t *testing.T) {
	srv := newServer(t, server.Config{Handler: echo})
	srv.Suspend()
	addr := startAll(t, srv, "tcp", "127.0.0.1:0")[0]
	refused := func() bool {
		conn, err := dialAddr(t, addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	}
	eventually(t, "the listener is closed", refused)
	if err := srv.Resume(); err != nil {
		t.Fatal(err)
	}
	wantRoundTrip(t, addr)
}

func TestWhatAListenerAcceptsThatCannotBeClosedIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		ln := newFakeListener()
		start(t, srv, ln)
		open := ln.dial(t)
		roundTrip(t, open)
		srv.Suspend()
		wantClosed(t, ln.dial(t))
		roundTrip(t, open)
		synctest.Wait()
		if got := srv.Stats().Refused[server.RefusedSuspended]; got != 1 {
			t.Errorf("%d refused, want 1", got)
		}
		if err := srv.Resume(); err != nil {
			t.Fatal(err)
		}
		roundTrip(t, ln.dial(t))
	})
}

func TestSuspendAndResumeUnderLoad(t *testing.T) {
	srv := newServer(t, server.Config{Handler: echo})
	addr := startAll(t, srv, "tcp", "127.0.0.1:0")[0]
	wantRoundTrip(t, addr)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if conn, err := net.Dial("tcp", addr.String()); err == nil {
				_, _ = conn.Write([]byte("hello"))
				conn.Close()
			}
		}
	}()
	for range 50 {
		srv.Suspend()
		if err := srv.Resume(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	<-done
	wantRoundTrip(t, addr)
}
