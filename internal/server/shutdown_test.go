package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/server"
)

// shutdown calls Shutdown with a time limit and returns its error and how long it
// took.
func shutdown(t *testing.T, srv *server.Server, limit time.Duration) (time.Duration, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	began := time.Now()
	err := srv.Shutdown(ctx)
	return time.Since(began), err
}

func TestShutdownAsksHandlersToFinishAndWaitsForThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: server.HandlerFunc(
			func(ctx context.Context, conn net.Conn) {
				<-ctx.Done()
				time.Sleep(3 * time.Second) // delivering
				_, _ = io.WriteString(conn, "bye")
			})})
		first, second := newFakeListener(), newFakeListener()
		firstResult, secondResult := start(t, srv, first), start(t, srv, second)
		client := first.dial(t)
		var heard []byte
		var wg sync.WaitGroup
		wg.Go(func() { heard, _ = io.ReadAll(client) })
		synctest.Wait()

		took, err := shutdown(t, srv, 15*time.Second)
		if err != nil || took != 3*time.Second {
			t.Errorf("Shutdown returned %v after %v, want nil after 3s", err, took)
		}
		if wg.Wait(); string(heard) != "bye" {
			t.Errorf("the client heard %q, want all of %q", heard, "bye")
		}
		for _, result := range []<-chan error{firstResult, secondResult} {
			if err := <-result; !errors.Is(err, server.ErrServerClosed) {
				t.Errorf("Serve returned %v, want ErrServerClosed", err)
			}
		}
		<-first.closed
		<-second.closed
	})
}

func TestShutdownInterruptsReading(t *testing.T) {
	for name, before := range map[string]func(context.Context){
		"that waits":                func(context.Context) {},
		"that begins behind it":     func(ctx context.Context) { <-ctx.Done() },
		"that begins long after it": func(ctx context.Context) { <-ctx.Done(); time.Sleep(time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := newServer(t, server.Config{Handler: server.HandlerFunc(
					func(ctx context.Context, conn net.Conn) {
						before(ctx)
						_, err := conn.Read(make([]byte, 1))
						if !errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() == nil {
							t.Errorf("read: %v, context: %v; want a deadline behind the end of the context", err, ctx.Err())
						}
					})})
				ln := newFakeListener()
				start(t, srv, ln)
				for range 100 {
					ln.dial(t)
				}
				synctest.Wait()
				if took, err := shutdown(t, srv, 15*time.Second); err != nil || took > time.Second {
					t.Errorf("Shutdown returned %v after %v", err, took)
				}
			})
		})
	}
}

// deadlineConn tells the test when its read deadline is set.
type deadlineConn struct {
	net.Conn
	set func()
}

func (c *deadlineConn) SetReadDeadline(at time.Time) error {
	c.set()
	return c.Conn.SetReadDeadline(at)
}

func TestReadingIsInterruptedAfterTheContextIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var handlers context.Context
		srv := newServer(t, server.Config{Handler: server.HandlerFunc(
			func(ctx context.Context, conn net.Conn) {
				handlers = ctx
				_, _ = conn.Read(make([]byte, 1))
			})})
		ln := newFakeListener()
		start(t, srv, ln)
		client, conn := net.Pipe()
		defer client.Close()
		sets := 0
		ln.accepts <- accepted{conn: &deadlineConn{conn, func() {
			sets++
			if handlers.Err() == nil {
				t.Error("a handler that sets a deadline and looks at the context can miss the end")
			}
		}}}
		synctest.Wait()
		if _, err := shutdown(t, srv, 15*time.Second); err != nil || sets != 1 {
			t.Errorf("Shutdown returned %v, after %d interruptions", err, sets)
		}
	})
}

