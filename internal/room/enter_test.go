package room_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"bcast/internal/journal"
	"bcast/internal/room"
)

func TestMemberMayBeginWithLinesOfThePast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(c *room.Config) { c.Backlog = 256 << 10 })
		r.Keep(journal.Keep{Lines: 100, Bytes: 8 << 10})
		sender := join(t, r, newScreen())
		said := ""
		for n := range 500 { // several lines in a chunk, some of them over the end of a segment
			chunk := fmt.Sprintf("%d a\n%d b\n%d %s\n", n, n, n, strings.Repeat("x", n%90))
			publish(t, sender, chunk)
			said += chunk
		}
		lines := strings.SplitAfter(strings.TrimSuffix(said, "\n"), "\n")
		for past := range 60 {
			s := newScreen()
			m, err := r.Enter(s, room.Entrance{Past: uint64(past)})
			if err != nil {
				t.Fatal(err)
			}
			publish(t, sender, "now\n")
			leave(t, m)
			want := strings.Join(lines[len(lines)-past:], "")
			if past > 0 {
				want += "\n"
			}
			if got := s.String(); got != want+"now\n" {
				t.Fatalf("with %d lines of the past the member got %q, want %q", past, got, want+"now\n")
			}
			lines[len(lines)-1] += "\n"
			lines = append(lines, "now")
		}
		leave(t, sender)
	})
}

func TestMemberThatIsHeldGetsEverythingOnceItIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		s := newScreen()
		held, err := r.Enter(s, room.Entrance{Held: true})
		if err != nil {
			t.Fatal(err)
		}
		sender := join(t, r, newScreen())
		publish(t, sender, "while it is held\n")
		synctest.Wait()
		if s.String() != "" {
			t.Errorf("got %q while it is held", s)
		}
		held.Insert([]byte("first\n"))
		held.Release()
		publish(t, sender, "then\n")
		leave(t, held, sender)
		if got, want := s.String(), "first\nwhile it is held\nthen\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestWhatIsInsertedStandsBetweenTwoLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(c *room.Config) { c.MinRate = 1 })
		s := newScreen().at(2000)
		reader, sender := join(t, r, s), join(t, r, newScreen())
		want := 0
		for n := range 50 {
			publish(t, sender, strings.Repeat("x", 70)+"\n")
			if n%5 == 0 {
				reader.Insert([]byte("inserted\n"))
				want++
			}
		}
		leave(t, reader, sender)
		got := 0
		for line := range strings.Lines(s.String()) {
			switch line {
			case "inserted\n":
				got++
			case strings.Repeat("x", 70) + "\n":
			default:
				t.Fatalf("got the line %q", line)
			}
		}
		if got != want {
			t.Errorf("%d insertions arrived, want %d", got, want)
		}
	})
}

func TestContract06_MemberThatIsHeldIsCutAfterPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		held, err := r.Enter(newScreen(), room.Entrance{Held: true})
		if err != nil {
			t.Fatal(err)
		}
		sender := join(t, r, newScreen())
		if took := fill(t, sender, 500); took == 0 || took > patience+slack { // and its owner sees nothing of it
			t.Errorf("the sender was held for %v, patience is %v", took, patience)
		}
		if got := reason(t, held); got != room.Stalled {
			t.Errorf("cut as %v, want stalled", got)
		}
		held.Release() // too late, and no harm
		leave(t, sender)
	})
}
