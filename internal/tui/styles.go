package tui

import (
	"github.com/charmbracelet/lipgloss"

	"bcast/internal/feed"
)

// styles are how the parts of the screen look. No state is told by its style
// alone: there are terminals without any.
type styles struct {
	header, state, down, faint, own, mark, hint lipgloss.Style

	names [12]lipgloss.Style
}

// defaultStyles uses the terminal's own sixteen colours, which its owner chose to
// be legible, its default one for all that is said, and colours of our own for names.
func defaultStyles(r *lipgloss.Renderer) styles {
	plain := r.NewStyle()
	return styles{
		header: plain.Bold(true),
		state:  plain.Foreground(lipgloss.ANSIColor(2)),
		down:   plain.Foreground(lipgloss.ANSIColor(1)).Bold(true),
		faint:  plain.Faint(true),
		own:    plain.Bold(true),
		mark:   plain.Foreground(lipgloss.ANSIColor(3)),
		hint:   plain.Reverse(true),
		names:  nameStyles(r),
	}
}

// name is the style of somebody's name. Those who have none of their own stay in the
// background.
func (s *styles) name(name string) lipgloss.Style {
	if feed.IsGuest(name) {
		return s.faint
	}
	return s.names[nameIndex(name)]
}
