package tui

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/session"
	"bcast/internal/wire"
)

// pane is the rows of the members, without the blank ones.
func (s *screen) pane() (rows []string) {
	s.t.Helper()
	for _, row := range s.rows()[1 : s.height-2] {
		cells := []rune(row) // of tests in which every character has one cell
		if _, who, ok := strings.Cut(string(cells[min(len(cells), s.width-paneWidth):]), s.glyphs.bar+" "); ok {
			rows = append(rows, who)
		}
	}
	return rows
}

func TestMembersAreShownFromHundredColumnsOn(t *testing.T) {
	for width, want := range map[int]bool{99: false, 100: true, 101: true} {
		s := newFramed(t, width, 24, "bob")
		if got := s.has("│ bob"); got != want {
			t.Errorf("%d columns: members shown %v, want %v:\n%s", width, got, want, s.View())
		}
		s.press(tea.KeyF2)
		if got := s.has("│ bob"); got == want {
			t.Errorf("%d columns: F2 does nothing:\n%s", width, s.View())
		}
		s.press(tea.KeyF2)
		if got := s.has("│ bob"); got != want {
			t.Errorf("%d columns: F2 twice leaves members shown %v:\n%s", width, got, s.View())
		}
	}
}

func TestEscClosesTheMembersWhereTheyTakeThePlaceOfTheFeed(t *testing.T) {
	s := newFramed(t, 50, 12, "bob")
	s.happen(s.line(1, "bob", "hello"))
	s.press(tea.KeyF2)
	s.wantNot("hello")
	s.want(" alice (you)", " bob")
	s.press(tea.KeyEsc)
	s.want("hello")
	s.wantNot("(you)")
}

func TestMembersAreSortedAndKept(t *testing.T) {
	s := newFramed(t, 120, 24, "bob", "guest-10", "Carol", "guest-9")
	expect := func(want ...string) {
		t.Helper()
		if got := s.pane(); !slices.Equal(got, want) {
			t.Errorf("members %q, want %q", got, want)
		}
	}
	expect("5 here", "alice (you)", "bob", "Carol", "guest-9", "guest-10")
	s.happen(join("x", "Bert", 6), join("x", "Bert", 6), join("y", "bob", 7))
	expect("7 here", "alice (you)", "Bert", "bob", "bob", "Carol", "guest-9", "guest-10")
	s.happen(leave("q0", "bob", 6), leave("q0", "bob", 6))
	expect("6 here", "alice (you)", "Bert", "bob", "Carol", "guest-9", "guest-10")
	s.happen(rename("q1", "zoe", "guest-10"), rename("unknown", "x", "y"))
	expect("6 here", "alice (you)", "Bert", "bob", "Carol", "zoe", "guest-9")
	s.happen(leave("p1", "alice", 5), join("p1", "alice", 6))
	expect("6 here", "alice (you)", "Bert", "bob", "Carol", "zoe", "guest-9")
	s.happen(rename("p1", "mia", "alice"))
	expect("6 here", "Bert", "bob", "Carol", "mia (you)", "zoe", "guest-9")
	s.happen(session.Disconnected{Err: errors.New("gone")})
	expect("6 were here", "Bert", "bob", "Carol", "mia (you)", "zoe", "guest-9")
	s.enter("new")
	expect("2 here", "alice (you)", "new")
}

func TestMoreMembersThanRowsAreCounted(t *testing.T) {
	s := newFramed(t, 120, 24)
	for i := range 30 {
		s.happen(join(fmt.Sprint("x", i), fmt.Sprintf("m%02d", i), uint64(i+2)))
	}
	got := s.pane()
	if len(got) != 20 || got[0] != "31 here" || got[18] != "m16" || got[19] != "↓ 13 more" {
		t.Errorf("members %q", got)
	}
}

func TestPastFiveHundredMembersOnlyTheirNumberIsShown(t *testing.T) {
	s := newScreen(t, "alice", 120, 24)
	s.happen(session.Connected{Framed: true, You: me, Count: 731})
	s.want("[up]  731 here")
	s.wantNot("(you)")
	s.press(tea.KeyF2)
	s.want("731 here, too many to name")
	s.happen(session.Counted{Count: wire.Count{Count: 740}}, join("x", "bob", 741))
	s.want("[up]  741 here")
	s.happen(leave("x", "bob", 499))
	s.want("[up]  499 here")
	s.wantNot("bob")

	s = newFramed(t, 120, 24, "bob")
	s.want("(you)")
	s.happen(session.Counted{Count: wire.Count{Count: 501}})
	s.want("501 here")
	s.wantNot("(you)")
}

func TestRosterIsBoundedWhateverTheServerSays(t *testing.T) {
	s := newFramed(t, 120, 24)
	for i := range 10_000 {
		s.board.handle(join(fmt.Sprint("x", i), "bob", uint64(i+2)))
	}
	s.happen()
	if n := len(s.board.roster.members); n > wire.MaxRoster+1 || len(s.board.roster.keys) != n {
		t.Errorf("%d members are kept", n)
	}
	s.want("10001 here")
}