func TestAfterTheInterruptionReadDeadlinesAreTheHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: server.HandlerFunc(
			func(_ context.Context, conn net.Conn) {
				_, _ = conn.Read(make([]byte, 1))
				_ = conn.SetReadDeadline(time.Now().Add(3 * time.Second))
				_, _ = conn.Read(make([]byte, 1))
			})})
		ln := newFakeListener()
		start(t, srv, ln)
		ln.dial(t)
		synctest.Wait()

		var wg sync.WaitGroup
		wg.Go(func() {
			if took, err := shutdown(t, srv, 15*time.Second); err != nil || took != 3*time.Second {
				t.Errorf("Shutdown returned %v after %v, want nil after 3s", err, took)
			}
		})
		time.Sleep(time.Second) // in the bubble: behind the first call
		if took, err := shutdown(t, srv, 15*time.Second); err != nil || took != 2*time.Second {
			t.Errorf("Shutdown called again returned %v after %v, want nil after 2s", err, took)
		}
		wg.Wait()
	})
}

func TestShutdownForcesWhatIsLeftAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		ln := newFakeListener()
		start(t, srv, ln)
		gone, a, b := ln.dial(t), ln.dial(t), ln.dial(t)
		gone.Close()
		synctest.Wait()

		took, err := shutdown(t, srv, 5*time.Second)
		if took != 5*time.Second {
			t.Errorf("Shutdown took %v, want 5s", took)
		}
		const want = "shutdown: closed 2 connections by force: context deadline exceeded"
		if !errors.Is(err, context.DeadlineExceeded) || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		wantClosed(t, a)
		wantClosed(t, b)
		if open := srv.Stats().Open; open != 0 {
			t.Errorf("%d connections open", open)
		}
	})
}

func TestShutdownWaitsOneSecondForHandlersItForced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		srv := newServer(t, server.Config{Handler: server.HandlerFunc(
			func(context.Context, net.Conn) { <-release })})
		ln := newFakeListener()
		start(t, srv, ln)
		ln.dial(t)
		synctest.Wait()

		took, err := shutdown(t, srv, 5*time.Second)
		if took != 6*time.Second {
			t.Errorf("Shutdown took %v, want 6s", took)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "did not return: 1") {
			t.Errorf("error %v, want one for the handler that stays", err)
		}
		close(release)
	})
}

func TestShutdownMayBeCalledMoreThanOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		ln := newFakeListener()
		start(t, srv, ln)
		client := ln.dial(t)
		synctest.Wait()

		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if took, err := shutdown(t, srv, 15*time.Second); err != nil || took != 2*time.Second {
					t.Errorf("Shutdown returned %v after %v, want nil when the client left, at 2s", err, took)
				}
			})
		}
		time.Sleep(2 * time.Second) // in the bubble: until the client leaves
		client.Close()
		wg.Wait()
		if took, err := shutdown(t, srv, 0); err != nil || took != 0 {
			t.Errorf("Shutdown when all is done returned %v after %v", err, took)
		}
	})
}

func TestServeAfterShutdownClosesTheListenerAndReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		if took, err := shutdown(t, srv, time.Second); err != nil || took != 0 {
			t.Fatalf("Shutdown before Serve returned %v after %v", err, took)
		}
		ln := newFakeListener()
		if err := srv.Serve(ln); !errors.Is(err, server.ErrServerClosed) {
			t.Errorf("Serve returned %v, want ErrServerClosed", err)
		}
		<-ln.closed
	})
}

// lateListener accepts one more connection when it is closed, as a real one can that
// is closed at that very moment.
type lateListener struct {
	*fakeListener
	late net.Conn
}

func (l *lateListener) Accept() (net.Conn, error) {
	conn, err := l.fakeListener.Accept()
	if late := l.late; errors.Is(err, net.ErrClosed) && late != nil {
		l.late = nil
		return late, nil
	}
	return conn, err
}

func TestNoConnectionSlipsInAfterShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: server.HandlerFunc(
			func(context.Context, net.Conn) { t.Error("the handler was called") })})
		client, conn := net.Pipe()
		result := start(t, srv, &lateListener{newFakeListener(), conn})
		synctest.Wait()

		if took, err := shutdown(t, srv, time.Second); err != nil || took != 0 {
			t.Errorf("Shutdown returned %v after %v", err, took)
		}
		if err := <-result; !errors.Is(err, server.ErrServerClosed) {
			t.Errorf("Serve returned %v, want ErrServerClosed", err)
		}
		wantClosed(t, client)
		if got := srv.Stats().Refused[server.RefusedClosing]; got != 1 {
			t.Errorf("%d refused, want 1", got)
		}
	})
}
