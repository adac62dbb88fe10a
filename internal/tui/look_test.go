package tui

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"bcast/internal/feed"
	"bcast/internal/session"
)

// colour has the screen drawn for a terminal with colours.
func (s *screen) colour(profile termenv.Profile, dark bool) {
	s.t.Helper()
	before := lipgloss.HasDarkBackground()
	lipgloss.SetColorProfile(profile)
	lipgloss.SetHasDarkBackground(dark)
	s.t.Cleanup(func() {
		lipgloss.SetColorProfile(termenv.Ascii)
		lipgloss.SetHasDarkBackground(before)
	})
	s.styles, s.view = defaultStyles(lipgloss.DefaultRenderer()), ""
}

// busy is a screen with every state that there is, of text that is ASCII alone.
func busy(t *testing.T, width, height int) *screen {
	s := newFramed(t, width, height, "bob", "carol")
	for i := range 30 {
		s.happen(join(fmt.Sprint("x", i), fmt.Sprintf("m%02d-with-a-name-that-is-cut", i), uint64(i+4)))
	}
	s.press(tea.KeyF2)
	s.happen(s.line(1, "bob", "the day before"))
	s.later(24 * time.Hour)
	s.happen(s.line(2, "a-name-that-is-much-too-long", "hello "+strings.Repeat("x", 30)))
	s.Update(tea.BlurMsg{})
	s.happen(s.line(3, "bob", "alice?"), s.line(4, "bob", "alice:"+strings.Repeat("x", width)))
	s.Update(tea.FocusMsg{})
	s.press(tea.KeyF3)
	s.write("hello")
	s.press(tea.KeyEnter, tea.KeyEsc)
	s.say("on its way")
	s.say(strings.Repeat("long ", 40))
	s.happen(session.Refused{ID: 1})
	return s
}

func TestASCIIFrameIsASCII(t *testing.T) {
	for _, size := range sizes {
		s := busy(t, size.Width, size.Height)
		s.glyphs = newGlyphs(true)
		for name, act := range map[string]func(){
			"chat":         func() {},
			"reading back": func() { s.press(tea.KeyPgUp); s.happen(s.line(9, "bob", "more")) },
			"help":         func() { s.press(tea.KeyF1) },
			"further help": func() { s.press(tea.KeyPgDown, tea.KeyPgDown) },
			"paste":        func() { s.press(tea.KeyEsc); s.paste("1\n2\n3\n4\n5") },
			"members":      func() { s.press(tea.KeyEsc, tea.KeyCtrlPgDown) },
			"mouse":        func() { s.alt('m') },
			"down":         func() { s.happen(session.Disconnected{Attempt: 1}) },
		} {
			act()
			s.view = ""
			for _, row := range s.rows() {
				if strings.IndexFunc(row, func(r rune) bool { return r > '~' }) >= 0 {
					t.Errorf("%s at %dx%d: %q", name, size.Width, size.Height, row)
				}
			}
		}
	}
}

func TestNoStateIsToldByColourAlone(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		g := newGlyphs(ascii)
		seen := map[string]bool{}
		for _, sign := range []string{g.bar, g.waits, g.unsure, g.mention, g.found} {
			if seen[sign] || ansi.StringWidth(sign) != 1 {
				t.Errorf("ascii %v: the sign %q is there twice, or not one cell wide", ascii, sign)
			}
			seen[sign] = true
		}
	}
	s := busy(t, 80, 24)
	s.press(tea.KeyF2)
	s.want("← mention", "← alice:xxx", "▸ hello xxx", "alice ! on its way", "… long", "2 new since", "1 of 1", "Tuesday, 24 November 2026")
	if strings.Contains(ours.ReplaceAllString(s.View(), ""), "\x1b") {
		t.Errorf("there are styles without colours: %q", s.View())
	}
}

var underlined = regexp.MustCompile("\x1b\\[[0-9;]*4[0-9;]*m")

