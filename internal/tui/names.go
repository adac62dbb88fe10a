package tui

import (
	"hash/fnv"
	"strconv"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// The colours of names, by their number in the palette of 256, whose upper 240 are the
// same on every terminal. Each can be read on its background, be that as far from black or
// white as a theme's.
var (
	namesOnDark  = [12]int{75, 78, 79, 80, 141, 149, 177, 179, 185, 210, 212, 215}
	namesOnLight = [12]int{19, 22, 23, 25, 57, 58, 61, 91, 94, 124, 125, 127}
)

// The same where there are sixteen, which are what the terminal's owner takes them for: the
// bright ones on a dark background, the others on a light one, without its own and yellow.
var (
	fewNamesOnDark  = [12]int{9, 10, 11, 12, 13, 14, 9, 10, 11, 12, 13, 14}
	fewNamesOnLight = [12]int{1, 2, 4, 5, 6, 1, 2, 4, 5, 6, 4, 5}
)

// nameStyles are the styles of names on a terminal.
func nameStyles(r *lipgloss.Renderer) (styles [12]style) {
	colors, few := namesOnLight, fewNamesOnLight
	if r.HasDarkBackground() {
		colors, few = namesOnDark, fewNamesOnDark
	}
	if r.ColorProfile() == termenv.ANSI {
		colors = few
	}
	for i, color := range colors {
		styles[i] = newStyle(r.NewStyle().Foreground(lipgloss.Color(strconv.Itoa(color))))
	}
	return styles
}

// nameIndex is which of the colours a name has: the same on every screen, every day.
func nameIndex(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return int(h.Sum32() % uint32(len(namesOnDark)))
}
