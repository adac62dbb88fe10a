package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/session"
	"bcast/internal/wire"
)

// enterText types a line and presses Enter.
func (s *screen) enterText(typed string) tea.Cmd {
	s.composer.SetText(typed)
	return s.press(tea.KeyEnter)
}

// asking notes the names that the server is asked for.
func (s *screen) asking() *[]string {
	asked := new([]string)
	s.board.rename = func(name string) { *asked = append(*asked, name) }
	return asked
}

func TestCommandIsDoneAndNotSent(t *testing.T) {
	for _, typed := range []string{"/name hanako", "/find x", "/find", "/clear", "/who", "/ignore bob", "/ignore", "/help", "/HELP", "/help "} {
		s := newFramed(t, 80, 24, "bob")
		s.asking()
		s.enterText(typed)
		if len(s.sent) > 0 || !s.composer.Empty() {
			t.Errorf("%q: sent %q, %q is left", typed, s.sent, s.composer.Text())
		}
	}
}

func TestCommandThatCannotBeDoneStaysAndSaysWhy(t *testing.T) {
	for typed, want := range map[string]string{
		"/naem bob":        "did you mean /name?",
		"/sav":             "did you mean /save?",
		"/exit":            "did you mean /quit?",
		"/join room":       "there is no such command: /help lists them",
		"/":                "there is no such command",
		"/ name":           "there is no such command",
		"/usr/bin/env x":   "there is no such command: /help lists them, // sends a line",
		"/name":            "write /name NAME: be called otherwise",
		"/name  ":          "write /name NAME",
		"/name a:b":        `"a:b" has a colon`,
		"/name guest-1":    "begins like a name that the room gives",
		"/name \u202eevil": "characters that do not belong in a name",
		"/save":            "write /save FILE",
		"/clear now":       "/clear takes nothing behind it",
		"/quit now":        "/quit takes nothing behind it",
		"/who x":           "/who takes nothing behind it",
		"/help x":          "/help takes nothing behind it",
		"/find a\nb":       "/find takes one line",
		"/ignore a:b":      "nobody can be called that",
		"/ignore ALICE":    "that is you",
		"/quit\nbye":       "there is no such command",
	} {
		s := newFramed(t, 120, 24, "bob")
		asked := s.asking()
		s.enterText(typed)
		if len(s.sent)+len(*asked) > 0 || s.composer.Text() != typed {
			t.Errorf("%q: sent %q, asked for %q, %q is left", typed, s.sent, *asked, s.composer.Text())
		}
		s.want(want)
	}
}

func TestUnknownCommandOfAnyLengthIsAnsweredAtOnce(t *testing.T) {
	long := "/" + strings.Repeat("x", 60_000)
	if got := unknownSlash(long); !strings.HasPrefix(got, "there is no such command") {
		t.Errorf("it is told %q", got)
	}
	if n := testing.AllocsPerRun(1, func() { unknownSlash(long) }); n > 100 {
		t.Errorf("it takes %v allocations", n)
	}
}

func TestTwoSlashesSendOne(t *testing.T) {
	for typed, want := range map[string]string{"//name x": "/name x\n", "//": "/\n", "///": "//\n", " /quit": " /quit\n", "a /quit": "a /quit\n"} {
		s := newFramed(t, 80, 24)
		s.enterText(typed)
		if len(s.sent) != 1 || s.sent[0] != want || !s.composer.Empty() {
			t.Errorf("%q: sent %q, want %q", typed, s.sent, want)
		}
	}
}

func TestCommandsAreInTheHistory(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.enterText("/ignore bob")
	s.press(tea.KeyUp)
	if s.composer.Text() != "/ignore bob" {
		t.Errorf("Up leads to %q", s.composer.Text())
	}
}

func TestNameIsAskedOfAFramedServer(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	asked := s.asking()
	s.enterText("/name  ｈａｎａｋｏ ")
	if len(*asked) != 1 || (*asked)[0] != "hanako" {
		t.Errorf("asked for %q", *asked)
	}
	s.wantNot("you are")
	s.happen(rename("p1", "hanako", "alice"))
	s.want("* │ you are hanako now")
	s.wantNot("in use")
	s.enterText("/name bob")
	s.happen(rename("p1", "bob-2", "hanako"))
	s.want("* │ you are bob-2 now: bob is in use")
	s.happen(rename("p1", "robert", "bob-2")) // nobody has asked for that
	s.want("* │ you are robert now")
	s.wantNot("robert now:")
	s.enterText("/name eve")
	s.happen(session.Refused{Error: wire.Error{Code: wire.CodeName, Message: "not \x1b[31mtoday"}})
	s.want("* │ the server refused: not ␛[31mtoday")
	s.happen(rename("p1", "carol", "robert"))
	s.wantNot("eve is in use")
}

