package peer_test

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"bcast/internal/room"
)

// laggards are the reasons for which a member is cut that holds the others back.
var laggards = []room.Reason{room.Stalled, room.Slow, room.Overdrawn}

// cut is how many members were cut because they held the others back.
func (v *venue) cut() (n uint64) {
	cuts := v.room.Stats().Cuts
	for _, reason := range laggards {
		n += cuts[reason]
	}
	return n
}

// watch calls look every period from now on, with the time, until the result is
// called or the test ends.
func watch(t *testing.T, period time.Duration, look func(now time.Time)) (stop func()) {
	t.Helper()
	var watching sync.WaitGroup
	done := make(chan struct{})
	watching.Go(func() {
		beat := time.NewTicker(period)
		defer beat.Stop()
		for {
			select {
			case <-done:
				return
			case <-beat.C:
				look(time.Now())
			}
		}
	})
	stop = sync.OnceFunc(func() {
		close(done)
		watching.Wait()
	})
	t.Cleanup(stop)
	return stop
}

// A standstill is the time in which nothing was published, though there was more
// to say.
type standstill struct {
	total time.Duration
	first time.Time // when it began for the first time
	times int

	published bool // there was a first publish
}

// hiccup is how long a machine that is busy may take between two publishes; what is
// longer is a standstill.
const hiccup = 50 * time.Millisecond

// watchStandstill measures how long nothing is published, from the first publish on
// until the result is called. Time in which this process does not run is none.
func (v *venue) watchStandstill(t *testing.T) (stop func() standstill) {
	t.Helper()
	const period = 2 * time.Millisecond
	var s standstill
	last, since, looked := v.room.Stats().Published, time.Time{}, time.Now()
	look := func(now time.Time) {
		if late := now.Sub(looked) - period; late > period {
			since = since.Add(late)
		}
		looked = now
		published := v.room.Stats().Published
		if published == last {
			return
		}
		if gap := now.Sub(since); s.published && gap > hiccup {
			if s.times++; s.times == 1 {
				s.first = since
			}
			s.total += gap
		}
		last, since, s.published = published, now, true
	}
	stopWatching := watch(t, period, look)
	return func() standstill {
		stopWatching()
		return s
	}
}

// memory is what this process uses in its heap and its stacks, in bytes: HeapInuse
// and StackInuse of runtime.MemStats, which can be had without stopping the world.
// That is the server's and the clients' together, and garbage not collected yet.
func memory() int {
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
	}
	metrics.Read(samples)
	sum := 0
	for _, s := range samples {
		sum += int(s.Value.Uint64())
	}
	return sum
}

// collect frees what is garbage, and what is pooled, for which it takes two rounds.
func collect() {
	runtime.GC()
	runtime.GC()
}

const (
	memoryPerMember = 4 << 10  // bytes
	memoryBesides   = 32 << 20 // bytes, for garbage and the test's clients
	memoryAfter     = 40 << 20 // bytes
)

// watchMemory checks what a room may use: its backlog and a little for each member
// until the result is called, and next to nothing soon after that.
func watchMemory(t *testing.T, backlog, members int) (check func()) {
	t.Helper()
	collect()
	before := memory() // something of the tests before may still be there
	peak := before
	stopWatching := watch(t, 5*time.Millisecond, func(time.Time) { peak = max(peak, memory()) })
	return func() {
		t.Helper()
		stopWatching()
		if most := backlog + members*memoryPerMember + memoryBesides; peak-before > most {
			t.Errorf("%d members and a backlog of %d bytes took %d bytes of memory, want %d at most", members, backlog, peak-before, most)
		}
		eventually(t, "the memory is free again", func() bool {
			collect()
			return memory() < memoryAfter
		})
		t.Logf("%d members: heap and stacks grew by %.1f MiB at most, to %.1f MiB; %.1f MiB after", members,
			float64(peak-before)/(1<<20), float64(peak)/(1<<20), float64(memory())/(1<<20))
	}
}
