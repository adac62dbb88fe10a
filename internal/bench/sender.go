package bench

import (
	"sync/atomic"
	"time"
)

const (
	// maxBatch is how much a sender writes at a time, in bytes, and allBatches how
	// much memory all senders together take for that.
	maxBatch   = 64 << 10
	allBatches = 16 << 20
)

// A sender is a member that sends, and the goroutine that does it.
type sender struct {
	*member
	number uint64
	size   int // of a line
	limit  int64
	lines  int64 // stamped so far
	batch  []byte
	epoch  time.Time
	wake   chan struct{} // has a token when a line is due
	last   *atomic.Int64 // when any sender last handed something over
}

func newSender(cfg Config, m *member, run uint64, epoch time.Time, last *atomic.Int64) *sender {
	s := &sender{
		member: m,
		number: uint64(m.sender),
		size:   cfg.Size,
		limit:  cfg.limit(m.sender),
		epoch:  epoch,
		wake:   make(chan struct{}, 1),
		last:   last,
	}
	most := max(min(maxBatch, allBatches/cfg.Senders)/cfg.Size, 1)
	s.batch = make([]byte, int(min(int64(most), max(s.limit, 1)))*cfg.Size)
	blank(s.batch, cfg.Size, run, s.number)
	return s
}

// bulk sends as fast as it goes, until all is sent, duration is over since start, if
// there is one, or the connection ends. Lines that are written together have one time.
func (s *sender) bulk(start, duration time.Duration) {
	for s.lines < s.limit {
		now := time.Since(s.epoch)
		if duration > 0 && now-start >= duration {
			return
		}
		n := 0
		for ; n < len(s.batch) && s.lines < s.limit; n += s.size {
			s.stamp(s.batch[n:n+s.size], now)
		}
		if !s.write(s.batch[:n]) {
			return
		}
	}
}

// paced sends each line when it is due, counted from start, or as soon after that as
// it goes. It ends when all is sent or the connection ends, or when wake is closed.
func (s *sender) paced(cfg Config, start time.Duration) {
	for s.lines < s.limit {
		if _, ok := <-s.wake; !ok {
			return
		}
		for more := true; more; {
			now, n := time.Since(s.epoch), 0
			for n < len(s.batch) && s.lines < s.limit {
				due := start + cfg.due(int(s.number), s.lines)
				if due > now {
					break
				}
				s.stamp(s.batch[n:n+s.size], due)
				n += s.size
			}
			if n > 0 && !s.write(s.batch[:n]) {
				return
			}
			more = n == len(s.batch) && s.lines < s.limit
		}
	}
}

func (s *sender) stamp(line []byte, at time.Duration) {
	stamp(line, s.number, uint64(s.lines), uint64(at))
	s.lines++
}

// write hands lines over, and reports false when the connection has ended.
func (s *sender) write(p []byte) bool {
	n, err := s.conn.Write(p)
	s.sent.Add(int64(n / s.size))
	s.last.Store(int64(time.Since(s.epoch)))
	return err == nil
}

// pace wakes each sender when it has a line to send, until all have had their last
// or t is closed.
func pace(cfg Config, senders []*sender, epoch time.Time, start time.Duration, t *timer) {
	defer func() {
		for _, s := range senders {
			close(s.wake)
		}
	}()
	for seq := int64(0); ; seq++ {
		for i, s := range senders {
			if seq >= s.limit {
				return // none of those behind has more
			}
			if d := start + cfg.due(i, seq) - time.Since(epoch); d > 0 && t.wait(d) != nil {
				return
			}
			select {
			case s.wake <- struct{}{}:
			default: // it has not looked since the last one
			}
		}
	}
}
