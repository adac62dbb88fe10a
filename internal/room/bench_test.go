package room_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"bcast/internal/room"
)

// An abyss is a Sink that takes everything at once and keeps nothing. Many members
// may share one.
type abyss struct{ bytes atomic.Uint64 }

func (a *abyss) Write(p []byte) (int, error) {
	a.bytes.Add(uint64(len(p)))
	return len(p), nil
}

func (a *abyss) TryWrite(p []byte) (int, error) { return a.Write(p) }
func (a *abyss) Taken() uint64                  { return a.bytes.Load() }
func (a *abyss) Cut()                           {}

// A theatre is a room in which one member speaks to a number of others.
type theatre struct {
	speaker *room.Member
	members []*room.Member
	line    []byte
	all     abyss  // where everything goes
	due     uint64 // bytes that go there
}

func newTheatre(tb testing.TB, members, size int) *theatre {
	tb.Helper()
	r, err := room.New(room.Config{MaxChunk: size, Backlog: room.DefaultBacklog})
	if err != nil {
		tb.Fatal(err)
	}
	h := &theatre{line: []byte(strings.Repeat("x", size-1) + "\n")}
	for range 1 + members {
		m, err := r.Join(&h.all)
		if err != nil {
			tb.Fatal(err)
		}
		h.members = append(h.members, m)
	}
	h.speaker = h.members[0]
	tb.Cleanup(func() {
		for _, m := range h.members {
			if err := m.Leave(tb.Context()); err != nil && tb.Context().Err() == nil {
				tb.Errorf("leave: %v", err)
			}
		}
	})
	return h
}

// speak publishes a number of lines.
func (h *theatre) speak(tb testing.TB, lines int) {
	for range lines {
		if err := h.speaker.Publish(h.line); err != nil {
			tb.Fatal(err)
		}
	}
	h.due += uint64(lines * len(h.line) * (len(h.members) - 1))
}

// settle waits until all members have everything.
func (h *theatre) settle() {
	for h.all.bytes.Load() < h.due {
		runtime.Gosched()
	}
}

// A pump is a goroutine while it has something to do: that is what starting one
// allocates, and it takes along whatever has gathered.
func TestPublishingAllocatesNothingForALineOrAMember(t *testing.T) {
	const burst = 1000
	for _, members := range []int{1, 10, 100} {
		t.Run(fmt.Sprintf("members=%d", members), func(t *testing.T) {
			h := newTheatre(t, members, 64)
			speak := func() {
				h.speak(t, burst)
				h.settle()
			}
			for range 5 {
				speak()
			}
			n := testing.AllocsPerRun(1, speak)
			for range 9 { // pumps end while the machine has something else to do
				n = min(n, testing.AllocsPerRun(1, speak))
			}
			t.Logf("%v allocations for %d lines to %d members", n, burst, members)
			if n > burst/100 {
				t.Errorf("%v allocations for %d lines to %d members, want none but for a pump that starts", n, burst, members)
			}
		})
	}
}

func BenchmarkPublish(b *testing.B) {
	for _, size := range []int{64, 64 << 10} {
		for _, members := range []int{1, 10, 100, 1000} {
			b.Run(fmt.Sprintf("bytes=%d/members=%d", size, members), func(b *testing.B) {
				h := newTheatre(b, members, size)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				b.ResetTimer()
				h.speak(b, b.N) // not b.Loop, whose time would end before the pumps are done
				h.settle()
				b.ReportMetric(float64(b.N)*float64(members)/b.Elapsed().Seconds(), "deliveries/s")
			})
		}
	}
}

// One line at a time: the next one is published when all have the last.
func BenchmarkPublishOneAtATime(b *testing.B) {
	for _, members := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("members=%d", members), func(b *testing.B) {
			h := newTheatre(b, members, 64)
			b.ReportAllocs()
			for b.Loop() {
				h.speak(b, 1)
				h.settle()
			}
		})
	}
}
