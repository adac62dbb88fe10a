package room_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/journal"
	"bcast/internal/room"
)

func TestLinesDeliveredAreThoseOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		a, b := join(t, r, newScreen()), join(t, r, newScreen())
		publish(t, a, "one\ntwo\n")
		publish(t, b, "three\n")
		synctest.Wait()
		late := join(t, r, newScreen())
		publish(t, a, strings.Repeat("many\n", 100))
		synctest.Wait()
		want := map[*room.Member]uint64{a: 1, b: 102, late: 100}
		check := func(when string) {
			t.Helper()
			for m, n := range want {
				if got := m.Delivered(); got != n {
					t.Errorf("%s: %d lines delivered, want %d", when, got, n)
				}
			}
		}
		check("in the room")
		for m := range want {
			leave(t, m)
		}
		check("after they have left")
		if s := r.Stats(); s.Lines != 103 || s.Kept.Backlog != 16<<10 {
			t.Errorf("stats %+v, want 103 lines", s)
		}
	})
}

// TestLinesDeliveredAreRightAcrossSegments has lines in chunks that begin in one segment and end in
// another, and members who talk all at once.
func TestLinesDeliveredAreRightAcrossSegments(t *testing.T) {
	r := newRoom(t, nil)
	const speakers, chunks = 4, 200
	var members []*room.Member
	for range speakers {
		members = append(members, join(t, r, newScreen()))
	}
	chunk := strings.Repeat("x", 99) + "\n" + strings.Repeat("y", 199) + "\nz\n"
	var talk sync.WaitGroup
	for _, m := range members {
		talk.Go(func() {
			for range chunks {
				publish(t, m, chunk)
			}
		})
	}
	talk.Wait()
	for _, m := range members {
		leave(t, m)
		if got, want := m.Delivered(), uint64(3*chunks*(speakers-1)); got != want {
			t.Errorf("%d lines delivered, want %d", got, want)
		}
	}
}

func TestHistoryThatIsDeliveredCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		r.Keep(journal.Keep{Lines: 100, Bytes: 1 << 20})
		a := join(t, r, newScreen())
		publish(t, a, "1\n2\n3\n4\n5\n")
		for past, want := range map[uint64]uint64{0: 0, 2: 2, 50: 5} {
			m, err := r.Enter(newScreen(), room.Entrance{Past: past})
			if err != nil {
				t.Fatal(err)
			}
			leave(t, m)
			if got := m.Delivered(); got != want {
				t.Errorf("%d lines delivered of %d past ones, want %d", got, past, want)
			}
		}
		if kept := r.Stats().Kept; kept.Lines != 5 || kept.Bytes != 10 {
			t.Errorf("kept are %+v, want 5 lines of 10 bytes", kept)
		}
		leave(t, a)
	})
}

func TestLinesThatAreSkippedAreNotDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(cfg *room.Config) { cfg.Whole = true })
		speaker, s := r.Speaker(), newScreen().at(100)
		var missed uint64
		m, err := r.Enter(s, room.Entrance{Gap: func(n uint64) []byte {
			missed += n
			return fmt.Appendf(nil, "missed %d\n", n)
		}})
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			publish(t, speaker, strings.Repeat("x", 999)+"\n")
		}
		s.at(1 << 30)
		leave(t, m)
		if got := m.Delivered(); missed == 0 || got+missed != 100 {
			t.Errorf("%d lines delivered, and %d missed, want 100 in all", got, missed)
		}
	})
}

// TestLatencyIsThatOfEachMember has one member that takes everything at once, and one that takes
// 20 bytes in 100 ms: it has the chunk of 1,000 bytes after 5 s, when others have been followed.
func TestLatencyIsThatOfEachMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(cfg *room.Config) { cfg.Farewell = time.Hour })
		speaker, quick, slow := r.Speaker(), join(t, r, newScreen()), join(t, r, newScreen().at(200))
		publish(t, speaker, strings.Repeat("x", 999)+"\n")
		publish(t, speaker, "this is not followed: it comes too soon\n")
		time.Sleep(time.Second) // in the bubble: until the next one is followed
		publish(t, speaker, "this is followed\n")
		leave(t, quick)
		leave(t, slow)
		got := r.Stats().Latency
		bounds, n := room.LatencyBounds(), map[time.Duration]uint64{}
		for i, count := range got.Buckets {
			if count > 0 {
				n[bounds[i]] += count
			}
		}
		// 5 s for the first; the last one ends 57 bytes later, which is 3 bites more, and came 1 s later.
		if len(n) != 2 || n[bounds[0]] != 2 || n[5*time.Second] != 2 {
			t.Errorf("buckets are %v, want 2 of next to nothing and 2 of up to 5 s", n)
		}
		if got.Sum < 9*time.Second || got.Sum > 10*time.Second {
			t.Errorf("the sum is %v", got.Sum)
		}
	})
}

// TestHistoryIsNotLate has members enter who get what was said long before them, and one line that
// is said while they are there.
func TestHistoryIsNotLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		r.Keep(journal.Keep{Lines: 100, Bytes: 1 << 20})
		speaker := r.Speaker()
		for range 5 {
			publish(t, speaker, "this is followed\n")
			time.Sleep(time.Hour) // in the bubble
		}
		for _, how := range []room.Entrance{{Past: 3}, {From: 1}, {}} {
			before := r.Stats().Latency
			s := newScreen()
			m, err := r.Enter(s, how)
			if err != nil {
				t.Fatal(err)
			}
			publish(t, speaker, "this is said to all\n")
			leave(t, m)
			time.Sleep(time.Hour) // in the bubble: until the next one is followed
			if got := r.Stats().Latency; got.Sum != before.Sum || got.Buckets[0] != before.Buckets[0]+1 {
				t.Errorf("who came with %+v and got %q: the buckets are %v, and were %v", how, s, got.Buckets, before.Buckets)
			}
		}
	})
}

// TestLogIsUsedUpWhenSendersWait has a member that does not read, and lines of which many or few
// fit: what is left of the room for them goes down to nothing, and then the sender waits.
func TestLogIsUsedUpWhenSendersWait(t *testing.T) {
	for _, size := range []int{2, 64, 900} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(t, func(c *room.Config) { c.Backlog = 64 << 10 })
				r.Keep(journal.Keep{Lines: 1 << 20, Bytes: 1 << 20}) // holds nobody, and does not count
				stuck, speaker, reader := newScreen(), r.Speaker(), join(t, r, newScreen())
				line := strings.Repeat("x", size-1) + "\n"
				for range 2000 {
					publish(t, speaker, line)
					synctest.Wait()
				}
				if kept := r.Stats().Kept; kept.Used != 0 {
					t.Fatalf("nobody is behind, and %+v", kept)
				}

				stuck.stuck = true
				slow := join(t, r, stuck)
				used, waits := 0.0, false
				for !waits {
					said := make(chan struct{})
					go func() { // ends when the member is cut, at the latest
						publish(t, speaker, line)
						close(said)
					}()
					synctest.Wait()
					if waits = r.Stats().Waiting > 0; waits {
						break
					}
					<-said
					now := r.Stats().Kept.Used
					if now < used || now > 1 {
						t.Fatalf("of the log are used %v, and were %v", now, used)
					}
					used = now
				}
				if used != 1 {
					t.Errorf("the sender waits where of the log are used %v", used)
				}
				<-slow.Done()
				leave(t, reader)
				if used := r.Stats().Kept.Used; used != 0 {
					t.Errorf("all are gone, and of the log are used %v", used)
				}
			})
		})
	}
}
