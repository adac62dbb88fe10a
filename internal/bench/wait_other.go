//go:build !linux

package bench

import (
	"net"
	"sync"
	"time"
)

// A timer waits.
type timer struct {
	closed chan struct{}
	once   sync.Once
}

func newTimer() (*timer, error) { return &timer{closed: make(chan struct{})}, nil }

// wait returns after d, or with an error when the timer is closed.
func (t *timer) wait(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-t.closed:
		return net.ErrClosed
	}
}

// close ends the waiting, at any time.
func (t *timer) close() { t.once.Do(func() { close(t.closed) }) }
