package peer

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// errIdle ends a connection on which nothing has come or gone for too long.
var errIdle = errors.New("the connection is idle")

// limit gives the session the limits that the handler was made with, before others can stop it.
func (s *session) limit() {
	cfg := &s.h.cfg
	if cfg.Rate > 0 {
		s.limiter = rate.NewLimiter(rate.Limit(cfg.Rate), cfg.Burst)
		s.halted = make(chan struct{})
		s.in.most = cfg.Burst // a pause is no longer than that takes
	}
	if cfg.IdleTimeout > 0 {
		s.idle = newIdleTimer(s)
	}
}

// pause waits for as long as it takes until n bytes more were within the rate.
func (s *session) pause(ctx context.Context, n int) {
	if s.limiter == nil || n == 0 {
		return
	}
	var wait time.Duration
	for n > 0 { // a chunk may be longer than a burst: lines that came in several reads
		part := min(n, s.limiter.Burst())
		wait = s.limiter.ReserveN(time.Now(), part).Delay()
		n -= part
	}
	if wait == 0 {
		return
	}
	s.in.give()
	over := time.NewTimer(wait)
	defer over.Stop()
	select {
	case <-over.C:
	case <-ctx.Done():
	case <-s.halted:
	case <-s.place().Done():
	}
}

// idleLooks is how often in one idle timeout a session is looked at.
const idleLooks = 4

// An idleTimer interrupts a session on which nothing has come or gone for too long.
type idleTimer struct {
	s     *session
	timer *time.Timer

	mu    sync.Mutex
	moved uint64 // bytes that had come and gone when it last looked
	quiet int    // how often it has looked since that was new
	over  bool   // it looks no more
}

func newIdleTimer(s *session) *idleTimer {
	t := &idleTimer{s: s}
	t.mu.Lock() // look may come before it is set
	defer t.mu.Unlock()
	t.timer = time.AfterFunc(s.h.cfg.IdleTimeout/idleLooks, t.look)
	return t
}

// look is the callback of the timer.
func (t *idleTimer) look() {
	moved := t.s.in.received.Load() + t.s.out.written.Load()
	t.mu.Lock()
	if moved != t.moved {
		t.moved, t.quiet = moved, 0
	}
	t.quiet++
	expired := t.quiet > idleLooks && !t.over
	t.over = t.over || expired
	if !t.over {
		t.timer.Reset(t.s.h.cfg.IdleTimeout / idleLooks)
	}
	t.mu.Unlock()
	if expired {
		t.s.stop(errIdle)
	}
}

// stop ends the looking. There may be no timer.
func (t *idleTimer) stop() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timer.Stop()
	t.over = true
}
