package tui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/session"
	"bcast/internal/wire"
)

func TestFramedScreenAtEverySize(t *testing.T) {
	for _, size := range []struct{ width, height int }{{120, 30}, {80, 24}, {50, 10}} {
		s := newFramed(t, size.width, size.height, "花子", "bob", "guest-12", "Dora", "guest-4", strings.Repeat("long name ", 3)+"x")
		s.happen(
			session.RoundTrip{Took: 12 * time.Millisecond},
			s.past(1, "bob", "from before"),
			s.past(2, "guest-4", "by nc"),
		)
		s.later(2 * time.Minute)
		s.happen(
			s.line(3, "花子", "おはよう、デモは14時です"),
			join("x1", "carol", 8), join("x2", "guest-31", 9), leave("x2", "guest-31", 8),
			s.line(4, "bob", "three rows:\n\tindented\n\x1b[2Jlast, and a rest that is long enough to need another row or two on most screens"),
		)
		s.say("first")
		s.happen(session.Delivered{ID: 1, Line: s.own(5, "first")})
		s.say("on its way")
		s.golden(fmt.Sprintf("framed_%dx%d", size.width, size.height))
		s.press(tea.KeyF2)
		s.golden(fmt.Sprintf("framed_%dx%d_F2", size.width, size.height))
	}
}

func TestOwnMessageWaitsBelowTheFeedForItsReceipt(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	s.say("hello")
	s.happen(s.line(1, "bob", "meanwhile"))
	if len(s.sent) != 1 || s.sent[0] != "hello\n" {
		t.Errorf("sent %q, want it without the name, which the room knows", s.sent)
	}
	s.want("alice … hello")
	if s.index("alice … hello") != s.index("meanwhile")+1 {
		t.Errorf("it does not stand below the feed:\n%s", s.View())
	}
	s.happen(session.Delivered{ID: 1, Line: s.own(2, "hello")}, s.line(3, "bob", "later"))
	s.wantNot("…")
	if at := s.index("alice │ hello"); at != s.index("meanwhile")+1 || at != s.index("later")-1 {
		t.Errorf("it does not stand in its place:\n%s", s.View())
	}
}

func TestOwnMessageIsShownOnceHoweverItsReceiptComes(t *testing.T) {
	for name, receipt := range map[string]func(*screen) []session.Event{
		"as delivered": func(s *screen) []session.Event {
			return []session.Event{session.Delivered{ID: 1, Line: s.own(1, "hello")}}
		},
		"with a line": func(s *screen) []session.Event {
			return []session.Event{*s.own(1, "hello"), session.Delivered{ID: 1, Line: s.own(1, "hello")}}
		},
		"and then the line": func(s *screen) []session.Event {
			return []session.Event{session.Delivered{ID: 1, Line: s.own(1, "hello")}, *s.own(1, "hello")}
		},
	} {
		s := newFramed(t, 80, 24)
		s.say("hello")
		s.happen(receipt(s)...)
		if got := strings.Count(strings.Join(s.rows(), "\n"), "hello"); got != 1 || !s.has("alice │ hello") {
			t.Errorf("%s: shown %d times:\n%s", name, got, s.View())
		}
	}
}

func TestReceiptThatIsFasterThanTheScreen(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.offer = func([]byte) (uint64, bool) {
		s.board.handle(session.Delivered{ID: 1, Line: s.own(1, "fast")})
		return 1, true
	}
	s.say("fast")
	s.wantNot("…")
	s.want("alice │ fast")
	s.offer = func([]byte) (uint64, bool) {
		s.board.handle(session.Refused{ID: 2, Error: wire.Error{Message: "no"}})
		return 2, true
	}
	s.say("bad")
	s.wantNot("…")
	s.want("alice ! bad")
}

func TestRefusedMessageIsMarkedAndSaysWhy(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.say("too much")
	s.happen(session.Refused{ID: 1, Error: wire.Error{Code: wire.CodeTooLong, Message: "longer than \x1b[31ma line"}})
	s.want("alice ! too much", " ! not sent: longer than ␛[31ma line")
	s.Update(forgetMsg{s.hints - 1})
	s.want("! not sent")
	s.write("x")
	s.wantNot("! not sent")
	s.want("alice ! too much")
	s.happen(session.Refused{Error: wire.Error{Code: wire.CodeName, Message: "no such name"}})
	s.want("* │ the server refused: no such name")
}

