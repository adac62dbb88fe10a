package tui

// Show returns the rows around the cursor of the text as it stands in rows of width cells, at
// most height of them, and the cell that the cursor is in: its row among these, and its column.
// While the history is being searched, a prompt stands before what was found.
//
// The rows are safe for a terminal by the rules of [text.Clean], none is wider than width, and
// the cell is among them, unless width or height is 0. They stand still until the cursor leaves
// them.
func (c *composer) Show(width, height int) (rows []string, row, col int) {
	if width <= 0 || height <= 0 {
		return nil, 0, 0
	}
	c.width = width
	at := c.arrange(width)
	cursor := c.layout.find(at)
	n := len(c.layout.rows)
	c.top = min(max(c.top, cursor.row-height+1), cursor.row, max(0, n-height))
	return c.layout.rows[c.top:min(n, c.top+height)], cursor.row - c.top, cursor.col
}

// Rows returns how many rows of width cells the text takes, with the cell behind it: at least 1.
func (c *composer) Rows(width int) int {
	if width <= 0 {
		return 1
	}
	c.arrange(width)
	return len(c.layout.rows)
}

// arrange lays out what is shown, unless that was done, and returns where the cursor is in it.
func (c *composer) arrange(width int) (cursor int) {
	shown, cursor := c.text, c.cursor
	if c.search.on {
		prompt := c.search.prompt()
		shown, cursor = prompt+shown, len(prompt)+cursor
	}
	if c.layout.width != width || c.layout.text != shown {
		c.layout = layOut(shown, width)
	}
	return cursor
}
