package room

import (
	"slices"
	"sync/atomic"
	"time"
)

const (
	// sampleEvery is the least time between two chunks that are followed.
	sampleEvery = 250 * time.Millisecond

	// samples is how many of those are known at a time: members that are further behind
	// are not followed.
	samples = 256
)

// latencyBounds are the upper bounds of the buckets of a Latency.
var latencyBounds = [...]time.Duration{
	50 * time.Microsecond, 100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond,
	25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond,
	500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second, 30 * time.Second,
}

// LatencyBounds returns the upper bounds of a Latency's buckets.
func LatencyBounds() []time.Duration { return slices.Clone(latencyBounds[:]) }

// A Latency is a histogram of how long it takes from when a chunk is in the log until its
// last byte is written to a member. It is of one chunk each 250 ms, and of each member that
// was in the room then and is up to 256 of those behind: history is not late.
type Latency struct {
	Buckets [len(latencyBounds) + 1]uint64 // each on its own; the last is for more than the last bound
	Sum     time.Duration
}

func (l *Latency) add(more Latency) {
	for i, n := range more.Buckets {
		l.Buckets[i] += n
	}
	l.Sum += more.Sum
}

// A sampler measures a Latency. Writing what nobody follows costs one look at newest.
type sampler struct {
	last time.Time // when there was a sample; under the room's lock

	newest atomic.Uint64 // end of the last sample
	count  atomic.Uint64 // of samples
	ring   [samples]atomic.Pointer[sample]

	buckets [len(latencyBounds) + 1]atomic.Uint64
	sum     atomic.Int64
}

// A sample is a chunk that is followed. It does not change.
type sample struct {
	end uint64 // the offset in the log behind it
	at  time.Time
}

// sample follows the chunk that is about to be appended and ends at end, if it is time. It is
// called under the room's lock.
func (s *sampler) sample(now time.Time, end uint64) {
	if now.Sub(s.last) < sampleEvery {
		return
	}
	s.last = now
	n := s.count.Load()
	s.ring[n%samples].Store(&sample{end, now})
	s.count.Store(n + 1)
	s.newest.Store(end)
}

// written is told that one member was written what lies between two offsets, and was said
// since it is in the room.
func (s *sampler) written(from, to uint64) {
	if from < s.newest.Load() {
		s.find(from, to)
	}
}

// find notes how long those samples took that end there. Meanwhile their places may be given to
// newer ones, which end behind.
func (s *sampler) find(from, to uint64) {
	last := s.count.Load()
	for n := last; n > last-min(last, samples); n-- {
		switch one := s.ring[(n-1)%samples].Load(); {
		case one.end <= from:
			return
		case one.end <= to:
			s.note(time.Since(one.at))
		}
	}
}

func (s *sampler) note(took time.Duration) {
	bucket, _ := slices.BinarySearch(latencyBounds[:], took)
	s.buckets[bucket].Add(1)
	s.sum.Add(int64(took))
}

func (s *sampler) read() Latency {
	l := Latency{Sum: time.Duration(s.sum.Load())}
	for i := range s.buckets {
		l.Buckets[i] = s.buckets[i].Load()
	}
	return l
}