func TestPlainServerDoesNotSayWhoIsHere(t *testing.T) {
	s := newScreen(t, "", 120, 24)
	s.happen(session.Connected{})
	s.press(tea.KeyF2)
	s.want("this server does not say who is here")
	s.wantNot("1 here", "F2")
}

// The roster against the simplest there is: a map that is sorted at each look.
func TestRosterIsWhatCameOfAllThatHappened(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var r roster
	r.reset(wire.Member{ID: "0", Name: "me"}, 1, []wire.Member{})
	want := map[string]string{"0": "me"}
	for range 20_000 {
		m := wire.Member{ID: fmt.Sprint(1 + random.IntN(60)), Name: fmt.Sprint("Nn"[random.IntN(2):], random.IntN(9))}
		old, there := want[m.ID]
		switch random.IntN(3) {
		case 0:
			if r.add(m) == there {
				t.Fatalf("added %v, which was there %v", m, there)
			}
			if !there {
				want[m.ID] = m.Name
			}
		case 1:
			if name, ok := r.remove(m.ID); ok != there || name != old {
				t.Fatalf("removed %q (%v), want %q (%v)", name, ok, old, there)
			}
			delete(want, m.ID)
		case 2:
			if name, ok := r.rename(m); ok != (there && old != m.Name) || name != old {
				t.Fatalf("renamed %q (%v), want %q", name, ok, old)
			}
			if there {
				want[m.ID] = m.Name
			}
		}
		if len(r.members) != len(want) || len(r.keys) != len(want) || r.count != uint64(len(want)) || !slices.IsSortedFunc(r.members, byKey) {
			t.Fatalf("%d members, %d keys, count %d, want %d, sorted: %v", len(r.members), len(r.keys), r.count, len(want), r.members)
		}
		for _, got := range r.members {
			if want[got.id] != got.name {
				t.Fatalf("%s is called %q, want %q", got.id, got.name, want[got.id])
			}
		}
	}
}

func TestThoseWhoComeAndGoShareARow(t *testing.T) {
	for want, events := range map[string][]session.Event{
		"* │ bob joined":                        {join("1", "bob", 2)},
		"* │ bob and carol joined":              {join("1", "bob", 2), join("2", "carol", 3)},
		"* │ bob, carol and dave joined":        {join("1", "bob", 2), join("2", "carol", 3), join("3", "dave", 4)},
		"* │ bob, carol and 2 others joined":    {join("1", "bob", 2), join("2", "carol", 3), join("3", "dave", 4), join("4", "eve", 5)},
		"* │ bob joined; bob left":              {join("1", "bob", 2), leave("1", "bob", 1)},
		"* │ bob joined; bob is now bert":       {join("1", "bob", 2), rename("1", "bert", "bob")},
		"* │ bob joined; bob is now ben":        {join("1", "bob", 2), rename("1", "bert", "bob"), rename("1", "ben", "bert")},
		"* │ you are mia now":                   {rename("p1", "mia", "alice")},
		"bob is now ben, and there were 1 more": {join("1", "bob", 2), join("2", "x", 2), rename("1", "ben", "bob"), rename("2", "y", "x")},
	} {
		s := newFramed(t, 80, 24)
		s.later(time.Hour)
		s.happen(events...)
		s.want(want)
		if got := strings.Count(strings.Join(s.rows(), "\n"), "* │"); got != 1 {
			t.Errorf("%q takes %d rows:\n%s", want, got, s.View())
		}
	}
}

func TestRowOfThoseWhoComeEndsWithALineOrAMinute(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.later(time.Hour)
	s.happen(join("1", "bob", 2), s.line(1, "bob", "hello"), join("2", "carol", 3))
	s.later(trafficTime)
	s.happen(join("3", "dave", 4))
	s.happen(session.Delivered{ID: 1, Line: s.own(2, "mine")}, join("4", "eve", 5))
	s.happen(session.Gap{Missed: 1}, join("5", "fred", 6))
	s.want("* │ bob joined", "* │ carol joined", "* │ dave joined", "alice │ mine", "* │ eve joined", "* │ 1 line missing", "* │ fred joined")
}

func TestWhoReadsBackIsNotDisturbedByThoseWhoCome(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.later(time.Hour)
	for i := range 100 {
		s.happen(s.line(uint64(i+1), "bob", fmt.Sprintf("line %d", i)))
	}
	s.press(tea.KeyPgUp)
	before := s.rows()[1:21]
	for i := range 50 {
		s.happen(join(fmt.Sprint("x", i), "bob", 2))
	}
	if after := s.rows(); !slices.Equal(before, after[1:21]) || s.has("new · End") {
		t.Errorf("the rows moved:\n%s", s.View())
	}
	s.press(tea.KeyEnd)
	s.want("bob, bob and 48 others joined")
}
