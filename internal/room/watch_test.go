package room_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/room"
)

const (
	patience = room.DefaultPatience
	slack    = patience / 16 // what the looks of the room may come late
)

var line = strings.Repeat("x", 999) + "\n"

// fill publishes until the member must have waited, and returns how long it has.
func fill(t *testing.T, m *room.Member, lines int) time.Duration {
	t.Helper()
	start := time.Now()
	for range lines {
		publish(t, m, line)
	}
	return time.Since(start)
}

// reason checks that the member was cut, and returns why.
func reason(t *testing.T, m *room.Member) room.Reason {
	t.Helper()
	var cut *room.CutError
	if err := m.Leave(t.Context()); !errors.As(err, &cut) {
		t.Fatalf("left with %v, want a CutError", err)
	}
	return cut.Reason
}

func joinStuck(t *testing.T, r *room.Room) *room.Member {
	t.Helper()
	s := newScreen()
	s.stuck = true
	return join(t, r, s)
}

func joinSlow(t *testing.T, r *room.Room, bytesPerSecond int) *room.Member {
	t.Helper()
	return join(t, r, newScreen().at(bytesPerSecond))
}

func TestContract06_MemberThatReadsTooSlowlyIsCutAfterPatience(t *testing.T) {
	for _, test := range []struct {
		name string
		rate int // bytes a second; the least is 10,000
		cut  bool
	}{
		{"next to nothing", 2 * bite, true},
		{"somewhat less than half", 4500, true},
		{"somewhat more than half", 5500, false},
		{"the least", 10_000, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(t, func(c *room.Config) { c.MinRate = 10_000 })
				reader, sender := joinSlow(t, r, test.rate), join(t, r, newScreen())
				held := fill(t, sender, 60)
				if !test.cut {
					leave(t, reader, sender)
					return
				}
				if got := reason(t, reader); got != room.Slow {
					t.Errorf("cut as %v, want slow", got)
				}
				if held > patience*5/4 {
					t.Errorf("the sender was held for %v, patience is %v", held, patience)
				}
				leave(t, sender)
			})
		})
	}
}

func TestContract06_MemberThatStandsStillAlreadyHoldsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		stuck, sender := joinStuck(t, r), join(t, r, newScreen())
		publish(t, sender, line)
		time.Sleep(patience * 5 / 4) // in the bubble: longer than the patience, with nobody held
		if held := fill(t, sender, 100); held > slack {
			t.Errorf("the sender was held for %v", held)
		}
		if got := reason(t, stuck); got != room.Stalled {
			t.Errorf("cut as %v, want stalled", got)
		}
		leave(t, sender)
	})
}

// A member that has read well for long is measured by what it has done lately.
func TestContract06_MemberThatStopsReadingIsCutAfterPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(c *room.Config) { c.MinRate = 1000 })
		s := newScreen().at(20_000)
		reader, sender := join(t, r, s), join(t, r, newScreen())
		fill(t, sender, 200)
		s.at(1)
		if held := fill(t, sender, 40); held > patience*5/4 {
			t.Errorf("the sender was held for %v, patience is %v", held, patience)
		}
		reason(t, reader)
		leave(t, sender)
	})
}

func TestContract06_AllWhoDoNotReadTogetherHoldTheRoomForOnePatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(c *room.Config) { c.MinRate = 10_000 })
		good, sender := joinSlow(t, r, 20_000), join(t, r, newScreen())
		free := fill(t, sender, 200) // the good reader's own pace
		var held time.Duration
		for n := range 30 {
			stuck := joinStuck(t, r)
			took := fill(t, sender, 20)
			held += max(0, took-free*20/200)
			got := reason(t, stuck)
			if n == 0 && got != room.Stalled || n > 1 && got != room.Overdrawn {
				t.Errorf("staller %d was cut as %v", n, got)
			}
			time.Sleep(max(0, time.Second-took)) // in the bubble: one a second
		}
		if held > patience+30*slack {
			t.Errorf("30 stallers held the sender for %v, want at most %v", held, patience)
		}
		leave(t, good, sender)
		if n := r.Stats().Cuts[room.Overdrawn]; n < 28 {
			t.Errorf("%d were cut as overdrawn, want all but the first ones", n)
		}
	})
}

func TestContract06_PatienceComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		sender := join(t, r, newScreen())
		for range 3 {
			stuck := joinStuck(t, r)
			if held := fill(t, sender, 100); held < patience || held > patience*5/4 {
				t.Errorf("the sender was held for %v, patience is %v", held, patience)
			}
			reason(t, stuck)
			time.Sleep(room.Grudge + patience) // in the bubble: until nothing is remembered
		}
		leave(t, sender)
	})
}

