package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"bcast/internal/session"
)

// BenchmarkView is what one frame of a flood costs, besides what the lines do.
func BenchmarkView(b *testing.B) {
	lipgloss.SetColorProfile(termenv.ANSI256)
	defer lipgloss.SetColorProfile(termenv.Ascii)
	board := newBoard(time.Now)
	m := newModel(Config{Title: "localhost:1234"}, board, nil, b.Context().Done(), nil)
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	var lines strings.Builder
	for i := range 100 {
		fmt.Fprintf(&lines, "bob: see https://ci.example/%d %s\n", i, strings.Repeat("x", 30))
	}
	chunk := []byte(lines.String())
	b.ReportAllocs()
	for b.Loop() {
		board.handle(session.Received{Data: chunk})
		m.Update(changedMsg{})
		m.View()
	}
}