func TestNameThatABreakChangedIsTold(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.asking()
	s.happen(session.Disconnected{})
	s.enterText("/name bob")
	s.want("bob is asked for once the server is back")
	you := wire.Member{ID: "p9", Name: "alice-2"}
	s.happen(session.Connected{Framed: true, You: you, Count: 1, Peers: []wire.Member{}, Restarted: true})
	s.want("* │ you are alice-2 now")
	s.happen(session.Disconnected{})
	s.happen(session.Connected{Framed: true, You: you, Count: 1, Peers: []wire.Member{}, Resumed: true})
	if n := strings.Count(strings.Join(s.rows(), "\n"), "you are"); n != 1 {
		t.Errorf("it is told %d times", n)
	}
}

func TestNameIsThePrefixWhereTheServerIsPlain(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.board.handle(session.Connected{})
	asked := s.asking()
	s.enterText("before")
	s.enterText("/name hanako")
	s.want("* │ you are hanako now")
	s.enterText("one\ntwo")
	if want := []string{"before\n", "hanako: one\nhanako: two\n"}; fmt.Sprint(s.sent) != fmt.Sprint(want) || len(*asked) > 0 {
		t.Errorf("sent %q, asked for %q, want %q", s.sent, *asked, want)
	}
	s.want("hanako │ one")
	s.arrive("bob: hanako?\n")
	s.want("← mention")
}

func TestWhoShowsAndHidesTheMembers(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	s.enterText("/who")
	s.want("alice (you)")
	s.enterText("/who")
	s.wantNot("alice (you)")
	plain := newScreen(t, "", 80, 24)
	plain.enterText("/who")
	plain.want("does not say who is here")
}

func TestFindLooksForTheWordsBehindIt(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	s.happen(s.line(1, "bob", "a needle in hay"), s.line(2, "bob", "hay"))
	s.enterText("/find  needle in ")
	if nth, count := s.board.feed.Found(); nth != 1 || count != 1 {
		t.Errorf("match %d of %d", nth, count)
	}
}

func TestClearForgetsTheFeedAlone(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	s.happen(s.line(1, "bob", "old"), join("x", "carol", 3))
	s.say("waits")
	s.enterText("/clear")
	s.wantNot("old", "carol joined")
	s.want("… waits")
	s.happen(join("y", "dora", 4), s.line(2, "bob", "new"))
	s.want("* │ dora joined", "bob │ new")
}

func TestQuitQuits(t *testing.T) {
	s := newFramed(t, 80, 24)
	if !quits(s.enterText("/quit")) {
		t.Error("it does not")
	}
}

func TestHelpHasEveryCommand(t *testing.T) {
	s := newFramed(t, 80, 200)
	s.enterText("/help")
	for _, row := range slashRows() {
		s.want(row.what, row.does)
	}
	if len(slashRows()) != len(slashCommands())+1 {
		t.Error("a command is missing")
	}
}

func TestTabCompletesCommandsAndWhatStandsBehindThem(t *testing.T) {
	for typed, want := range map[string]string{
		"/n": "/name ", "/ig": "/ignore ", "/ignore b": "/ignore bob ", "/ignore ca": "/ignore carol ",
		"/ignore al": "/ignore al", "/clear b": "/clear b", "//n": "//n", "/nothing b": "/nothing b",
	} {
		s := newFramed(t, 80, 24, "bob")
		s.enterText("/ignore carol")
		s.composer.SetText(typed)
		s.press(tea.KeyTab)
		if got := s.composer.Text(); got != want {
			t.Errorf("Tab makes %q of %q, want %q", got, typed, want)
		}
	}
	for typed, want := range map[string]bool{"/": true, "/nothing x": true, "//n": false, "": false, "x /": false} {
		if _, ok := newFramed(t, 80, 24).slashWords(typed); ok != want {
			t.Errorf("%q is taken for a command: %v", typed, ok)
		}
	}
}
