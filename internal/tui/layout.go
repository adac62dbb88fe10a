package tui

// The smallest screen that shows anything but how small it is, in cells and rows.
const (
	leastWidth  = 20
	leastHeight = 5
)

// A layout is how a screen of one size is divided, in cells and rows.
type layout struct {
	frame bool // there is a header and a help line
	time  int  // width of the time column with the blanks around it, or 0
	name  int  // width of the name column
	text  int  // width of the text column
	feed  int  // rows of the feed
}

// fence separates the name column from the text.
const fence = " │ "

const fenceWidth = 3

func newLayout(width, height int) layout {
	l := layout{frame: height >= 10, name: 5}
	if width >= 40 {
		l.name = 10
	}
	if width >= 60 {
		l.time = len(" 15:04 ")
	}
	l.text = max(1, width-l.time-l.name-fenceWidth)
	l.feed = height - 2 // the status and the input
	if l.frame {
		l.feed -= 2
	}
	l.feed = max(1, l.feed)
	return l
}
