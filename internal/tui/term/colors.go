package term

import (
	"os"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// UseColors tells Lip Gloss which colours there are, by the environment (NO_COLOR, CLICOLOR, COLORTERM, TERM),
// and whether the background is dark. Left alone, it keeps what it found while TERM was dumb, which is that
// every background is dark, or asks the terminal. The output is taken to be a terminal, in CI too.
//
// It is to be called once TERM is restored, and before the first style renders.
func UseColors(dark bool) {
	profile := termenv.NewOutput(os.Stdout, termenv.WithTTY(true)).EnvColorProfile()
	lipgloss.SetColorProfile(profile)
	lipgloss.SetHasDarkBackground(dark)
	termenv.DefaultOutput().Profile = profile
}
