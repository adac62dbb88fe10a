package tui

// The smallest screen that shows anything but how small it is, in cells and rows.
const (
	leastWidth  = 20
	leastHeight = 5
)

// A layout is how a screen of one size is divided, in cells and rows.
type layout struct {
	frame bool // there is a header and a help line
	pane  int  // width of the pane with the members, or 0; all of the screen where it is narrow
	time  int  // width of the time column with the blanks around it, or 0
	name  int  // width of the name column
	text  int  // width of the text column
	feed  int  // rows of the feed

	waiting int // rows below the feed for what waits for its receipt
	input   int // rows of what is typed
	count   int // width for the count of its bytes, with a blank before it, or 0
}

// wide is from which width on the members are shown without being asked for.
const wide = 100

// paneWidth is what the members take, with the fence on their left.
const paneWidth = 22

// fenceWidth is the width of a bar between two columns, with a blank on either side.
const fenceWidth = 3

func newLayout(width, height int, pane bool) layout {
	l := layout{frame: height >= 10, name: 5, input: 1}
	if width >= 40 {
		l.name = 10
	}
	if width >= 60 {
		l.time = len(" 15:04 ")
	}
	switch {
	case pane && width >= 60:
		l.pane = paneWidth
	case pane:
		l.pane = width
	}
	l.text = width - l.time - l.name - fenceWidth
	if l.pane < width {
		l.text -= l.pane
	}
	l.text = max(1, l.text)
	l.feed = height - 1 - l.input // the status and the input
	if l.frame {
		l.feed -= 2
	}
	l.feed = max(1, l.feed)
	return l
}

// mostInput is how many rows the input may take of a screen.
func mostInput(height int) int { return max(1, height/4) }

// typing is how many cells the input has for text, besides what stands before and behind it.
func (l *layout) typing(width int) int { return max(1, width-len(prompt)-1-l.count) }

// grow makes the input as high as it wants to be, at the feed's cost.
func (l *layout) grow(rows, height int) {
	rows = min(max(1, rows), mostInput(height), l.feed)
	l.feed -= rows - l.input
	l.input = rows
}
