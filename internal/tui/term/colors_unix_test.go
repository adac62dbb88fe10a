//go:build unix

package term_test

import (
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"bcast/internal/tui/term"
)

func TestUseColors(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		want termenv.Profile
	}{
		{"xterm", map[string]string{"TERM": "xterm"}, termenv.ANSI},
		{"256 colours", map[string]string{"TERM": "xterm-256color"}, termenv.ANSI256},
		{"all colours", map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, termenv.TrueColor},
		{"dumb", map[string]string{"TERM": "dumb"}, termenv.Ascii},
		{"NO_COLOR", map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, termenv.Ascii},
		{"in CI", map[string]string{"TERM": "xterm-256color", "CI": "true"}, termenv.ANSI256},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, key := range []string{
				"TERM", "COLORTERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "GOOGLE_CLOUD_SHELL", "TERM_PROGRAM",
			} {
				t.Setenv(key, test.env[key])
			}
			for _, dark := range []bool{true, false} {
				term.UseColors(dark)
				if got := lipgloss.ColorProfile(); got != test.want {
					t.Errorf("the profile is %v, want %v", got, test.want)
				}
				if got := termenv.DefaultOutput().Profile; got != test.want {
					t.Errorf("that of termenv is %v, want %v", got, test.want)
				}
				if lipgloss.HasDarkBackground() != dark {
					t.Errorf("the background is not as said: dark is %t", dark)
				}
			}
		})
	}
}
