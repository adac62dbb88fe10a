package feed

// The defaults of Config.
const (
	DefaultMaxEntries = 50_000
	DefaultMaxBytes   = 32 << 20
)

// Config bounds what a Feed keeps. The newest entry is kept even if it is larger than
// MaxBytes by itself.
type Config struct {
	// MaxEntries is the number of entries. 0 or less: DefaultMaxEntries.
	MaxEntries int

	// MaxBytes is the memory in bytes: of names, of texts, and a fixed cost for each entry.
	// 0 or less: DefaultMaxBytes.
	MaxBytes int
}

// A Row is one row of the screen.
type Row struct {
	Entry Entry
	Seq   uint64 // how many entries came before this one; the dropped ones count
	First bool   // whether the entry begins here
	Text  string // the part of Entry.Text in this row, at most as wide as the screen
}

// A Feed is the latest entries and the rows of them that are on the screen.
type Feed struct {
	ring

	width, height int // of the screen, in cells and rows

	// While the reader reads back, else unused.
	reading bool
	anchor  place  // in the row at the top of the screen
	seen    uint64 // the first entry that was neither on the screen nor above it
	unread  int    // see Unread

	// What is on the screen, unless it is stale.
	stale bool
	top   place // where the first row begins
	rows  []Row

	starts []int // memory of startsBefore
}

// A place is a byte in the text of an entry; of an empty text, its beginning.
type place struct {
	seq    uint64
	offset int
}

// New returns an empty Feed, which follows the end. It has no rows until Resize is called.
func New(cfg Config) *Feed {
	if cfg.MaxEntries <= 0 {
		cfg.MaxEntries = DefaultMaxEntries
	}
	if cfg.MaxBytes <= 0 {
		cfg.MaxBytes = DefaultMaxBytes
	}
	return &Feed{ring: ring{maxEntries: cfg.MaxEntries, maxBytes: cfg.MaxBytes}, width: 1}
}

// Append adds e at the end. Where that exceeds a bound the oldest entries are dropped.
//
// For a reader who follows the end it comes onto the screen; for one who reads back the
// screen stays as it is. If the entry at the top of the screen is dropped, the screen moves
// to the oldest one kept.
func (f *Feed) Append(e Entry) {
	f.append(e)
	if f.reading && e.Kind == Line {
		f.unread++
	}
	if !f.reading || f.anchor.seq < f.first {
		f.stale = true
	}
}

// Amend puts e in the place of the newest entry. It does nothing and reports false if there
// is none, if one of the two is a Line, which is counted as unread, or if a reader who reads
// back has the newest entry on the screen.
func (f *Feed) Amend(e Entry) bool {
	if f.len() == 0 || f.at(f.next-1).Kind == Line || e.Kind == Line {
		return false
	}
	f.settle()
	if f.reading && (len(f.rows) == 0 || f.rows[len(f.rows)-1].Seq == f.next-1) {
		return false
	}
	f.amend(e)
	if !f.reading || f.anchor.seq < f.first {
		f.stale = true
	}
	return true
}

// Len returns how many entries are kept.
func (f *Feed) Len() int { return f.len() }

// Dropped returns how many entries were dropped to keep the bounds.
func (f *Feed) Dropped() uint64 { return f.first }

// Resize sets the size of the screen: the cells in a row of text, at least 1, and the rows.
// A reader who follows the end stays there, and for one who reads back the text at the top
// of the screen stays on it.
func (f *Feed) Resize(width, height int) {
	width = max(width, 1)
	if width == f.width && height == f.height {
		return
	}
	f.width, f.height = width, height
	f.refresh()
}

// Rows returns what is on the screen, from top to bottom: as many rows as it has, or fewer
// if the feed does not fill them. The result is good until the next call of a method other
// than Append.
func (f *Feed) Rows() []Row {
	f.settle()
	return f.rows
}

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
	top := f.above(f.top, rows)
	if top == f.top {
		return
	}
	if !f.reading {
		f.reading = true
		f.seen = f.next
	}
	f.anchor = top
	f.refresh()
}

// Down moves the screen down by a number of rows. Once the newest row is on the screen, the
// reader follows the end.
func (f *Feed) Down(rows int) {
	f.settle()
	if top := f.below(f.top, rows); f.reading && top != f.top {
		f.anchor = top
		f.refresh()
	}
}

// End goes back to following the end.
func (f *Feed) End() {
	f.reading = false
	f.unread = 0
	f.stale = true
}
