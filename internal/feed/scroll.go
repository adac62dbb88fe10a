package feed

// AtEnd reports whether the reader follows the end, and so whether the newest row is on the
// screen.
func (f *Feed) AtEnd() bool {
	f.settle()
	return !f.reading
}

// Unread returns how many entries of the kind Line have come since the reader left the end
// and were never on the screen, nor above it; those that were dropped unread are included.
// At the end it is 0.
func (f *Feed) Unread() int {
	f.settle()
	return f.unread
}

// Page returns how many rows Up and Down take for a page: what the screen shows, less one
// row to find one's place by.
func (f *Feed) Page() int { return max(f.height-1, 1) }

// Up moves the screen up by a number of rows, or to the oldest row. It wraps the entries
// that it passes, as Down does.
func (f *Feed) Up(rows int) {
	f.settle()
	if top := f.above(f.top, rows); top != f.top {
		f.moveTo(top)
	}
}

// Down moves the screen down by a number of rows. Once the newest row is on the screen, the
// reader follows the end.
func (f *Feed) Down(rows int) {
	f.settle()
	if top := f.below(f.top, rows); f.reading && top != f.top {
		f.moveTo(top)
	}
}

// End goes back to following the end.
func (f *Feed) End() {
	f.reading = false
	f.unread = 0
	f.stale = true
}

// moveTo moves the screen so that the row at top is its first, or to the end if that is on
// the screen then.
func (f *Feed) moveTo(top place) {
	if !f.reading {
		f.reading = true
		f.seen = f.next
	}
	f.anchor = top
	f.refresh()
}
