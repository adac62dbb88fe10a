package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/text"
)

// help is what all keys, commands and signs are for. It stands in the place of the feed.
type help struct {
	open bool
	top  int // how many of its rows are above the screen
}

// helpKeys is the width of the help's first column.
const helpKeys = 14

// A helpPart is a part of the help.
type helpPart struct {
	title string
	rows  []helpRow
}

// A helpRow is what there is, and what it does.
type helpRow struct{ what, does string }

// parts returns all that there is help for, from the key maps.
func (h *help) parts(m *model) []helpPart {
	return []helpPart{
		{"Screen", helpOfKeys(m.keys.All())},
		{"Find", helpOfKeys(m.find.keys.All())},
		{"Input", helpOfKeys(m.composer.KeyMap.All())},
		{"Search of what was sent", helpOfKeys(searchKeys.All())},
		{"Signs", []helpRow{
			{m.glyphs.waits, "on its way to the server"},
			{m.glyphs.unsure, "may not have arrived, or twice"},
			{m.glyphs.mention, "meant for you"},
			{m.glyphs.found, "found"},
			{"*", "said by this program"},
		}},
	}
}

func helpOfKeys(keys []key.Binding) (rows []helpRow) {
	for _, k := range keys {
		rows = append(rows, helpRow{k.Help().Key, k.Help().Desc})
	}
	return rows
}

// rows is the help as it stands on a screen of any height.
func (h *help) rows(m *model) (rows []string) {
	for i, part := range h.parts(m) {
		if i > 0 {
			rows = append(rows, "")
		}
		rows = append(rows, " "+m.styles.header.Render(part.title))
		for _, row := range part.rows {
			what := "  " + m.cut(row.what, helpKeys)
			blanks := max(1, helpKeys+3-text.Width(what))
			rest := m.width - text.Width(what) - blanks
			rows = append(rows, what+strings.Repeat(" ", blanks)+m.styles.faint.Render(m.cut(row.does, rest)))
		}
	}
	return rows
}

// append draws the part of the help that is on the screen.
func (h *help) append(rows []string, m *model) []string {
	all := h.rows(m)
	room := m.layout.feed + m.layout.waiting
	h.top = max(0, min(h.top, len(all)-room))
	for i := range room {
		row := ""
		if at := h.top + i; at < len(all) {
			row = all[at]
		}
		rows = append(rows, row)
	}
	return rows
}

// press scrolls or closes the help, and reports whether the key was for that.
func (h *help) press(msg tea.KeyMsg, m *model) bool {
	page := max(1, m.layout.feed+m.layout.waiting-1)
	switch {
	case key.Matches(msg, m.keys.Help, m.keys.Close):
		*h = help{}
	case key.Matches(msg, m.keys.PageUp):
		h.scroll(-page)
	case key.Matches(msg, m.keys.PageDown):
		h.scroll(page)
	case key.Matches(msg, m.keys.LineUp) || msg.Type == tea.KeyUp:
		h.scroll(-1)
	case key.Matches(msg, m.keys.LineDown) || msg.Type == tea.KeyDown:
		h.scroll(1)
	default:
		return false
	}
	return true
}

// scroll moves the help. Where it ends is found out when it is drawn.
func (h *help) scroll(rows int) { h.top = max(0, h.top+rows) }

// helpLine names the keys that are wanted most. The board is locked.
func (m *model) helpLine() string {
	var b strings.Builder
	width := 0
	for _, k := range m.shownKeys() {
		entry := " " + k.what + " " + k.does + " "
		if width += text.Width(entry); width > m.width {
			break
		}
		b.WriteString(entry)
	}
	return m.styles.faint.Render(b.String())
}

// shownKeys is what the last row names: the keys of what is open, the most wanted first. The
// board is locked.
func (m *model) shownKeys() []helpRow {
	if m.find.open {
		return helpOfKeys(m.find.keys.All())
	}
	shown := []helpRow{shortly(m.keys.Help, "help"), shortly(m.keys.Find, "find"), shortly(m.keys.PageUp, "scroll")}
	quit := shortly(m.keys.Quit, "quit")
	if m.width < 60 {
		return append(shown, quit)
	}
	shown = append(shown, shortly(m.composer.KeyMap.Complete, "name"))
	if m.board.framed { // others do not say who is here
		shown = append(shown, shortly(m.keys.Members, "who"))
	}
	return append(shown, shortly(m.keys.Unread, "unread"), quit, shortly(m.keys.Mouse, "mouse"), shortly(m.keys.Suspend, "suspend"))
}

// shortly names a key where there is little room.
func shortly(k key.Binding, does string) helpRow { return helpRow{k.Help().Key, does} }
