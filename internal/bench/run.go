package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// look is how often a run looks whether it is over, and show how often it tells
	// how far it has come.
	look = 10 * time.Millisecond
	show = 200 * time.Millisecond

	// The first wait for members to receive a mark, before it is sent again, and the
	// longest.
	firstMarkWait = 50 * time.Millisecond
	lastMarkWait  = time.Second

	// farewell is how long the members may take for the mark behind the last line.
	farewell = time.Second

	// readSize is how much is read at a time, in bytes, at least.
	readSize = 256 << 10
)

// The marks of a run.
const (
	joined = 1 + iota
	finished
)

// A run is one measurement. Its goroutines are a reader for each member and one for
// each sender, and for paced runs one that wakes these; Run waits for all of them.
type run struct {
	cfg      Config
	id       uint64
	epoch    time.Time
	members  []*member // the senders first
	senders  []*sender
	desks    *desks
	progress func(Progress)
	shown    time.Time

	connected atomic.Int64
	handed    atomic.Int64 // when a sender last handed over something, since the epoch

	start   time.Duration // of sending, since the epoch
	timer   *timer        // of a paced run
	reading sync.WaitGroup
	sent    chan struct{} // closed when all senders have ended
	all     int64         // lines that were sent by then
}

// Run measures what cfg says, and calls progress, if it is not nil, a few times a
// second. This is what it does:
//
//  1. It connects all members.
//  2. A line that does not count is sent, again and again, until each member has
//     received one: from then on all are in the room.
//  3. The senders send. Every member checks each line that it receives.
//  4. When all have everything, or nothing has come for Config.Timeout, another line
//     that does not count shows that nothing comes behind the last one.
//
// The Report is complete where the error is nil, or wraps ErrIncomplete or
// ErrInterrupted and there was something to measure; otherwise it is zero. Other
// errors are what is wrong with cfg, a *DescriptorsError, a *session.DialError, and
// ErrNotJoined.
func Run(ctx context.Context, cfg Config, progress func(Progress)) (Report, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return Report{}, err
	}
	if err := reserve(cfg.members()); err != nil {
		return Report{}, err
	}
	if progress == nil {
		progress = func(Progress) {}
	}
	timer, err := newTimer()
	if err != nil {
		return Report{}, err
	}
	r := &run{
		cfg: cfg, id: newRun(), epoch: time.Now(), progress: progress, timer: timer,
		desks: newDesks(max(readSize, 2*cfg.Size)),
	}
	defer r.close()
	if err := r.connect(ctx); err != nil {
		return Report{}, interrupted(ctx, err)
	}
	leave := context.AfterFunc(ctx, r.close)
	defer leave()
	if err := r.join(ctx); err != nil {
		r.close()
		r.reading.Wait()
		return Report{}, interrupted(ctx, err)
	}
	r.send()
	if complete := r.watch(ctx); complete {
		r.mark(ctx, finished, farewell)
	}
	lost := r.lostMembers()
	stopped := ctx.Err() != nil
	r.close()
	<-r.sent
	r.reading.Wait()
	report := r.report(stopped)
	if !stopped {
		report.Closed = lost
	}
	return report, report.Err()
}

// interrupted is err, unless that is because ctx has ended.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	return err
}

// connect makes the members, and starts to read from them.
func (r *run) connect(ctx context.Context) error {
	shown := make(chan struct{})
	ended := make(chan struct{})
	go func() { // connect waits for it
		defer close(shown)
		tick := time.NewTicker(show)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.show(Connecting, r.connected.Load(), int64(r.cfg.members()))
			case <-ended:
				return
			}
		}
	}()
	conns, err := connect(ctx, r.cfg, &r.connected)
	close(ended)
	<-shown
	if err != nil {
		return err
	}
	for i, conn := range conns {
		if i >= r.cfg.Senders {
			i = -1
		}
		m := newMember(conn, i, newChecker(r.cfg, r.id, i))
		r.members = append(r.members, m)
		r.reading.Go(func() { m.read(r.epoch, r.desks) })
	}
	return nil
}

