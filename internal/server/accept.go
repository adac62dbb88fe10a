package server

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"
)

// The wait after an accept error that may pass: the first, and the longest that
// doubling makes of it.
const (
	minAcceptWait = 5 * time.Millisecond
	maxAcceptWait = time.Second
)

// acceptTrouble is how one call of Serve gets over failing accepts. It belongs to
// the goroutine of that call.
type acceptTrouble struct {
	srv  *Server
	addr string // of the listener

	wait     time.Duration // the last wait; 0 while accepting works
	reported bool          // the log has the trouble, but not its end yet

	// When connections come and go at the limit of descriptors, every other accept
	// fails: that must not fill the log.
	failLog rate.Sometimes
}

// handle returns nil when Serve is to accept again, after a wait if the error asks
// for one, and otherwise the error that Serve is to return.
func (t *acceptTrouble) handle(err error) error {
	if t.srv.ctx.Err() != nil {
		return ErrServerClosed
	}
	lost := isAny(err, errsConnLost)
	if !lost && !isAny(err, errsPassing) {
		return fmt.Errorf("serve: %w", err)
	}
	t.srv.counters.acceptErrors.Add(1)
	if lost {
		return nil
	}

	t.report(err)
	t.wait = min(max(2*t.wait, minAcceptWait), maxAcceptWait)
	select {
	case <-time.After(t.wait):
		return nil
	case <-t.srv.ctx.Done():
		return ErrServerClosed
	}
}

// over notes that a connection was accepted.
func (t *acceptTrouble) over() {
	t.wait = 0
	if t.reported {
		t.reported = false
		t.srv.log.Info("accepting connections again", "listener", t.addr)
	}
}

// report logs err where the log does not know of the trouble.
func (t *acceptTrouble) report(err error) {
	if t.reported {
		return
	}
	t.failLog.Interval = logInterval
	t.failLog.Do(func() { t.reported = true })
	if t.reported {
		t.srv.log.Error("cannot accept connections, trying again",
			"listener", t.addr, "error", err)
	}
}

func isAny(err error, targets []error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
