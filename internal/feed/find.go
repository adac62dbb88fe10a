package feed

import (
	"slices"

	"bcast/internal/text"
)

// A finder keeps which entries hold what the reader looks for.
type finder struct {
	on      bool
	pattern pattern

	seqs []uint64 // the entries that match, the oldest first; from begins those that are kept
	from int

	chosen uint64 // the entry that the reader went to, if any
	chose  bool

	lastText string      // the text that lastSpans are of
	spans    []text.Span // of it
	row      []text.Span // memory of Matches
}

// Find looks for query in the names and texts of all entries, those to come included; upper
// and lower case are the same, as [unicode.SimpleFold] has it. It moves nothing. A match
// that the reader went to stays chosen if it matches still. With "" it looks for nothing.
//
// It takes the time to look through what is kept, or if query contains the one before,
// through what matched that: some 2 ms for 50,000 usual lines, and 50 at the most for
// [DefaultMaxBytes]. Afterwards each arrival is looked at by itself.
func (f *Feed) Find(query string) {
	old := f.find
	if query == "" {
		f.find = finder{}
		return
	}
	f.find = finder{on: true, pattern: newPattern(query)}
	if old.on && f.find.pattern.contains(&old.pattern) {
		for _, seq := range old.matches() {
			f.find.try(&f.ring, seq)
		}
	} else {
		for seq := f.first; seq < f.next; seq++ {
			f.find.try(&f.ring, seq)
		}
	}
	if old.chose {
		_, f.find.chose = slices.BinarySearch(f.find.seqs, old.chosen)
		f.find.chosen = old.chosen
	}
}

// FindOlder goes to the next older match: than the one that is chosen, else the newest that
// is on the screen or above it. It reports whether there is one.
func (f *Feed) FindOlder() bool {
	f.settle()
	below := f.next
	if f.find.chosenIn(&f.ring) {
		below = f.find.chosen
	} else if len(f.rows) > 0 {
		below = f.rows[len(f.rows)-1].Seq + 1
	}
	matches := f.find.matches()
	i, _ := slices.BinarySearch(matches, below)
	if i == 0 {
		return false
	}
	f.choose(matches[i-1])
	return true
}

// FindNewer goes to the next newer match: than the one that is chosen, else the oldest that
// is on the screen or below it. It reports whether there is one.
func (f *Feed) FindNewer() bool {
	f.settle()
	from := f.top.seq
	if f.find.chosenIn(&f.ring) {
		from = f.find.chosen + 1
	}
	matches := f.find.matches()
	i, _ := slices.BinarySearch(matches, from)
	if i == len(matches) {
		return false
	}
	f.choose(matches[i])
	return true
}

// Found returns how many entries match, and which of them is chosen: 1 is the newest, 0
// none.
func (f *Feed) Found() (nth, count int) {
	matches := f.find.matches()
	if f.find.chose {
		if i, ok := slices.BinarySearch(matches, f.find.chosen); ok {
			nth = len(matches) - i
		}
	}
	return nth, len(matches)
}

// Matches returns where row.Text has what is looked for, by whole characters, and whether
// the row belongs to the entry that is chosen. A row may also be one that the feed does not
// have, such as of what waits below it. The result is good until the next call of a method.
func (f *Feed) Matches(row Row) (spans []text.Span, chosen bool) {
	if !f.find.on || row.Kind != RowText {
		return nil, false
	}
	found := &f.find
	if found.lastText != row.Entry.Text {
		found.lastText = row.Entry.Text
		found.spans = found.pattern.spans(found.spans[:0], found.lastText)
	}
	found.row = row.Clip(found.row[:0], found.spans)
	chosen = found.chosenIn(&f.ring) && row.Seq == found.chosen && row.Entry == *f.at(row.Seq)
	return whole(found.row, row.Text), chosen
}

// MatchesName returns where name has what is looked for, as Matches does for a text.
func (f *Feed) MatchesName(name string) []text.Span {
	if !f.find.on {
		return nil
	}
	return whole(f.find.pattern.spans(nil, name), name)
}

// choose makes the entry seq the one that is chosen, and has its first match on the screen:
// in the middle, unless it is there already.
func (f *Feed) choose(seq uint64) {
	f.find.chosen, f.find.chose = seq, true
	p := place{seq: seq}
	if spans := f.find.pattern.spans(nil, f.at(seq).Text); len(spans) > 0 {
		p.offset = spans[0].From
	}
	p = f.rowAt(p)
	for _, row := range f.rows {
		if row.Kind == RowText && row.Seq == p.seq && row.Offset == p.offset {
			return
		}
	}
	f.moveTo(f.above(p, f.height/2))
}

// matches returns the entries that match, the oldest first.
func (d *finder) matches() []uint64 { return d.seqs[d.from:] }

// chosenIn reports whether an entry is chosen that r keeps.
func (d *finder) chosenIn(r *ring) bool { return d.chose && d.chosen >= r.first }

// try adds the entry seq, which is newer than those added before, if it matches.
func (d *finder) try(r *ring, seq uint64) {
	if e := r.at(seq); d.pattern.in(e.Name) || d.pattern.in(e.Text) {
		d.seqs = append(d.seqs, seq)
	}
}

// arrived brings the matches up to date after an entry was appended.
func (d *finder) arrived(r *ring) {
	if !d.on {
		return
	}
	d.try(r, r.next-1)
	for d.from < len(d.seqs) && d.seqs[d.from] < r.first {
		d.from++
	}
	if d.from > len(d.seqs)/2 { // so that each match is moved once
		d.seqs = append(d.seqs[:0], d.seqs[d.from:]...)
		d.from = 0
	}
}

// amended brings the matches up to date after the newest entry has become another.
func (d *finder) amended(r *ring) {
	if n := len(d.seqs); n > d.from && d.seqs[n-1] == r.next-1 {
		d.seqs = d.seqs[:n-1]
	}
	d.arrived(r)
}

// cleared brings the matches up to date after all entries were dropped.
func (d *finder) cleared() {
	*d = finder{on: d.on, pattern: d.pattern}
}
