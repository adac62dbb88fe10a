package feed

import "time"

// A place is where a row can begin: a byte in the text of an entry, or of an empty text its
// beginning; or one of the separators above it.
type place struct {
	seq    uint64
	offset int
}

// The offsets of the separators above an entry.
const (
	atDropped = iota - 3
	atUnread
	atDay
)

// end is the place behind the newest row.
func (f *Feed) end() place { return place{seq: f.next} }

// head is where the first row begins of the entry seq or the separators above it; of the
// entry to come, the end.
func (f *Feed) head(seq uint64) place {
	switch {
	case seq == f.next:
		return f.end()
	case seq > f.first && seq != f.news.first && !f.newDay(seq): // nearly all
		return place{seq: seq}
	}
	return f.onward(place{seq: seq, offset: atDropped})
}

// onward returns p, or where the next row begins if p is a separator that is not there.
func (f *Feed) onward(p place) place {
	for p.offset < 0 && !f.separated(p) {
		p.offset++
	}
	return p
}

// separated reports whether the separator p is there. That of the drops and the unread
// line can appear above an entry that has the other, so they stand above the day, which
// stays with its entry: what appears above the oldest entry leaves a screen alone that
// begins there.
func (f *Feed) separated(p place) bool {
	switch p.offset {
	case atDropped:
		return p.seq == f.first && f.dropped > 0
	case atUnread:
		seq, ok := f.firstUnread()
		return ok && p.seq == seq
	default:
		return f.newDay(p.seq)
	}
}

// newDay reports whether the entry seq was said on another day than the one before it.
func (f *Feed) newDay(seq uint64) bool {
	before := &f.before
	if seq > f.first {
		before = &f.at(seq - 1).At
	}
	return !sameDay(before, &f.at(seq).At)
}

// separator returns the row of the separator p.
func (f *Feed) separator(p place) Row {
	row := Row{Seq: p.seq, At: f.at(p.seq).At}
	switch p.offset {
	case atDropped:
		row.Kind, row.Count = RowDropped, int(f.dropped)
	case atUnread:
		row.Kind, row.Count, row.At = RowUnread, f.news.count, f.news.since
	default:
		row.Kind = RowDay
	}
	return row
}

// sameDay reports whether two times, each where it was taken, have the same date. A time
// that is not known has that of the other.
func sameDay(a, b *time.Time) bool {
	if *a == *b || a.IsZero() || b.IsZero() { //nolint:staticcheck // at an equal time elsewhere it can be another day
		return true
	}
	year, month, day := a.Date()
	y, m, d := b.Date()
	return day == d && month == m && year == y
}
