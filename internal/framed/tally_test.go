package framed

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bcast/internal/wire"
)

// A change is one step of a table: who comes (+), goes (-), is renamed (=), or the wake (!).
type change struct {
	at    time.Duration
	what  string
	count uint64
}

// told has the tally tell a change, and returns it as "join 3", "count 501", "" or "wait 1s".
func told(t *tally, c change) string {
	var frame wire.ServerFrame
	var wakeAt time.Time
	switch c.what {
	case "+":
		frame, wakeAt = t.tell(later(c.at), &wire.Join{Count: c.count})
	case "-":
		frame, wakeAt = t.tell(later(c.at), &wire.Leave{Count: c.count})
	case "=":
		frame, wakeAt = t.tell(later(c.at), &wire.Rename{Old: "x"})
	default:
		frame, wakeAt = t.wake(later(c.at))
	}
	var said []string
	switch frame := frame.(type) {
	case *wire.Join:
		said = append(said, fmt.Sprint("join ", frame.Count))
	case *wire.Leave:
		said = append(said, fmt.Sprint("leave ", frame.Count))
	case *wire.Rename:
		said = append(said, "rename")
	case *wire.Count:
		said = append(said, fmt.Sprint("count ", frame.Count))
	}
	if !wakeAt.IsZero() {
		said = append(said, fmt.Sprint("wait ", wakeAt.Sub(later(0))))
	}
	return strings.Join(said, ", ")
}

func TestTallyTells(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	for name, steps := range map[string][]struct {
		change
		want string
	}{
		"each in a room that has a roster": {
			{change{0, "+", 1}, "join 1"},
			{change{0, "+", 2}, "join 2"},
			{change{0, "=", 0}, "rename"},
			{change{0, "-", 1}, "leave 1"},
			{change{0, "!", 0}, ""},
			{change{0, "+", 499}, "join 499"},
			{change{0, "+", 500}, "join 500"},
			{change{0, "=", 0}, "rename"},
		},
		"counts beyond it, once a second": {
			{change{0, "+", 500}, "join 500"},
			{change{1 * ms, "+", 501}, "count 501"},
			{change{2 * ms, "+", 502}, "wait 1.001s"},
			{change{3 * ms, "-", 501}, "wait 1.001s"},
			{change{4 * ms, "+", 502}, "wait 1.001s"},
			{change{1000 * ms, "!", 0}, "wait 1.001s"}, // too early
			{change{1001 * ms, "!", 0}, "count 502"},
			{change{1002 * ms, "!", 0}, ""},
			{change{9 * s, "-", 501}, "count 501"}, // at once after a calm
			{change{9500 * ms, "+", 502}, "wait 10s"},
			{change{11 * s, "+", 503}, "count 503"}, // the change comes before the wake
			{change{11 * s, "!", 0}, ""},
		},
		"no renames beyond it": {
			{change{0, "+", 501}, "count 501"},
			{change{2 * s, "=", 0}, ""},
			{change{2 * s, "!", 0}, ""},
			{change{3 * s, "+", 502}, "count 502"},
			{change{3 * s, "+", 503}, "wait 4s"},
			{change{3 * s, "=", 0}, "wait 4s"},
			{change{4 * s, "=", 0}, "count 503"}, // as good as the wake
		},
		"each again when the room has shrunk": {
			{change{0, "+", 501}, "count 501"},
			{change{1 * ms, "-", 500}, "leave 500"},
			{change{1 * ms, "=", 0}, "rename"},
			{change{2 * ms, "-", 499}, "leave 499"},
			{change{3 * ms, "+", 500}, "join 500"},
		},
		"nothing before a count that is owed": {
			{change{0, "+", 501}, "count 501"},
			{change{1 * ms, "-", 500}, "leave 500"},
			{change{2 * ms, "+", 501}, "wait 1s"},
			{change{3 * ms, "-", 500}, "wait 1s"}, // else nobody would learn who came
			{change{4 * ms, "=", 0}, "wait 1s"},
			{change{5 * ms, "-", 499}, "wait 1s"},
			{change{1 * s, "!", 0}, "count 499"},
			{change{1 * s, "-", 498}, "leave 498"},
			{change{1 * s, "=", 0}, "rename"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var tally tally
			for i, step := range steps {
				if got := told(&tally, step.change); got != step.want {
					t.Fatalf("step %d, %+v: %q, want %q", i, step.change, got, step.want)
				}
			}
		})
	}
}

