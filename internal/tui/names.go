package tui

import (
	"hash/fnv"
	"strconv"

	"github.com/charmbracelet/lipgloss"
)

// The colours of names, by their number in the palette of 256, whose upper 240 are the
// same on every terminal. Each can be read on its background, be that as far from black or
// white as a theme's.
var (
	namesOnDark  = [12]int{75, 78, 79, 80, 141, 149, 177, 179, 185, 210, 212, 215}
	namesOnLight = [12]int{19, 22, 23, 25, 57, 58, 61, 91, 94, 124, 125, 127}
)

// nameStyles are the styles of names on a terminal.
func nameStyles(r *lipgloss.Renderer) (styles [12]lipgloss.Style) {
	colors := namesOnLight
	if r.HasDarkBackground() {
		colors = namesOnDark
	}
	for i, color := range colors {
		styles[i] = r.NewStyle().Foreground(lipgloss.Color(strconv.Itoa(color)))
	}
	return styles
}

// nameIndex is which of the colours a name has: the same on every screen, every day.
func nameIndex(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return int(h.Sum32() % uint32(len(namesOnDark)))
}
