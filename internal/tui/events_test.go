package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/session"
	"bcast/internal/text"
	"bcast/internal/wire"
)

// happen is what the session's goroutine and the watching command do.
func (s *screen) happen(events ...session.Event) {
	for _, event := range events {
		s.board.handle(event)
	}
	s.Update(changedMsg{})
}

// later lets time pass.
func (s *screen) later(d time.Duration) { s.now = s.now.Add(d) }

var me = wire.Member{ID: "p1", Name: "alice"}

// enter joins a framed room with some members.
func (s *screen) enter(peers ...string) {
	event := session.Connected{Framed: true, You: me, Count: uint64(1 + len(peers)), Peers: []wire.Member{}}
	for i, name := range peers {
		event.Peers = append(event.Peers, wire.Member{ID: fmt.Sprint("q", i), Name: name})
	}
	s.happen(event)
}

func newFramed(t *testing.T, width, height int, peers ...string) *screen {
	t.Helper()
	s := newScreen(t, "alice", width, height)
	s.enter(peers...)
	return s
}

// line is what somebody says.
func (s *screen) line(seq uint64, name, text string) session.Line {
	return session.Line{Line: wire.Line{Seq: seq, From: "q0", Name: name, At: s.now.UnixMilli(), Text: []byte(text)}}
}

// own is what this side says.
func (s *screen) own(seq uint64, text string) *session.Line {
	line := s.line(seq, "alice", text)
	line.From, line.Ref, line.Own = "p1", seq, true
	return &line
}

func (s *screen) past(seq uint64, name, text string) session.Line {
	line := s.line(seq, name, text)
	line.History = true
	return line
}

// say types a line and sends it.
func (s *screen) say(text string) {
	s.write(text)
	s.press(tea.KeyEnter)
}

func join(id, name string, count uint64) session.Joined {
	return session.Joined{Join: wire.Join{Member: wire.Member{ID: id, Name: name}, Count: count}}
}

func leave(id, name string, count uint64) session.Left {
	return session.Left{Leave: wire.Leave{Member: wire.Member{ID: id, Name: name}, Count: count}}
}

func rename(id, name, old string) session.Renamed {
	return session.Renamed{Rename: wire.Rename{Member: wire.Member{ID: id, Name: name}, Old: old}}
}

// index is the first row that has want, or -1.
func (s *screen) index(want string) int {
	s.t.Helper()
	for i, row := range s.rows() {
		if strings.Contains(row, want) {
			return i
		}
	}
	return -1
}

func (s *screen) want(wants ...string) {
	s.t.Helper()
	for _, want := range wants {
		if !s.has(want) {
			s.t.Errorf("%q is not on the screen:\n%s", want, strings.Join(s.rows(), "\n"))
		}
	}
}

func (s *screen) wantNot(wants ...string) {
	s.t.Helper()
	for _, want := range wants {
		if s.has(want) {
			s.t.Errorf("%q is on the screen:\n%s", want, strings.Join(s.rows(), "\n"))
		}
	}
}

// wantClean checks that a line is text that a terminal shows, and nothing that it obeys.
func wantClean(t *testing.T, what, line string) {
	t.Helper()
	for part := range strings.SplitSeq(line, ": ") { // each was cut to what is shown by itself
		if text.Clean([]byte(part)) != part && len(part) < text.MaxShown {
			t.Errorf("%s: %.300q", what, part)
		}
	}
	for _, r := range line {
		if unicode.IsControl(r) {
			t.Errorf("%s: %U in %.300q", what, r, line)
		}
	}
}