func TestMoreMessagesThanThereIsRoomForWaitInOneRow(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	for i := range 100 {
		s.happen(s.line(uint64(i+1), "bob", fmt.Sprintf("line %d", i)))
		s.say(fmt.Sprintf("mine %d", i))
	}
	s.want("line 99", "… mine 0", "… mine 3", "… (96 more wait)")
	s.wantNot("mine 4", "mine 99")
	for i := range 99 {
		s.happen(session.Delivered{ID: uint64(i + 1), Line: s.own(uint64(i+101), "mine")})
	}
	s.want("… mine 99")
	s.wantNot("more wait")
}

func TestHistoryStandsAboveAMark(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	s.happen(s.past(1, "bob", "before"), join("x", "visitor", 3), leave("x", "visitor", 2), s.past(2, "bob", "also before"))
	s.wantNot("* │", "visitor")
	s.happen(s.line(3, "bob", "now"))
	if at := s.index("* │ joined"); at != s.index("also before")+1 || at != s.index("│ now")-1 {
		t.Errorf("the mark is not between:\n%s", s.View())
	}
	s.happen(s.line(4, "bob", "and on"), join("y", "carol", 3))
	if strings.Count(strings.Join(s.rows(), "\n"), "* │ joined") != 1 {
		t.Errorf("not one mark:\n%s", s.View())
	}
}

func TestComingEndsTheHistoryOnceThatIsCalm(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	s.happen(s.past(1, "bob", "before"))
	s.later(2 * time.Second)
	s.happen(join("x", "carol", 3))
	if at := s.index("* │ joined"); at < 0 || at != s.index("carol joined")-1 {
		t.Errorf("who came is not told, or the mark is not above:\n%s", s.View())
	}
}

func TestRoomWithoutHistoryNeedsNoMark(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	s.happen(s.line(1, "bob", "hello"))
	s.wantNot("* │")
}

func TestBreakSaysExactlyWhatItCost(t *testing.T) {
	for want, event := range map[string]session.Connected{
		"reconnected after 3.2 s, nothing lost":                   {Resumed: true},
		"reconnected after 3.2 s, 1 line missed":                  {Resumed: true, Missed: 1},
		"reconnected after 3.2 s, 40 lines missed":                {Resumed: true, Missed: 40},
		"the server has restarted (3.2 s), lines may be missing":  {Restarted: true},
		"disconnected 20:58:00 to 20:58:03, lines may be missing": {},
	} {
		s := newFramed(t, 80, 24, "bob")
		s.happen(session.Disconnected{Err: errors.New("gone"), Attempt: 1, Retry: time.Second})
		s.want("[down: attempt 1 in 1s]")
		s.wantNot("here")
		s.later(3200 * time.Millisecond)
		event.Framed, event.You, event.Count, event.Peers = true, me, 1, []wire.Member{}
		s.happen(event, s.past(1, "bob", "while away"))
		s.want("* │ "+want, "[up]  1 here")
		s.happen(s.line(9, "bob", "and now"))
		if s.index("while away") != s.index(want)+1 || s.has("│ joined") {
			t.Errorf("what was said meanwhile does not stand below the mark:\n%s", s.View())
		}
	}
}

func TestLongBreakIsToldInMinutes(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.happen(session.Disconnected{})
	s.later(130 * time.Second)
	s.happen(session.Connected{Framed: true, You: me, Count: 1, Peers: []wire.Member{}, Resumed: true})
	s.want("reconnected after 2m10s, nothing lost")
}

func TestMessageThatMayAppearTwiceIsMarked(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.say("sent")
	s.say("never sent")
	s.happen(session.Disconnected{})
	s.say("meanwhile")
	s.happen(session.Connected{Framed: true, You: me, Count: 1, Peers: []wire.Member{}, Restarted: true, Repeated: 1})
	s.want("alice ! sent", "alice … never sent", "alice … meanwhile", "! sent again, and may appear twice")
	for i, said := range []string{"sent", "never sent", "meanwhile"} {
		s.happen(session.Delivered{ID: uint64(i + 1), Line: s.own(uint64(i+1), said)}, *s.own(uint64(i+1), said))
	}
	s.want("alice ! sent", "alice │ never sent", "alice │ meanwhile")
	s.wantNot("…")
}

