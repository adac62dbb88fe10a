package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/feed"
	"bcast/internal/session"
)

var sizes = []tea.WindowSizeMsg{{Width: 120, Height: 40}, {Width: 80, Height: 24}, {Width: 50, Height: 12}, {Width: 20, Height: 5}}

// chat is a room in which there is something of everything.
func chat(t *testing.T, size tea.WindowSizeMsg) *screen {
	t.Helper()
	s := newFramed(t, size.Width, size.Height, "bob", "花子", "carol", "guest-4")
	s.happen(session.RoundTrip{Took: 12 * time.Millisecond})
	s.happen(s.line(1, "花子", "おはよう、デモは14時です 🎉 see https://ci.example/builds/42?log=full#L1234567890 there"))
	s.happen(s.line(2, "carol", "a family 👨‍👩‍👧‍👦, a flag 🇯🇵, marks e\u0301a\u0300 and \x1b[31mred"))
	s.later(4 * time.Hour) // to the next day
	s.happen(s.line(3, "bob", "another day"))
	s.Update(tea.BlurMsg{})
	s.happen(s.line(4, "bob", "deploy finished"))
	s.board.feed.Append(feed.Entry{Kind: feed.Line, Mention: true, At: s.now, Name: "花子", Text: "@alice can you check?"})
	s.board.feed.Append(feed.Entry{
		Kind: feed.Line, Mention: true, At: s.now, Name: "a name that is long",
		Text: "alice: " + strings.Repeat("long ", 25),
	})
	s.happen(s.line(5, "bob", "次のデプロイは明日です"))
	s.Update(tea.FocusMsg{})
	s.say("thanks, 花子!")
	return s
}

func (s *screen) paste(pasted string) {
	s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(pasted), Paste: true})
}

func (s *screen) alt(key rune) tea.Cmd {
	_, cmd := s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{key}, Alt: true})
	return cmd
}

func TestScenesAtEverySize(t *testing.T) {
	for name, act := range map[string]func(s *screen){
		"chat":  func(*screen) {},
		"ascii": func(s *screen) { s.glyphs = newGlyphs(true); s.press(tea.KeyPgUp) },
		"find": func(s *screen) {
			s.press(tea.KeyCtrlF)
			s.write("デプロイ")
			s.press(tea.KeyEnter)
		},
		"help":  func(s *screen) { s.press(tea.KeyF1) },
		"pane":  func(s *screen) { s.press(tea.KeyF2, tea.KeyCtrlPgDown) },
		"paste": func(s *screen) { s.write("before "); s.paste("one\ntwo\nthree\nfour\n") },
		"lines": func(s *screen) {
			s.write("最初の行")
			s.Update(tea.KeyMsg{Type: tea.KeyEnter, Alt: true})
			s.write("the second line 👨‍👩‍👧‍👦, which is long enough to take two rows of most screens, or three")
		},
		"down": func(s *screen) {
			s.happen(session.Disconnected{Attempt: 3, Retry: 1200 * time.Millisecond})
		},
	} {
		for _, size := range sizes {
			s := chat(t, size)
			act(s)
			s.view = ""
			s.golden(fmt.Sprintf("%s_%dx%d", name, size.Width, size.Height))
		}
	}
}
