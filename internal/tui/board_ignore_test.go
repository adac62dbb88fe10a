package tui

import (
	"strings"
	"testing"
)

func TestIgnoredNameIsNotShown(t *testing.T) {
	s := newFramed(t, 100, 24, "Bob", "carol", "guest-4")
	s.happen(s.line(1, "Bob", "before"))
	s.enterText("/ignore bob")
	s.want("nothing of bob is shown any more")
	s.enterText("/ignore guest-4")
	s.happen(
		s.line(2, "Bob", "hidden\nhidden too, alice"), s.past(3, "Bob", "hidden"), s.line(4, "guest-4", "hidden"),
		leave("q0", "Bob", 3), join("q9", "Bob", 4), leave("q2", "guest-4", 3),
		s.line(5, "carol", "shown"), rename("q9", "robert", "Bob"), s.line(6, "robert", "under another name"),
	)
	s.wantNot("hidden", "joined", "left", "mention")
	s.want("before", "shown", "Bob is now robert", "under another name")
	s.enterText("/ignore")
	s.want("ignored: bob, guest-4")
	s.enterText("/ignore BOB")
	s.want("BOB is shown again")
	s.happen(s.line(7, "Bob", "heard"), join("q8", "bob", 4))
	s.want("heard", "bob joined")
	s.enterText("/ignore guest-4")
	s.enterText("/ignore")
	s.want("nobody is ignored")
}

func TestIgnoredNameIsNotShownWhereTheServerIsPlain(t *testing.T) {
	s := newScreen(t, "bob", 80, 24)
	s.board.configure(Config{Name: "alice"}, nil)
	s.enterText("/ignore bob")
	s.arrive("bob: hidden\nBob: hidden\nbobby: shown\nbob:nobody's\n")
	s.wantNot("hidden")
	s.want("bobby │ shown", "│ bob:nobody's")
}

func TestManyNamesAreIgnoredWithoutAFlood(t *testing.T) {
	s := newFramed(t, 200, 24)
	for i := range 300 { // more than are known of late
		s.enterText("/ignore " + strings.Repeat("x", i%30+1) + string(rune('a'+i/30)))
	}
	for i := range 300 {
		name := strings.Repeat("X", i%30+1) + string(rune('A'+i/30))
		s.happen(s.line(uint64(i+1), name, "hidden"))
	}
	s.wantNot("hidden")
	s.enterText("/ignore")
	s.want(", ...")
}
