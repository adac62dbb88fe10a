package feed

import (
	"time"

	"bcast/internal/text"
)

// RowKind says what stands in a row of the screen.
type RowKind uint8

// The kinds of rows. All but the first are separators: they stand above an entry and
// scroll like any row, but are no part of it. Above one entry they come in this order.
const (
	RowText    RowKind = iota // a part of an entry
	RowDropped                // Count older entries were dropped; At is the time of the oldest one kept
	RowUnread                 // Count lines came, the first one At, while the reader did not look
	RowDay                    // what is below was said on another day than what is above, that of At
)

// A Row is one row of the screen.
type Row struct {
	Kind RowKind
	Seq  uint64 // how many entries came before this one, or the one below the separator; the dropped ones count

	// Of a RowText, else unused.
	Entry  Entry
	First  bool   // whether the entry begins here
	Text   string // the part of Entry.Text in this row, at most as wide as the screen
	Offset int    // where that begins in Entry.Text

	// Of a separator, else unused.
	Count int
	At    time.Time
}

// Clip appends to dst what of spans, which are in r.Entry.Text, order kept, is in r.Text,
// as spans of that.
func (r *Row) Clip(dst, spans []text.Span) []text.Span {
	size := len(r.Text)
	standsIn := r.Text == ellipsis // for one character, or itself
	if standsIn {
		size = nextCharacter(r.Entry.Text[r.Offset:]).size
	}
	for _, span := range spans {
		from, to := max(span.From-r.Offset, 0), min(span.To-r.Offset, size)
		switch {
		case from >= to:
		case standsIn:
			return append(dst, text.Span{From: 0, To: len(r.Text)})
		default:
			dst = append(dst, text.Span{From: from, To: to})
		}
	}
	return dst
}