func TestLinkIsOneHoweverItIsWrapped(t *testing.T) {
	s := newScreen(t, "", 50, 12)
	s.arrive("bob: see https://ci.example/a/path/that/is/long/enough/for/two/rows?q=1#x, or http://b.example/。\n")
	for _, profile := range []termenv.Profile{termenv.Ascii, termenv.ANSI256} {
		s.colour(profile, true)
		view := s.View()
		if n := strings.Count(view, "\x1b]8;id=0.4;https://ci.example/a/path/that/is/long/enough/for/two/rows?q=1#x\x1b\\"); n != 2 {
			t.Errorf("the link begins %d times, in %q", n, view)
		}
		if n := strings.Count(view, ";http://b.example/\x1b\\"); n != 1 {
			t.Errorf("the other link begins %d times, in %q", n, view)
		}
		for _, row := range strings.Split(view, "\n") {
			if strings.Count(row, "\x1b]8;id") != strings.Count(row, "\x1b]8;;\x1b\\") {
				t.Errorf("a link goes on behind its row: %q", row)
			}
			if profile != termenv.Ascii && strings.Contains(row, "\x1b]8;id") && !underlined.MatchString(row) {
				t.Errorf("nobody sees the link: %q", row)
			}
		}
	}
}

func TestStylesEndWithTheirRow(t *testing.T) {
	s := busy(t, 120, 30)
	s.colour(termenv.ANSI256, true)
	for _, act := range []func(){func() {}, func() { s.press(tea.KeyF1) }, func() { s.press(tea.KeyEsc, tea.KeyF3) }} {
		act()
		for _, row := range strings.Split(s.View(), "\n") {
			last := strings.LastIndex(row, "\x1b[")
			for last >= 0 && !strings.HasSuffix(sequenceAt(row, last), "m") {
				last = strings.LastIndex(row[:last], "\x1b[")
			}
			if last >= 0 && sequenceAt(row, last) != "\x1b[0m" {
				t.Errorf("a style goes on behind its row: %q", row)
			}
		}
	}
}

// sequenceAt is the control sequence that begins in a row.
func sequenceAt(row string, at int) string {
	end := strings.IndexFunc(row[at+2:], func(r rune) bool { return r >= '@' })
	return row[at : at+2+end+1]
}

func TestWhatIsFoundIsMarkedInNamesToo(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.arrive("bob: hello\ncarol: bye\n")
	s.colour(termenv.ANSI256, true)
	s.press(tea.KeyF3)
	s.write("bo")
	view := s.View()
	if !strings.Contains(view, s.styles.match.Render("bob")) || strings.Contains(view, s.styles.match.Render("carol")) {
		t.Errorf("not the name that is looked for is marked, in %q", view)
	}
	s.press(tea.KeyEnter)
	if !strings.Contains(s.View(), s.styles.chosen.Render("bob")) {
		t.Errorf("the name that was gone to is not marked, in %q", s.View())
	}
}

func TestWhatIsFoundIsMarkedInLinksToo(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.arrive("bob: https://ci.example/deploy and deploy\n")
	s.colour(termenv.ANSI256, true)
	s.press(tea.KeyF3)
	s.write("DEPLOY")
	match := s.styles.match.Render("deploy")
	if n := strings.Count(s.View(), match); n != 2 {
		t.Errorf("%d matches are marked in %q", n, s.View())
	}
	s.press(tea.KeyEnter)
	if n := strings.Count(s.View(), s.styles.chosen.Render("deploy")); n != 2 {
		t.Errorf("%d matches of the line that was gone to are marked in %q", n, s.View())
	}
}

func TestSixteenColoursAreEnough(t *testing.T) {
	s := newFramed(t, 120, 24, "bob")
	for dark, few := range map[bool][12]int{true: fewNamesOnDark, false: fewNamesOnLight} {
		s.colour(termenv.ANSI, dark)
		for i, color := range few {
			want := fmt.Sprintf("\x1b[%dm", 30+color)
			if color > 7 {
				want = fmt.Sprintf("\x1b[%dm", 90+color-8)
			}
			if s.styles.names[i].begin != want {
				t.Errorf("dark %v: colour %d begins %q, want %q", dark, i, s.styles.names[i].begin, want)
			}
		}
		if strings.Contains(s.View(), "38;") {
			t.Errorf("dark %v: there are more colours than sixteen in %q", dark, s.View())
		}
	}
}

