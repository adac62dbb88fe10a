package tui

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/session"
	"bcast/internal/wire"
)

// logs has a screen's board log to a file, and returns what the file has in the end.
func (s *screen) logs(name string, cfg Config) (end func() string) {
	s.t.Helper()
	cfg.Name = "alice"
	cfg.LogFile = filepath.Join(s.t.TempDir(), name)
	return s.logsTo(cfg)
}

func (s *screen) logsTo(cfg Config) (end func() string) {
	s.t.Helper()
	close := s.board.serve(cfg, func(string) {}, new(bell))
	return func() string {
		s.t.Helper()
		if err := close(); err != nil {
			s.t.Error(err)
		}
		return read(s.t, cfg.LogFile)
	}
}

const at = "2026-11-23 20:58:00 "

func (s *screen) wantLog(got string, want ...string) {
	s.t.Helper()
	all := ""
	for _, line := range want {
		all += at + line + "\n"
	}
	if got != all {
		s.t.Errorf("the log has\n%swant\n%s", got, all)
	}
}

func TestWhatIsShownIsLogged(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	end := s.logs("log", Config{})
	s.happen(s.line(1, "bob", "one\ntwo"), join("x", "carol", 3), join("y", "dora", 4), leave("x", "carol", 3), rename("y", "eve", "dora"))
	s.enterText("/ignore bob")
	s.happen(s.line(2, "bob", "hidden"), leave("q0", "bob", 2))
	s.say("mine")
	s.happen(session.Delivered{ID: 1, Line: s.own(3, "mine")}, rename("p1", "hanako", "alice"))
	s.wantLog(end(), "bob: one", "  two", "* carol joined", "* dora joined", "* carol left", "* dora is now eve",
		"alice: mine", "* you are hanako now")
}

func TestPresenceThatIsNotWantedIsNeitherShownNorLogged(t *testing.T) {
	s := newFramed(t, 100, 24, "bob")
	end := s.logs("log", Config{NoPresence: true})
	s.happen(s.line(1, "bob", "hello"))
	s.happen(join("x", "carol", 3), leave("q0", "bob", 2), rename("x", "eve", "carol"), rename("p1", "hanako", "alice"))
	s.want("2 here", "│ eve") // which is the pane
	s.wantNot("joined", "left", "is now")
	s.want("you are hanako now")
	s.wantLog(end(), "bob: hello", "* you are hanako now")
}

func TestHistoryIsLoggedBehindWhatTheLogHas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	enter := func(from, to int) string {
		s := newScreen(t, "alice", 80, 24)
		s.board.zone = time.Local
		end := s.logsTo(Config{LogFile: path})
		s.enter("bob")
		start := s.now
		for i := range to {
			line := s.past(uint64(i+1), "bob", fmt.Sprint("line ", i))
			line.At = start.Add(time.Duration(i)*time.Second + 300*time.Millisecond).UnixMilli()
			line.History = i < from
			s.happen(line)
		}
		return end()
	}
	enter(0, 10)
	got := enter(15, 20)
	for i := range 20 {
		if n := strings.Count(got, fmt.Sprintf("line %d\n", i)); n != 1 {
			t.Errorf("line %d is there %d times:\n%s", i, n, got)
		}
	}
}

func TestHistoryOfTheSecondInWhichTheLogEndsIsLogged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	join := func(ahead time.Duration, events ...session.Event) string {
		s := newScreen(t, "alice", 80, 24)
		s.board.zone = time.Local
		server := s.now
		s.now = server.Add(ahead) // which the marks of this side have
		end := s.logsTo(Config{LogFile: path})
		s.enter("bob")
		for _, event := range events {
			line := event.(session.Line)
			line.At = server.UnixMilli()
			s.happen(line)
		}
		s.board.mark("something happened")
		return end()
	}
	s := newScreen(t, "alice", 80, 24)
	first := s.past(1, "bob", "before alice went")
	history := []session.Event{first, s.past(2, "bob", "as alice went"), s.past(3, "bob", "as alice went"), s.line(4, "bob", "new")}
	for name, ahead := range map[string]time.Duration{"the same clock": 0, "a clock that is fast": 2 * time.Minute, "one that is slow": -2 * time.Minute} {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		join(ahead, first)
		got := join(ahead, history...)
		for said, want := range map[string]int{"bob: before alice went": 1, "bob: as alice went": 2, "bob: new": 1} {
			if n := strings.Count(got, said+"\n"); n != want {
				t.Errorf("%s: %q is there %d times, want %d:\n%s", name, said, n, want, got)
			}
		}
	}
}

func TestPlainLinesAreLoggedAsText(t *testing.T) {
	s := newScreen(t, "alice", 80, 24)
	end := s.logs("log", Config{})
	s.arrive("bob: one\nby nc\n* bob joined\n")
	s.enterText("mine")
	s.wantLog(end(), "bob: one", "  by nc", "  * bob joined", "alice: mine")
}

// frames reads a log of frames.
func frames(t *testing.T, log string) (frames []wire.ServerFrame) {
	t.Helper()
	for line := range strings.Lines(log) {
		frame, err := wire.DecodeServer([]byte(line), wire.DefaultMaxLine)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		frames = append(frames, frame)
	}
	return frames
}

