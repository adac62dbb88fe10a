package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/feed"
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
		{"Question before much is pasted", helpOfKeys(questionKeys.All())},
		{"Commands", slashRows()},
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

// openHelp shows the help from its beginning.
func (m *model) openHelp() { m.help = help{open: true} }

// rows is the help as it stands on a screen of any height.
func (h *help) rows(m *model) (rows []string) {
	for i, part := range h.parts(m) {
		if i > 0 {
			rows = append(rows, "")
		}
		rows = append(rows, " "+m.styles.header.Render(m.cut(part.title, m.width-1)))
		for _, row := range part.rows {
			rows = row.append(rows, m)
		}
	}
	return rows
}

// append draws a row of the help: what it does beside what there is, or below where the
// screen is narrow.
func (r helpRow) append(rows []string, m *model) []string {
	what, indent := "  "+r.what, helpKeys+3
	if blanks := indent - text.Width(what); m.width >= 40 && blanks > 0 {
		what += strings.Repeat(" ", blanks)
	} else {
		rows = append(rows, m.cut(what, m.width))
		indent = len("      ")
		what = strings.Repeat(" ", indent)
	}
	for does := range feed.Wrap(r.does, m.width-indent) {
		rows = append(rows, what+m.styles.faint.Render(does))
		what = strings.Repeat(" ", indent)
	}
	return rows
}

// append draws the part of the help that is on the screen.
func (h *help) append(rows []string, m *model) []string {
	all := h.rows(m)
	room := m.middleRows()
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
	page := max(1, m.middleRows()-1)
	switch {
	case key.Matches(msg, m.keys.Help, m.keys.Close):
		h.open = false
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
	switch {
	case m.composer.Question() != "":
		return helpOfKeys(questionKeys.All())
	case m.find.open:
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
