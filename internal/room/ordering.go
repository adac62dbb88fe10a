package room

// An Entry is a chunk of whole lines, or a piece of one, on its way into the
// log.
type Entry struct {
	Author *Member
	Chunk  []byte // at least one byte, at most Config.MaxChunk
}

// An Ordering decides the one order in which all members see what is published.
//
// Submit calls append once for each entry, in that order, one entry at a time
// for each author: at once, or later and from another goroutine where the order
// is decided elsewhere. append waits while the log is full. The bytes of an
// entry are the author's again when Submit returns, so that an Ordering which
// keeps it for later keeps a copy. An error of Submit means that the entry has
// no place and never will.
type Ordering interface {
	Submit(e Entry, append func(Entry) error) error
}

// arrival is the order of a room on its own: first come, first served.
type arrival struct{}

func (arrival) Submit(e Entry, append func(Entry) error) error { return append(e) }
