package tui

import (
	"strings"
	"testing"

	"bcast/internal/session"
	"bcast/internal/wire"
)

func TestLimitIsWhatFitsAsPlainMembersSeeIt(t *testing.T) {
	in := func(name string, maxLine int) *screen {
		s := newScreen(t, "", 80, 24)
		s.asking()
		s.happen(session.Connected{Framed: true, You: wire.Member{ID: "p1", Name: name}, Count: 1, MaxLine: maxLine})
		return s
	}
	plain := newScreen(t, "", 80, 24)
	plain.board.configure(Config{Name: "花子"}, nil)
	plain.happen(session.Connected{})
	asking := in("alice", 1000)
	asking.enterText("/name hanako")
	answered := in("alice", 1000)
	answered.enterText("/name hanako")
	answered.happen(rename("p1", "hanako", "alice"))
	refused := in("alice", 1000)
	refused.enterText("/name hanako")
	refused.happen(session.Refused{Error: wire.Error{Code: wire.CodeName}})
	for name, test := range map[string]struct {
		s           *screen
		lines, want int
	}{
		"a line":                   {in("alice", 1000), 1, 1000 - 1 - len("alice: ")},
		"three lines":              {in("alice", 1000), 3, 1000 - 1 - 3*len("alice: ")},
		"nothing typed":            {in("alice", 1000), 0, 1000 - 1 - len("alice: ")},
		"a guest":                  {in("guest-7", 1000), 3, 1000 - 1},
		"a server that is plain":   {plain, 1, wire.DefaultMaxLine - 1 - len("花子: ")},
		"no word of a longest":     {in("alice", 0), 1, wire.DefaultMaxLine - 1 - len("alice: ")},
		"a name that is asked for": {asking, 1, 1000 - 1 - len("hanako-999999: ")},
		"once it is given":         {answered, 1, 1000 - 1 - len("hanako: ")},
		"or refused":               {refused, 1, 1000 - 1 - len("alice: ")},
		"more lines than fit":      {in("alice", 1000), 1000, 0},
		"very long lines":          {in("alice", 16<<20), 1, maxText},
	} {
		if got := test.s.board.limit(test.lines); got != test.want {
			t.Errorf("%s: %d bytes, want %d", name, got, test.want)
		}
	}
}

func TestTextIsCutIntoMessagesThatFit(t *testing.T) {
	const maxLine = 100
	s := newFramed(t, 80, 24)
	s.happen(session.Disconnected{})
	s.happen(session.Connected{Framed: true, You: me, Count: 1, MaxLine: maxLine})
	prefix := len("alice: ")
	longest := strings.Repeat("x", s.board.limit(1))
	for name, text := range map[string]string{
		"one line": "hello", "the longest": longest, "many": strings.Repeat("hello\n", 100) + "end", "empty ones": strings.Repeat("\n", 50),
		"some of the longest": longest + "\n" + longest + "\na\nb\n" + longest, "an end": "hello\n", "an end of the longest": longest + "\n", "nothing": "", "one that fits just so": strings.Repeat("x", 30) + "\n" + strings.Repeat("x", 54),
	} {
		messages, ok := s.board.messages(text)
		if !ok || strings.Join(messages, "\n") != text {
			t.Errorf("%s: %q (%v) is not the text", name, messages, ok)
		}
		for i, message := range messages {
			size := func(m string) int { return len(m) + 1 + prefix*(1+strings.Count(m, "\n")) }
			if size(message) > maxLine {
				t.Errorf("%s: message %d takes %d bytes", name, i, size(message))
			}
			if next, _, _ := strings.Cut(strings.Join(messages[i+1:], "\n"), "\n"); i+1 < len(messages) && size(message+"\n"+next) <= maxLine {
				t.Errorf("%s: message %d has room for %q", name, i, next)
			}
		}
	}
	for _, text := range []string{longest + "x", "a\n" + longest + "x\nb"} {
		if messages, ok := s.board.messages(text); ok {
			t.Errorf("%q is sent as %q", text, messages)
		}
	}
}
