package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"bcast/internal/text"
)

// members is what the person wants of the list of members.
type members int

const (
	membersFit  members = iota // they are shown where the screen is wide
	membersOpen                // they are shown
	membersShut                // they are not
)

// shown reports whether a screen of so many cells shows them.
func (s members) shown(width int) bool {
	return s == membersOpen || s == membersFit && width >= wide
}

// close shuts what was opened where it takes the feed's place, and reports whether it was.
func (s *members) close(width int) bool {
	if *s != membersOpen || width >= wide {
		return false
	}
	*s = membersFit
	return true
}

// toggleMembers shows the members, or does not, or says why it cannot.
func (m *model) toggleMembers() tea.Cmd {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	switch {
	case !m.board.framed:
		return m.say("this server does not say who is here")
	case !m.board.roster.named:
		return m.say(m.here() + ", too many to name")
	case m.members.shown(m.width):
		m.members = membersShut
	default:
		m.members = membersOpen
	}
	return nil
}

// here says how many members there are, or were before the break. The board is locked.
func (m *model) here() string {
	if !m.board.lost.IsZero() {
		return fmt.Sprintf("%d were here", m.board.roster.count)
	}
	return fmt.Sprintf("%d here", m.board.roster.count)
}

// beside puts a row of the pane on the right of one of the feed, both from 0. The board is
// locked.
func (m *model) beside(row string, i int) string {
	switch m.layout.pane {
	case 0:
		return row
	case m.width:
		return " " + m.paneRow(i, m.width-1)
	}
	left := m.width - m.layout.pane
	blanks := strings.Repeat(" ", max(0, left-text.Width(ansi.Strip(row))))
	// Terminals differ in how wide the row is: the pane's place is the same.
	return row + blanks + ansi.CursorHorizontalAbsolute(left+1) +
		m.styles.faint.Render(" "+bar+" ") + m.paneRow(i, m.layout.pane-fenceWidth)
}

// paneRow is one row of the pane: how many there are, who, and how many more there are than
// rows.
func (m *model) paneRow(i, width int) string {
	list := m.board.roster.members
	rows := m.layout.feed + m.layout.waiting
	switch at := i - 1; {
	case at < 0:
		return m.styles.header.Render(ansi.Truncate(m.here(), width, "…"))
	case at >= len(list):
		return ""
	case i == rows-1 && at < len(list)-1:
		return m.styles.faint.Render(ansi.Truncate(fmt.Sprintf("and %d more", len(list)-at), width, "…"))
	case list[at].id == m.board.roster.you:
		const you = " (you)"
		return m.styles.own.Render(ansi.Truncate(list[at].name, width-len(you), "…")) + you
	default:
		return m.styles.name(list[at].name).Render(ansi.Truncate(list[at].name, width, "…"))
	}
}
