package tui

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"bcast/internal/feed"
)

// luminance is how bright a colour of the palette of 256 is, by WCAG 2: 6x6x6 colours
// from 16 on, and 24 greys behind them.
func luminance(color int) float64 {
	linear := func(level int) float64 {
		c := float64(level) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	if color >= 232 {
		return linear(8 + 10*(color-232))
	}
	level := func(n int) int {
		if n == 0 {
			return 0
		}
		return 55 + 40*n
	}
	n := color - 16
	return 0.2126*linear(level(n/36)) + 0.7152*linear(level(n/6%6)) + 0.0722*linear(level(n%6))
}

func contrast(a, b int) float64 {
	bright, dark := luminance(a), luminance(b)
	return (max(bright, dark) + 0.05) / (min(bright, dark) + 0.05)
}

func TestNamesCanBeReadOnTheirBackground(t *testing.T) {
	const black, white, darkGrey, lightGrey = 16, 231, 236, 255 // #303030 and #eeeeee
	if c := contrast(black, white); math.Abs(c-21) > 0.01 {
		t.Fatalf("black on white has a contrast of %.2f, which is 21", c)
	}
	for _, list := range []struct {
		colors      [12]int
		backgrounds []int
	}{{namesOnDark, []int{black, darkGrey}}, {namesOnLight, []int{white, lightGrey}}} {
		seen := map[int]bool{}
		for _, color := range list.colors {
			if seen[color] || color < 16 {
				t.Errorf("colour %d is there twice, or another one on each terminal", color)
			}
			seen[color] = true
			for _, background := range list.backgrounds {
				if c := contrast(color, background); c < 4.5 {
					t.Errorf("colour %d has a contrast of %.2f on %d, want 4.5", color, c, background)
				}
			}
		}
	}
}

func TestNameHasOneColourForEver(t *testing.T) {
	for name, want := range map[string]int{"alice": 11, "bob": 8, "花子": 8} {
		if got := nameIndex(name); got != want {
			t.Errorf("%s has colour %d, had %d", name, got, want)
		}
	}
	used := map[int]int{}
	for i := range 1200 {
		used[nameIndex(fmt.Sprint("member ", i))]++
	}
	for i := range namesOnDark {
		if used[i] < 50 {
			t.Errorf("of 1200 names, %d have colour %d", used[i], i)
		}
	}
}

func TestNamesAreColouredAndGuestsAreNot(t *testing.T) {
	s := newFramed(t, 120, 24, "bob")
	lipgloss.SetColorProfile(termenv.ANSI256)
	dark := lipgloss.HasDarkBackground()
	defer func() { lipgloss.SetColorProfile(termenv.Ascii); lipgloss.SetHasDarkBackground(dark) }()
	for dark, colors := range map[bool][12]int{true: namesOnDark, false: namesOnLight} {
		lipgloss.SetHasDarkBackground(dark)
		s.styles = defaultStyles(lipgloss.DefaultRenderer())
		want := fmt.Sprintf("\x1b[38;5;%dmbob\x1b[0m", colors[nameIndex("bob")])
		if got := s.row(&feed.Row{Entry: feed.Entry{Name: "bob"}, First: true}, s.glyphs.bar, ""); !strings.Contains(got, want) {
			t.Errorf("dark %v: %q, want %q", dark, got, want)
		}
		if got := s.paneRow(2, 19); got != want {
			t.Errorf("dark %v: the member is %q, want %q", dark, got, want)
		}
		if got := s.row(&feed.Row{Entry: feed.Entry{Name: "guest-12"}, First: true}, s.glyphs.bar, ""); strings.Contains(got, "38;5;") || !strings.Contains(got, "\x1b[2mguest-12") {
			t.Errorf("dark %v: a guest is %q, want it faint", dark, got)
		}
	}
	lipgloss.SetColorProfile(termenv.Ascii) // as NO_COLOR has it
	s.styles = defaultStyles(lipgloss.DefaultRenderer())
	if got := s.paneRow(2, 19); got != "bob" {
		t.Errorf("without colours, the member is %q", got)
	}
}
