package tui

import (
	"fmt"
	"strings"

	"bcast/internal/text"
)

// status is the row above the input: what the last key did or what is asked, and where the
// reader is. The board is locked.
func (m *model) status() string {
	left := m.cut(m.toSay(), m.width-1)
	if left != "" {
		left = " " + left
	}
	right := m.whereabouts()
	gap := m.width - text.Width(left) - text.Width(right) - 1
	if right == "" || gap < 0 {
		return left
	}
	return left + strings.Repeat(" ", gap) + m.styles.hint.Render(right)
}

// toSay is what there is to say about the last key, or about a state that has no other
// place. The board is locked.
func (m *model) toSay() string {
	hint := m.glyphs.hint(text.Clean([]byte(m.hint))) // it may quote what was typed
	switch {
	case m.composer.Question() != "":
		return m.question(hint)
	case hint != "":
		return hint
	case !m.find.query.Empty():
		return m.glyphs.hint(m.found())
	case !m.layout.frame && !m.board.lost.IsZero():
		return fmt.Sprintf("[down: attempt %d]", m.board.attempt)
	}
	return ""
}

// question is what is asked about a paste, as much of it as there is room for: the keys that
// answer stand in the last row, too. A hint comes before it, for as long as there is one: it
// is why an answer has done nothing.
func (m *model) question(hint string) string {
	asked := m.composer.Question()
	if hint != "" {
		hint += " " + m.glyphs.dot + " "
	}
	room := m.width - 1 - text.Width(hint)
	for _, end := range []string{"? ", " ("} {
		if text.Width(asked) < room {
			break
		}
		asked, _, _ = strings.Cut(asked, end)
		asked += "?"
	}
	return hint + m.glyphs.hint(asked)
}

// whereabouts says how much is new below, and how to get there. The board is locked.
func (m *model) whereabouts() string {
	switch n := m.board.feed.Unread(); {
	case m.help.open:
		return m.notice("[ Esc closes · PgDn more ]", "[ Esc · PgDn ]")
	case n > 0:
		return m.notice(fmt.Sprintf("[ ↓ %d new · End ]", n), "[ ↓ End ]")
	case !m.board.feed.AtEnd():
		return m.notice("[ reading back · End ]", "[ back · End ]")
	}
	return ""
}

// notice is a notice, or what is left of it where there is no room.
func (m *model) notice(long, short string) string {
	if text.Width(long) > m.width-1 {
		long = short
	}
	return m.glyphs.hint(long)
}
