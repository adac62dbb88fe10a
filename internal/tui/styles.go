package tui

import (
	"strings"

	"github.com/charmbracelet/lipgloss"

	"bcast/internal/feed"
)

// A style is one of Lip Gloss that is ready: what begins it and what ends it. All rows are
// drawn at each frame of a flood, and Lip Gloss would work each style out anew.
type style struct{ begin, end string }

func newStyle(s lipgloss.Style) style {
	begin, end, _ := strings.Cut(s.Render("x"), "x")
	return style{begin, end}
}

// Render returns s in this style, and what follows in none.
func (s style) Render(text string) string {
	if text == "" || s.begin == "" {
		return text
	}
	return s.begin + text + s.end
}

// styles are how the parts of the screen look. No state is told by its style
// alone: there are terminals without any.
type styles struct {
	header, state, down, faint, own, mark, hint style

	mention, unread     style
	link, match, chosen style

	names [12]style
}

// defaultStyles uses the terminal's own sixteen colours, which its owner chose to
// be legible, its default one for all that is said, and colours of our own for names.
func defaultStyles(r *lipgloss.Renderer) styles {
	plain := r.NewStyle()
	return styles{
		header:  newStyle(plain.Bold(true)),
		state:   newStyle(plain.Foreground(lipgloss.ANSIColor(2))),
		down:    newStyle(plain.Foreground(lipgloss.ANSIColor(1)).Bold(true)),
		faint:   newStyle(plain.Faint(true)),
		own:     newStyle(plain.Bold(true)),
		mark:    newStyle(plain.Foreground(lipgloss.ANSIColor(3))),
		hint:    newStyle(plain.Reverse(true)),
		mention: newStyle(plain.Foreground(lipgloss.ANSIColor(5)).Bold(true)),
		unread:  newStyle(plain.Foreground(lipgloss.ANSIColor(1))),
		link:    newStyle(plain.Underline(true)),
		match:   newStyle(plain.Foreground(lipgloss.ANSIColor(3)).Underline(true)),
		chosen:  newStyle(plain.Reverse(true)),
		names:   nameStyles(r),
	}
}

// name is the style of somebody's name. Those who have none of their own stay in the
// background.
func (s *styles) name(name string) style {
	if feed.IsGuest(name) {
		return s.faint
	}
	return s.names[nameIndex(name)]
}
