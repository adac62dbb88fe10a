package tui

import (
	"fmt"
	"strings"

	"bcast/internal/text"
	"bcast/internal/tui/term"
)

// prompt stands before the input.
const prompt = " > "

// findPrompt stands before what is looked for.
const findPrompt = " find: "

// inputRows is how many rows the input wants.
func (m *model) inputRows() int {
	if m.find.open {
		return 1
	}
	return m.composer.Rows(m.layout.typing(m.width))
}

// appendInput draws what is typed, with the terminal's cursor in its place. While the find
// bar is open, it stands there.
func (m *model) appendInput(rows []string) []string {
	if m.find.open {
		shown, _, col := m.find.query.Show(max(1, m.width-len(findPrompt)-1), 1)
		return append(rows, findPrompt+strings.Join(shown, "")+term.CursorAt(len(rows), len(findPrompt)+col))
	}
	shown, row, col := m.composer.Show(m.layout.typing(m.width), m.layout.input)
	cursor := term.CursorAt(len(rows)+row, len(prompt)+col)
	for i := range m.layout.input {
		before, said := prompt, ""
		if i > 0 {
			before = strings.Repeat(" ", len(prompt))
		}
		if i < len(shown) {
			said = before + shown[i]
		}
		if i == m.layout.input-1 {
			said = m.counted(said) + cursor
		}
		rows = append(rows, said)
	}
	return rows
}

// counted puts behind a row of the input how many bytes are typed, of how many there may be.
func (m *model) counted(row string) string {
	if m.layout.count == 0 || m.composer.Empty() {
		return row
	}
	count := fmt.Sprintf("%d/%d", m.composer.Bytes(), m.composer.Limit())
	return row + strings.Repeat(" ", max(1, m.width-1-text.Width(row)-len(count))) + m.styles.faint.Render(count)
}
