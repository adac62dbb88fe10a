package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"bcast/internal/text"
)

// members is what the person wants of the list of members.
type members struct {
	want membersWant
	top  int // how many are above those that are shown
}

type membersWant int

const (
	membersFit  membersWant = iota // they are shown where the screen is wide
	membersOpen                    // they are shown
	membersShut                    // they are not
)

// shown reports whether a screen of so many cells shows them.
func (s members) shown(width int) bool {
	return s.want == membersOpen || s.want == membersFit && width >= wide
}

// close shuts what was opened where it takes the feed's place, and reports whether it was.
func (s *members) close(width int) bool {
	if s.want != membersOpen || width >= wide {
		return false
	}
	s.want = membersFit
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
		m.members.want = membersShut
	default:
		m.members.want = membersOpen
	}
	m.help = help{}
	return nil
}

// scrollMembers shows members further down, or up.
func (m *model) scrollMembers(rows int) {
	m.board.mu.Lock()
	defer m.board.mu.Unlock()
	if m.layout.pane > 0 {
		m.members.top = m.paneTop(m.members.top + rows)
	}
}

// paneTop returns how many members can be above those that are shown, if so many are wanted.
// The board is locked.
func (m *model) paneTop(top int) int {
	return max(0, min(top, len(m.board.roster.members)-(m.middleRows()-1)))
}

// membersPage is how many members a page is.
func (m *model) membersPage() int { return max(1, m.middleRows()-2) }

// paneIsAll reports whether the members stand in the place of the feed.
func (m *model) paneIsAll() bool { return m.layout.pane == m.width }

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
		m.styles.faint.Render(" "+m.glyphs.bar+" ") + m.paneRow(i, m.layout.pane-fenceWidth)
}

// paneRow is one row of the pane: how many there are, who, and how many more there are than
// rows. The board is locked.
func (m *model) paneRow(i, width int) string {
	list := m.board.roster.members
	top := m.paneTop(m.members.top)
	switch at := top + i - 1; {
	case i == 0:
		return m.styles.header.Render(m.cut(m.here(), width))
	case at >= len(list):
		return ""
	case i == 1 && top > 0:
		return m.styles.faint.Render(m.cut(fmt.Sprintf("%s %d more", m.glyphs.up, at+1), width))
	case i == m.middleRows()-1 && at < len(list)-1:
		return m.styles.faint.Render(m.cut(fmt.Sprintf("%s %d more", m.glyphs.down, len(list)-at), width))
	case list[at].id == m.board.roster.you:
		const you = " (you)"
		return m.styles.own.Render(m.cut(list[at].name, width-len(you))) + you
	default:
		return m.styles.name(list[at].name).Render(m.cut(list[at].name, width))
	}
}