func TestRestartAfterWhichNothingIsRepeatedLeavesNoDoubt(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.say("never sent")
	s.happen(session.Disconnected{})
	s.happen(session.Connected{Framed: true, You: me, Count: 1, Peers: []wire.Member{}, Restarted: true})
	s.want("alice … never sent")
	s.wantNot("appear twice")
}

func TestMessageThatArrivedAmongMissedLinesIsNotLostFromSight(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	s.say("hello")
	s.happen(session.Disconnected{})
	s.happen(session.Connected{Framed: true, You: me, Count: 1, Peers: []wire.Member{}, Resumed: true, Missed: 3})
	s.happen(session.Delivered{ID: 1}, s.line(9, "bob", "later"))
	s.wantNot("…")
	if at := s.index("alice │ hello"); at < 0 || at != s.index("3 lines missed")+1 {
		t.Errorf("it is not in the feed:\n%s", s.View())
	}
}

func TestServerMayHaveForgottenALongBreak(t *testing.T) {
	s := newFramed(t, 120, 24)
	s.press(tea.KeyF2)
	s.happen(session.Disconnected{})
	s.later(11 * time.Minute)
	s.happen(session.Connected{Framed: true, You: me, Count: 1, Peers: []wire.Member{}, Restarted: true})
	s.want("the server has restarted, or forgotten this side (11m0s), lines may be missing")
	s.happen(session.Disconnected{})
	s.later(11 * time.Minute)
	s.happen(session.Connected{Framed: true, You: me, Count: 1, Peers: []wire.Member{}, Restarted: true, Missed: 7})
	s.want("reconnected after 11m0s, 7 lines missed")
}

func TestResumedMessageIsNotInDoubt(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.say("before")
	s.happen(session.Disconnected{})
	s.happen(session.Connected{Framed: true, You: me, Count: 1, Peers: []wire.Member{}, Resumed: true})
	s.want("alice … before")
	s.wantNot("appear twice")
}

func TestGapSaysHowManyLinesAreMissing(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.happen(session.Gap{Missed: 40})
	s.want("* │ 40 lines missing here: this side was too slow")
}

func TestRoundTripStandsInTheHeader(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.want("[up]  1 here")
	for want, took := range map[string]time.Duration{
		"[up <1ms]": 400 * time.Microsecond, "[up 12ms]": 12345 * time.Microsecond, "[up 2.3s]": 2345 * time.Millisecond,
	} {
		s.happen(session.RoundTrip{Took: took})
		s.want(want)
	}
	s.happen(session.Disconnected{})
	s.happen(session.Connected{Framed: true, You: me, Count: 1, Resumed: true})
	s.want("[up]")
}

func TestHistoryDoesNotCountAsArriving(t *testing.T) {
	s := newFramed(t, 80, 24)
	for seq := range uint64(1000) {
		line := s.line(seq+1, "bob", "long ago")
		line.History = true
		s.happen(line)
	}
	if n := s.board.arrived; n != 0 {
		t.Errorf("%d lines have arrived, want none", n)
	}
	s.happen(s.line(1001, "bob", "now"))
	if n := s.board.arrived; n == 0 {
		t.Error("nothing has arrived")
	}
}

// BenchmarkFloodOfFrames is BenchmarkFlood with the same lines from a framed server.
func BenchmarkFloodOfFrames(b *testing.B) {
	board := newBoard(time.Now)
	board.feed.Resize(66, 20)
	board.handle(session.Connected{Framed: true, You: me, Count: 1})
	said := []byte(strings.Repeat("x", 58))
	b.SetBytes(1024 * 64)
	b.ReportAllocs()
	for b.Loop() {
		for i := range 1024 {
			board.handle(session.Line{Line: wire.Line{Seq: uint64(i + 1), From: "p3", Name: "bob", At: 1735689599999, Text: said}})
		}
		board.feed.Rows()
	}
	b.ReportMetric(float64(1024*b.N)/b.Elapsed().Seconds(), "lines/s")
}
