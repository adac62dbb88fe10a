package server_test

import (
	"context"
	"net"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"bcast/internal/server"
)

// calls counts how often connections are served, and says what for.
type calls struct {
	waits  chan string // what there was to be read, each time
	wake   func()      // of the connection that was opened last
	before func()      // is called by each serve before it returns
}

func (h *calls) Open(conn net.Conn, wake func()) func(context.Context) bool {
	h.wake = wake
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		panic(err)
	}
	return func(ctx context.Context) bool {
		got := "nothing"
		_ = raw.Read(func(fd uintptr) bool {
			p := make([]byte, 100)
			switch n, err := syscall.Read(int(fd), p); {
			case n > 0:
				got = string(p[:n])
			case n == 0:
				got = "end"
			case err != syscall.EAGAIN:
				got = "broken"
			}
			return true
		})
		if ctx.Err() != nil {
			got = "shutdown"
		}
		if h.before != nil {
			h.before()
		}
		h.waits <- got
		return got != "end" && got != "broken" && got != "shutdown"
	}
}

// wants checks what the connection is served for next. It may be served for nothing
// at any time.
func (h *calls) wants(t *testing.T, want string) {
	t.Helper()
	for patience := time.After(10 * time.Second); ; {
		select {
		case got := <-h.waits:
			if got == "nothing" && want != got {
				continue
			}
			if got != want {
				t.Fatalf("served for %q, want %q", got, want)
			}
			return
		case <-patience:
			t.Fatalf("not served, want it for %q", want)
		}
	}
}

func startCalls(t *testing.T, before func()) (*calls, *server.Server, string) {
	t.Helper()
	h := &calls{waits: make(chan string, 100), before: before}
	srv := newServer(t, server.Config{Handler: h})
	return h, srv, startTCP(t, srv)
}

func say(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func TestAConnectionThatWaitsIsServedWhenThereIsSomething(t *testing.T) {
	for _, test := range []struct {
		want string
		do   func(*testing.T, *net.TCPConn)
	}{
		{"end", func(_ *testing.T, c *net.TCPConn) { _ = c.CloseWrite() }},
		{"broken", func(_ *testing.T, c *net.TCPConn) { _ = c.SetLinger(0); c.Close() }},
	} {
		t.Run(test.want, func(t *testing.T) {
			h, srv, address := startCalls(t, nil)
			client := dialTCP(t, address)
			for range 3 {
				say(t, client, "something")
				h.wants(t, "something")
			}
			h.wake()
			h.wants(t, "nothing")
			test.do(t, client)
			h.wants(t, test.want)
			eventuallyOpen(t, srv, 0)
			h.wake() // too late, and harmless
			if len(h.waits) > 0 {
				t.Errorf("served for %q after its end", <-h.waits)
			}
		})
	}
}

func TestWhatComesWhileAConnectionIsServedIsNotMissed(t *testing.T) {
	serving, goOn, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	h, _, address := startCalls(t, func() {
		select {
		case serving <- struct{}{}:
			<-goOn
		case <-over:
		}
	})
	client := dialTCP(t, address)
	say(t, client, "one")
	<-serving
	h.wake()
	h.wake()
	goOn <- struct{}{}
	h.wants(t, "one")
	<-serving // once more for both
	say(t, client, "two")
	goOn <- struct{}{}
	h.wants(t, "nothing")
	<-serving
	goOn <- struct{}{}
	h.wants(t, "two")
	close(over)
}

func TestShutdownEndsConnectionsThatWait(t *testing.T) {
	h, srv, address := startCalls(t, nil)
	for range 3 {
		dialTCP(t, address)
	}
	eventuallyOpen(t, srv, 3)
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		h.wants(t, "shutdown")
	}
}

func TestConnectionsThatWaitHaveNoGoroutine(t *testing.T) {
	_, srv, address := startCalls(t, nil)
	dialTCP(t, address) // the server makes what it waits with for the first one
	eventuallyOpen(t, srv, 1)
	before := runtime.NumGoroutine()
	for range 50 {
		dialTCP(t, address)
	}
	eventuallyOpen(t, srv, 51)
	eventually(t, "50 connections that wait have no goroutines", func() bool { return runtime.NumGoroutine() <= before })
}

// A connection that cannot be waited for is served at once, and waits itself.
func TestAConnectionWithoutADescriptorIsServedAtOnce(t *testing.T) {
	var woken atomic.Bool
	done := make(chan struct{})
	srv := newServer(t, server.Config{Handler: opened(func(_ net.Conn, wake func()) func(context.Context) bool {
		woken.Store(wake != nil)
		return func(context.Context) bool {
			close(done)
			return false
		}
	})})
	ln := newFakeListener()
	start(t, srv, ln)
	wantClosed(t, ln.dial(t))
	<-done
	if woken.Load() {
		t.Error("the server says that it can wait for a pipe")
	}
}

func TestAHandlerThatDoesNotWantAConnectionHasItClosed(t *testing.T) {
	srv := newServer(t, server.Config{Handler: opened(func(net.Conn, func()) func(context.Context) bool { return nil })})
	wantClosed(t, dialTCP(t, startTCP(t, srv)))
}

func TestAPanicInOpenEndsOneConnection(t *testing.T) {
	srv := newServer(t, server.Config{Handler: opened(func(net.Conn, func()) func(context.Context) bool { panic("as you wish") })})
	address := startTCP(t, srv)
	wantClosed(t, dialTCP(t, address))
	wantClosed(t, dialTCP(t, address))
	if got := srv.Stats().Panics; got != 2 {
		t.Errorf("%d panics, want 2", got)
	}
}

func eventuallyOpen(t *testing.T, srv *server.Server, want int) {
	t.Helper()
	beat := time.NewTicker(time.Millisecond)
	defer beat.Stop()
	for deadline := time.Now().Add(10 * time.Second); srv.Stats().Open != want; <-beat.C {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are open, want %d", srv.Stats().Open, want)
		}
	}
}
