package feed

import "math"

// refresh brings the screen up to date after it was moved or resized.
func (f *Feed) refresh() {
	f.stale = true
	f.settle()
}

// settle brings the screen up to date. What arrives only makes it stale, so that a flood
// costs one settling for each look at the screen.
func (f *Feed) settle() {
	if !f.stale {
		return
	}
	f.stale = false
	f.arrange()
	f.news.look(f.reading, f.away)
}

// arrange puts on the screen what belongs there.
func (f *Feed) arrange() {
	if f.reading {
		if f.anchor.seq < f.first {
			f.anchor = f.head(f.first)
		}
		if end := f.fill(f.rowAt(f.anchor)); end != f.end() {
			f.see()
			return
		}
		f.reading = false
		f.unread = 0
	}
	f.fill(f.above(f.end(), f.height))
}

// see takes what is on the screen, or above it, off the unread.
func (f *Feed) see() {
	if len(f.rows) == 0 {
		return
	}
	last := f.rows[len(f.rows)-1]
	end := last.Seq
	if last.Kind == RowText {
		end++
	}
	for seq := max(f.seen, f.first); seq < end; seq++ {
		if f.at(seq).Kind == Line {
			f.unread--
		}
	}
	f.seen = max(f.seen, end)
}

// fill puts the rows from top on the screen, and returns where the row below it begins.
func (f *Feed) fill(top place) place {
	clear(f.rows) // of strings that may be dropped from the ring
	f.top, f.rows, f.news.shown = top, f.rows[:0], false
	p := top
	for len(f.rows) < f.height && p != f.end() {
		row, next := f.cut(p)
		switch {
		case p.offset >= 0:
			f.rows = append(f.rows, Row{Seq: p.seq, Entry: *f.at(p.seq), First: p.offset == 0, Text: row, Offset: p.offset})
		case p.offset == atUnread:
			f.news.shown = true
			fallthrough
		default:
			f.rows = append(f.rows, f.separator(p))
		}
		p = next
	}
	return p
}

// cut returns the text of the row that begins at p, and where the next one begins.
func (f *Feed) cut(p place) (row string, next place) {
	if p.offset < 0 {
		p.offset++
		return "", f.onward(p)
	}
	row, p = f.cutText(p)
	if p.offset < 0 {
		p = f.head(p.seq)
	}
	return row, p
}

// cutText is cut where p is in the text of an entry. It does not look at what is above the
// next entry: if that is where the next row begins, it returns the first separator.
func (f *Feed) cutText(p place) (row string, next place) {
	text := f.at(p.seq).Text
	row, size := cutRow(text[p.offset:], f.width)
	if p.offset += size; p.offset == len(text) {
		return row, place{seq: p.seq + 1, offset: atDropped}
	}
	return row, p
}

// rowAt returns where the row begins that p is in; if p was a separator that is not there
// anymore, the row below it.
func (f *Feed) rowAt(p place) place {
	if p.offset < 0 {
		return f.onward(p)
	}
	row := place{seq: p.seq}
	for row != p {
		_, next := f.cutText(row)
		if next.seq != p.seq || next.offset > p.offset {
			break
		}
		row = next
	}
	return row
}

// above returns where the row begins that is n rows above the one that begins at p; if
// there are not as many, the oldest row.
func (f *Feed) above(p place, n int) place {
	for n > 0 {
		starts := f.startsBefore(p)
		if n <= len(starts) {
			return place{seq: p.seq, offset: starts[len(starts)-n]}
		}
		if p.seq == f.first {
			return f.head(p.seq)
		}
		n -= len(starts)
		p = place{seq: p.seq - 1, offset: math.MaxInt}
	}
	return p
}

// startsBefore returns where the rows begin that stand before p, of its entry and the
// separators above it. The result is good until the next call.
func (f *Feed) startsBefore(p place) []int {
	f.starts = f.starts[:0]
	row := f.head(p.seq)
	for ; row.offset < min(p.offset, 0); row = f.onward(place{seq: row.seq, offset: row.offset + 1}) {
		f.starts = append(f.starts, row.offset)
	}
	for row.seq == p.seq && row.offset < p.offset {
		f.starts = append(f.starts, row.offset)
		_, row = f.cutText(row)
	}
	return f.starts
}

// below returns where the row begins that is n rows below the one that begins at p; if
// there are not as many, the end.
func (f *Feed) below(p place, n int) place {
	for ; n > 0 && p != f.end(); n-- {
		_, p = f.cut(p)
	}
	return p
}
