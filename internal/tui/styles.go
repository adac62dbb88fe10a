package tui

import "github.com/charmbracelet/lipgloss"

// styles are how the parts of the screen look. No state is told by its style
// alone: there are terminals without any.
type styles struct {
	header, state, down, faint, name, own, mark, hint lipgloss.Style
}

// defaultStyles uses the terminal's own sixteen colours, which its owner chose to
// be legible, and its default one for all that is said.
func defaultStyles(r *lipgloss.Renderer) styles {
	plain := r.NewStyle()
	return styles{
		header: plain.Bold(true),
		state:  plain.Foreground(lipgloss.ANSIColor(2)),
		down:   plain.Foreground(lipgloss.ANSIColor(1)).Bold(true),
		faint:  plain.Faint(true),
		name:   plain.Foreground(lipgloss.ANSIColor(6)),
		own:    plain.Bold(true),
		mark:   plain.Foreground(lipgloss.ANSIColor(3)),
		hint:   plain.Reverse(true),
	}
}
