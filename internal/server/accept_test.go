package server_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/server"
)

// netError is err as package net returns it from Accept.
func netError(err error) error {
	return &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", err)}
}

// waits lets accepting fail n times and returns how long Serve waited after each.
func waits(ln *fakeListener, n int, err error) []time.Duration {
	ln.fail(err)
	waited := make([]time.Duration, n)
	for i := range waited {
		failed := time.Now()
		if i < n-1 {
			ln.fail(err)
		} else {
			ln.fail(netError(server.ErrsConnLost[0])) // counted, but not waited for
		}
		waited[i] = time.Since(failed)
	}
	return waited
}

func TestContract09_AcceptErrorsThatPassAreWaitedOut(t *testing.T) {
	for _, errno := range server.ErrsPassing {
		t.Run(errno.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log logBuffer
				srv := newServer(t, server.Config{Handler: echo, Logger: log.logger()})
				ln := newFakeListener()
				start(t, srv, ln)

				for i, got := range waits(ln, 10, netError(errno)) {
					if want := min(5*time.Millisecond<<i, time.Second); got != want {
						t.Errorf("wait %d is %v, want %v", i+1, got, want)
					}
				}
				roundTrip(t, ln.dial(t))
				if got := waits(ln, 1, netError(errno)); got[0] != 5*time.Millisecond {
					t.Errorf("the first wait after a success is %v, want 5ms", got[0])
				}
				synctest.Wait()
				if got := srv.Stats().AcceptErrors; got != 13 {
					t.Errorf("%d accept errors, want 13", got)
				}
			})
		})
	}
}

func TestAConnectionThatIsLostBeforeAcceptCostsNoWait(t *testing.T) {
	for _, errno := range server.ErrsConnLost {
		t.Run(errno.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := newServer(t, server.Config{Handler: echo})
				ln := newFakeListener()
				start(t, srv, ln)

				began := time.Now()
				for range 100 {
					ln.fail(netError(errno))
				}
				roundTrip(t, ln.dial(t))
				if waited := time.Since(began); waited != 0 {
					t.Errorf("waited %v", waited)
				}
				if got := srv.Stats().AcceptErrors; got != 100 {
					t.Errorf("%d accept errors, want 100", got)
				}
			})
		})
	}
}

func TestFailingAcceptsAreLoggedWhenTheyBeginAndWhenTheyEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logBuffer
		srv := newServer(t, server.Config{Handler: echo, Logger: log.logger()})
		ln := newFakeListener()
		start(t, srv, ln)
		wantLines := func(failing, again int) {
			t.Helper()
			synctest.Wait()
			if f, a := len(log.lines("ERROR")), len(log.lines("INFO")); f != failing || a != again {
				t.Errorf("logged %d times that accepting fails and %d times that it works again, want %d and %d",
					f, a, failing, again)
			}
		}

		outage := netError(server.ErrsPassing[0])
		waits(ln, 20, outage)
		wantLines(1, 0)
		ln.dial(t)
		wantLines(1, 1)

		time.Sleep(10 * time.Second) // in the bubble: until it may be logged again
		for range 100 {              // on and off, in less than ten seconds
			ln.fail(outage)
			ln.dial(t)
		}
		wantLines(2, 2)

		waits(ln, 20, outage) // an outage that stays is told in the end
		wantLines(3, 2)
	})
}

func TestShutdownEndsTheWaitOfAFailingAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		ln := newFakeListener()
		result := start(t, srv, ln)
		for range 10 {
			ln.fail(netError(server.ErrsPassing[0]))
		}

		began := time.Now()
		if err := srv.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := <-result; !errors.Is(err, server.ErrServerClosed) {
			t.Errorf("Serve returned %v", err)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("Serve returned after %v", waited)
		}
	})
}