func TestTenThousandJoinsAreToldByAHandfulOfCounts(t *testing.T) {
	var tally tally
	var frames, counts int
	var last time.Time
	hear := func(frame wire.ServerFrame, now time.Time) {
		switch frame.(type) {
		case nil:
		case *wire.Count:
			if counts > 0 && now.Sub(last) < time.Second {
				t.Fatalf("a count follows another by %v", now.Sub(last))
			}
			counts++
			last = now
		default:
			frames++
		}
	}
	const joins, pause = 10_000, 300 * time.Microsecond // 3 s in all
	var wakeAt time.Time
	for i := range joins {
		now := later(time.Duration(i) * pause)
		if !wakeAt.IsZero() && !now.Before(wakeAt) {
			frame, _ := tally.wake(now)
			hear(frame, now)
		}
		var frame wire.ServerFrame
		frame, wakeAt = tally.tell(now, &wire.Join{Count: uint64(i + 1)})
		hear(frame, now)
	}
	frame, _ := tally.wake(wakeAt)
	hear(frame, wakeAt)
	if frames != wire.MaxRoster || counts < 3 || counts > 5 {
		t.Errorf("%d joins and %d counts, want %d and about 4", frames, counts, wire.MaxRoster)
	}
	if last, ok := frame.(*wire.Count); !ok || last.Count != joins {
		t.Errorf("the last frame is %v, want the count of all", frame)
	}
}

// TestClientKnowsAllOrKnowsThatItDoesNot keeps the promise of tally's comment: a client that
// has seen no count knows who is here.
func TestClientKnowsAllOrKnowsThatItDoesNot(t *testing.T) {
	var tally tally
	now := later(0)
	here, knows := make(map[string]bool), make(map[string]bool)
	complete := true
	hear := func(frame wire.ServerFrame) {
		switch frame := frame.(type) {
		case *wire.Join:
			knows[frame.ID] = true
		case *wire.Leave:
			delete(knows, frame.ID)
		case *wire.Count:
			complete = false
		}
	}
	for i := range 2000 {
		now = now.Add(7 * time.Millisecond)
		id := fmt.Sprint("p", i)
		// Up to 500 members, and then up and down by 6, across the bound and back.
		if i < 500 || i/6%2 == 0 {
			here[id] = true
			frame, _ := tally.tell(now, &wire.Join{Member: wire.Member{ID: id}, Count: uint64(len(here))})
			hear(frame)
		} else {
			var ids []string
			for id := range here {
				ids = append(ids, id)
			}
			slices.Sort(ids)
			delete(here, ids[i%len(ids)])
			frame, _ := tally.tell(now, &wire.Leave{Member: wire.Member{ID: ids[i%len(ids)]}, Count: uint64(len(here))})
			hear(frame)
		}
		frame, _ := tally.wake(now)
		hear(frame)
		if complete && !tally.owed && len(here) != len(knows) {
			t.Fatalf("change %d: %d members are here, the client knows %d and has seen no count", i, len(here), len(knows))
		}
		for id := range knows {
			if complete && !tally.owed && !here[id] {
				t.Fatalf("change %d: the client takes %s for here and has seen no count", i, id)
			}
		}
		// A welcome now and then starts the client anew.
		if i%100 == 0 && len(here) <= wire.MaxRoster {
			complete = true
			clear(knows)
			for id := range here {
				knows[id] = true
			}
		}
	}
}