func TestThemeIsWhatThePersonSays(t *testing.T) {
	for _, said := range []bool{true, false} {
		if ThemeAuto.dark(said) != said || !ThemeDark.dark(said) || ThemeLight.dark(said) {
			t.Errorf("where the terminal says %v, the themes are %v, %v and %v", said, ThemeAuto.dark(said), ThemeDark.dark(said), ThemeLight.dark(said))
		}
	}
}

func TestHeaderLeavesOutWhatMattersLeast(t *testing.T) {
	s := newFramed(t, 120, 24, "bob")
	s.title = "a-host-with-a-long-name.example.org:1234"
	s.happen(session.RoundTrip{Took: 12 * time.Millisecond})
	s.rate.perSec = 1234
	s.alt('m')
	for width, want := range map[int]string{
		100: " bcast  a-host-with-a-long-name.example.org:1234  [up 12ms]  2 here  mouse  1.2k/s            20:58",
		86:  " bcast  a-host-with-a-long-name.example.org:1234  [up 12ms]  2 here  mouse      20:58",
		70:  " bcast  a-host-with-a-long-name.example.org:1234  [up 12ms]  2 here",
		60:  " bcast  a-host-with-a-long-name.example.org:1234  [up 12ms]",
		55:  " a-host-with-a-long-name.example.org:1234  [up 12ms]",
		40:  " a-host-with-a-long-name.exa…  [up 12ms]",
		20:  " a-host-…  [up 12ms]",
	} {
		s.Update(tea.WindowSizeMsg{Width: width, Height: 24})
		if got := s.rows()[0]; got != want {
			t.Errorf("%d columns: %q, want %q", width, got, want)
		}
	}
}

func TestInputGrowsUpToAQuarterOfTheScreen(t *testing.T) {
	s := newFramed(t, 80, 24)
	for i := range 30 {
		s.happen(s.line(uint64(i+1), "bob", fmt.Sprintf("line %d.", i)))
	}
	for i := range 10 {
		s.write(fmt.Sprintf("row %d", i))
		rows := s.rows()
		if at := s.index(fmt.Sprintf("row %d", i)); at != len(rows)-2 {
			t.Errorf("row %d stands in %d:\n%s", i, at, s.View())
		}
		if first := s.index("row "); first < len(rows)-1-6 {
			t.Errorf("the input takes %d rows", len(rows)-1-first)
		}
		cursor := fmt.Sprintf("\x1b_bcast:%d;%d\x1b\\", len(rows)-2, len(prompt)+len("row 0"))
		if !strings.Contains(s.View(), cursor) {
			t.Errorf("the cursor is not %q", cursor)
		}
		s.want("line 29.")
		s.Update(tea.KeyMsg{Type: tea.KeyEnter, Alt: true})
	}
	s.press(tea.KeyEnter)
	s.want("line 15.")
}

func TestBytesAreCounted(t *testing.T) {
	s := newFramed(t, 80, 24)
	s.happen(session.Connected{Framed: true, You: me, Count: 1, MaxLine: 1024 + len("alice: \n")})
	s.write("こんにちは")
	s.want("15/1024")
	s.paste(strings.Repeat("x", 1010))
	s.want("too long: a line has up to 1024 bytes", "15/1024")
	s.write(strings.Repeat("x", 1010)) // of which what fits is taken, however its bytes come
	s.want("too long: a line has up to 1024 bytes", "1024/1024")
}

func TestDroppedLinesAreCounted(t *testing.T) {
	s := newScreen(t, "", 80, 24)
	s.board.feed = feed.New(feed.Config{MaxEntries: 5})
	s.arrive(strings.Repeat("x\n", 1239))
	s.want("1,234 older lines were dropped")
}