func TestPlainLinesAreLoggedAsFrames(t *testing.T) {
	s := newScreen(t, "alice", 80, 24)
	end := s.logs("log.jsonl", Config{})
	s.board.handle(session.Connected{})
	long := strings.Repeat("x", 20_000) + "\u202e"
	s.arrive("bob: one\r\nby nc \xff\neve: hidden\n")
	s.enterText("/ignore eve")
	s.arrive("eve: hidden\n")
	s.enterText(long)
	want := []wire.Line{
		{From: "plain", Name: "bob", Text: []byte("one\r")},
		{From: "plain", Text: []byte("by nc \xff")},
		{From: "plain", Name: "eve", Text: []byte("hidden")},
		{From: "you", Name: "alice", Text: []byte(long)},
	}
	got := frames(t, end())
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i, want := range want {
		want.Seq, want.At = uint64(i+1), s.now.UnixMilli()
		if got := got[i].(*wire.Line); fmt.Sprint(*got) != fmt.Sprint(want) {
			t.Errorf("frame %d is %.300v, want %.300v", i, *got, want)
		}
	}
}

// relay is what the session makes of frames: each as it came, before the event that it is.
func (s *screen) relay(events ...session.Event) (raw string) {
	for _, event := range events {
		var frame wire.ServerFrame
		switch event := event.(type) {
		case session.Line:
			frame = &event.Line
		case session.Joined:
			frame = &event.Join
		case session.Left:
			frame = &event.Leave
		case session.Renamed:
			frame = &event.Rename
		default:
			frame = &wire.Unknown{Type: "later"}
		}
		json := frame.Append(nil)
		raw += string(json)
		s.happen(session.Frame{JSON: json[:len(json)-1]})
		if event != nil {
			s.happen(event)
		}
	}
	return raw
}

func TestFramesAreLoggedButForThoseOfTheIgnored(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	end := s.logs("log.jsonl", Config{NoPresence: true})
	want := s.relay(s.past(1, "bob", "one"), nil, *s.own(2, "mine"), join("x", "eve", 3))
	s.happen(session.Pause{})
	s.enterText("/ignore eve")
	s.relay(s.line(3, "eve", "hidden"), leave("x", "eve", 2), join("x", "eve", 3))
	s.happen(session.Pause{})
	want += s.relay(s.line(4, "bob", "two"), nil)
	s.happen(session.Disconnected{Err: errors.New("gone")})
	want += s.relay(s.line(5, "bob", "three")) // and no pause behind it
	if got := end(); got != want {
		t.Errorf("the log has\n%swant\n%s", got, want)
	}
}

func TestFrameBeforeABreakDoesNotWaitForItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFramed(t, 80, 24, "bob")
		path := filepath.Join(t.TempDir(), "log.jsonl")
		end := s.logsTo(Config{LogFile: path})
		want := s.relay(s.line(1, "bob", "last"))
		s.happen(session.Disconnected{Err: errors.New("gone")})
		time.Sleep(time.Second) // in the bubble: until it is flushed
		synctest.Wait()
		if got := read(t, path); got != want {
			t.Errorf("the log has %q, want %q", got, want)
		}
		end()
	})
}

func TestLogThatCannotBeOpenedIsToldAndTheRoomGoesOn(t *testing.T) {
	for _, name := range []string{"log", "log.jsonl"} {
		s := newScreen(t, "alice", 200, 24)
		path := filepath.Join(t.TempDir(), "no", name)
		end := s.board.serve(Config{Name: "alice", LogFile: path}, nil, new(bell))
		s.happen(session.Frame{JSON: []byte(`{"type":"later"}`)}, session.Pause{})
		s.arrive("bob: hello\n")
		s.want("* │ nothing is logged: "+path+": no such file", "bob │ hello")
		if err := end(); err != nil {
			t.Error(err)
		}
	}
}

func TestLineIsInTheLogASecondLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen(t, "alice", 80, 24)
		path := filepath.Join(t.TempDir(), "log")
		end := s.logsTo(Config{LogFile: path})
		s.arrive("bob: hello\n")
		time.Sleep(time.Second) // in the bubble: until it is flushed
		synctest.Wait()
		s.wantLog(read(t, path), "bob: hello")
		end()
	})
}

func TestContract12_LogIsTextOnly(t *testing.T) {
	for name, attack := range attacks {
		for _, file := range []string{"log", "log.jsonl"} {
			s := newScreen(t, "alice", 80, 24)
			end := s.logs(file, Config{})
			s.arrive(attack + "\nbob: " + attack + "\n")
			s.enterText(attack)
			s.enter("bob")
			s.relay(s.line(1, attack, attack+"\n"+attack), join("x", attack, 3), rename("x", attack+"2", attack))
			s.happen(session.Refused{Error: wire.Error{Message: attack}})
			for line := range strings.Lines(end()) {
				if line = strings.TrimSuffix(line, "\n"); file == "log" {
					wantClean(t, name, line)
					continue
				}
				for _, r := range line {
					if r < ' ' || 0x7F <= r && r < 0xA0 || 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069 || r == 0x2028 || r == 0x2029 {
						t.Errorf("%s: %U in %.300q", name, r, line)
					}
				}
			}
		}
	}
}