// close ends all connections, and with them what waits for them. It may be called
// several times.
func (r *run) close() {
	r.timer.close()
	for _, m := range r.members {
		m.conn.Close()
	}
}

// join waits until all members receive.
func (r *run) join(ctx context.Context) error {
	missing := r.mark(ctx, joined, r.cfg.Timeout)
	if missing == 0 {
		return nil
	}
	closed := r.lostMembers()
	if closed > 0 {
		return fmt.Errorf("%w: the server closed %d of %d connections at once", ErrNotJoined, closed, len(r.members))
	}
	return fmt.Errorf("%w: %d of %d members received nothing in %v", ErrNotJoined, missing, len(r.members), r.cfg.Timeout)
}

// lostMembers counts the connections that have ended.
func (r *run) lostMembers() (n int) {
	for _, m := range r.members {
		if m.closed.Load() {
			n++
		}
	}
	return n
}

// mark sends a mark until all members that are still connected have received it, and
// returns how many have not. It gives up when timeout is over, or ctx.
func (r *run) mark(ctx context.Context, number uint64, timeout time.Duration) (missing int) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	begin, wait := time.Now(), firstMarkWait
	for again := begin; ; {
		now := time.Now()
		if !now.Before(again) {
			for _, m := range r.members[:min(2, r.cfg.Senders)] { // the second one for the first
				m.mark(r.id, number, r.cfg)
			}
			again, wait = now.Add(wait), min(2*wait, lastMarkWait)
		}
		missing, waited := 0, 0
		for i, m := range r.members {
			if m.marked.Load() < number && (i > 0 || r.cfg.Senders > 1) {
				missing++
				if !m.closed.Load() {
					waited++
				}
			}
		}
		if waited == 0 || now.Sub(begin) >= timeout {
			return missing
		}
		if number == joined {
			r.show(Joining, int64(len(r.members)-missing), int64(len(r.members)))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return missing
		}
	}
}

// send starts the senders.
func (r *run) send() {
	for _, m := range r.members[:r.cfg.Senders] {
		r.senders = append(r.senders, newSender(r.cfg, m, r.id, r.epoch, &r.handed))
	}
	r.start = time.Since(r.epoch)
	r.handed.Store(int64(r.start))
	var sending sync.WaitGroup
	for _, s := range r.senders {
		if r.cfg.Rate > 0 {
			sending.Go(func() { s.paced(r.cfg, r.start) })
		} else {
			sending.Go(func() { s.bulk(r.start, r.cfg.Duration) })
		}
	}
	if r.cfg.Rate > 0 {
		sending.Go(func() { pace(r.cfg, r.senders, r.epoch, r.start, r.timer) })
	}
	r.sent = make(chan struct{})
	go func() { // Run waits for it
		sending.Wait()
		close(r.sent)
	}()
}

// watch waits until all members have everything or have gone, or nothing happens any
// more, or ctx ends. It reports whether all that are still there have everything.
func (r *run) watch(ctx context.Context) (complete bool) {
	timeout := r.cfg.Timeout
	if r.cfg.Rate > 0 {
		timeout += time.Second / time.Duration(r.cfg.Rate) // when nothing is due, nothing comes
	}
	tick := time.NewTicker(look)
	defer tick.Stop()
	sent := r.sent
	for all := false; ; {
		delivered, waited := int64(0), 0
		last, total := r.handed.Load(), r.total()
		for _, m := range r.members {
			got := m.got.Load()
			delivered += got
			last = max(last, m.heard.Load())
			if got < total-m.sent.Load() && !m.closed.Load() {
				waited++
			}
		}
		switch {
		case all && waited == 0:
			return true
		case time.Since(r.epoch)-time.Duration(last) >= timeout:
			return false
		}
		r.showLines(delivered)
		select {
		case <-tick.C:
		case <-sent:
			all, sent = true, nil
		case <-ctx.Done():
			return false
		}
	}
}