// What one look sees of two who stand still side by side counts once.
func TestContract06_StallersAtTheSameTimeOweTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		sender := join(t, r, newScreen())
		var all []*room.Member
		for range 50 {
			all = append(all, joinStuck(t, r))
		}
		if held := fill(t, sender, 100); held > patience*5/4 {
			t.Errorf("the sender was held for %v, patience is %v", held, patience)
		}
		for _, m := range all {
			if got := reason(t, m); got != room.Stalled {
				t.Errorf("cut as %v, want stalled", got)
			}
		}
		leave(t, sender)
	})
}

// Every burst starts the measuring anew; a good reader's first steps are not held
// against it.
func TestContract06_GoodReaderIsNotChargedForBursts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(c *room.Config) { c.MinRate = 10_000 })
		good, sender := joinSlow(t, r, 12_000), join(t, r, newScreen())
		for range 30 {
			fill(t, sender, 40)
			time.Sleep(5 * time.Second) // in the bubble: between two bursts
		}
		leave(t, good, sender)
	})
}

func TestContract06_TimeThatTwoHoldTogetherIsSpentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(c *room.Config) { c.MinRate = 2000 })
		sender := join(t, r, newScreen())
		stuck := []*room.Member{joinStuck(t, r), joinStuck(t, r), joinStuck(t, r), joinStuck(t, r)}
		publish(t, sender, line)
		time.Sleep(patience * 3 / 4) // in the bubble: most of the patience
		if held := fill(t, sender, 100); held > patience/4+slack {
			t.Errorf("the sender was held for %v", held)
		}
		for _, m := range stuck {
			reason(t, m)
		}
		late := newScreen().at(16) // takes its first bite after 5/8 of patience
		reader := join(t, r, late)
		time.AfterFunc(patience/4, func() { late.at(20_000) })
		fill(t, sender, 40)
		leave(t, reader, sender)
	})
}

func TestRoomThatAllHaveLeftIsForgotten(t *testing.T) {
	var freed atomic.Bool
	func() {
		r := newRoom(t, func(c *room.Config) { c.Patience = 10 * time.Millisecond })
		runtime.AddCleanup(r, func(b *atomic.Bool) { b.Store(true) }, &freed)
		members := []*room.Member{join(t, r, newScreen()), join(t, r, newScreen().at(1000)), join(t, r, newScreen())}
		publish(t, members[0], line)
		leave(t, members...)
	}()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(10 * time.Second); !freed.Load(); <-again.C {
		runtime.GC()
		if time.Now().After(deadline) {
			t.Fatal("something of the room goes on")
		}
	}
}

// A member that need not be waited for gets whole lines, and knows exactly how many it
// has not got.
func TestMemberThatSkipsHoldsNobodyAndIsToldWhatItMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(c *room.Config) { c.Whole, c.Raw = true, true })
		s := newScreen().at(1000)
		skips, err := r.Enter(s, room.Entrance{Gap: func(missed uint64) []byte { return fmt.Appendf(nil, "gap %d\n", missed) }})
		if err != nil {
			t.Fatal(err)
		}
		reader, sender := newScreen(), join(t, r, newScreen())
		all := join(t, r, reader)
		start := time.Now()
		for n := range 2000 {
			publish(t, sender, fmt.Sprintf("line %d %s\n", n, strings.Repeat("x", n%50)))
			if n%100 == 0 {
				time.Sleep(10 * time.Millisecond) // in the bubble: now and then nothing is said
			}
		}
		if held := time.Since(start); held > time.Second {
			t.Errorf("the sender was held for %v", held)
		}
		s.at(1_000_000)
		leave(t, skips, all, sender)
		next, gaps := 0, 0
		for line := range strings.Lines(s.String()) {
			var n int
			if _, err := fmt.Sscanf(line, "gap %d", &n); err == nil {
				next += n
				gaps++
				continue
			}
			if want := fmt.Sprintf("line %d %s\n", next, strings.Repeat("x", next%50)); line != want {
				t.Fatalf("got %q, want %q after %d gaps", line, want, gaps)
			}
			next++
		}
		if next != 2000 || gaps == 0 {
			t.Errorf("got %d lines with %d gaps, want 2000 in all", next, gaps)
		}
		if got := strings.Count(reader.String(), "\n"); got != 2000 {
			t.Errorf("the other reader got %d lines", got)
		}
	})
}
