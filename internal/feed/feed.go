package feed

import "iter"

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

// A Feed is the latest entries and the rows of them that are on the screen.
type Feed struct {
	ring

	width, height int // of the screen, in cells and rows

	// While the reader reads back, else unused.
	reading bool
	anchor  place  // in the row at the top of the screen
	seen    uint64 // the first entry that was neither on the screen nor above it
	unread  int    // see Unread

	away bool // see Away
	news news
	find finder

	// What is on the screen, unless it is stale.
	stale bool
	top   place // where the first row begins
	rows  []Row

	starts []int // memory of startsBefore
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
// screen stays as it is, except that the unread line counts on. If the entry at the top of
// the screen is dropped, the screen moves to the oldest one kept.
func (f *Feed) Append(e Entry) {
	f.append(e)
	if e.Kind == Line {
		if f.reading {
			f.unread++
		}
		f.note(e.At)
	}
	f.find.arrived(&f.ring)
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
	f.find.amended(&f.ring)
	if !f.reading || f.anchor.seq < f.first {
		f.stale = true
	}
	return true
}

// Clear forgets all entries, and with them the unread line. The reader follows the end; what
// is looked for is looked for in what comes.
func (f *Feed) Clear() {
	f.clear()
	f.find.cleared()
	f.End()
}

// All yields the entries that are kept, the oldest first. The feed must not change until it
// ends.
func (f *Feed) All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for seq := f.first; seq < f.next && yield(*f.at(seq)); seq++ {
		}
	}
}

// Len returns how many entries are kept.
func (f *Feed) Len() int { return f.len() }

// Dropped returns how many entries were dropped to keep the bounds, since the feed was
// cleared.
func (f *Feed) Dropped() uint64 { return f.dropped }

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
