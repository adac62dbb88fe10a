package room

import (
	"time"

	"bcast/internal/journal"
)

// An Entry is a chunk of whole lines, or a piece of one, on its way into the
// log.
type Entry struct {
	Author *Member
	Chunk  []byte // at least one byte, at most Config.MaxChunk
	Note   Note
}

// A Note is what the log's record says of an entry.
type Note struct {
	Author any    // who its author is, as it was then, for those who read records
	Lines  int    // how many lines it counts for
	Prefix int    // bytes before each line that the author did not send
	GoesOn bool   // it begins inside a line, before which there are none
	Ref    uint64 // the author's own number for it, or 0
}

// record returns the note as the log keeps it, with the time.
func (n Note) record(now time.Time) journal.Record {
	return journal.Record{
		Author: n.Author, Lines: int32(n.Lines), Prefix: int32(n.Prefix), GoesOn: n.GoesOn, Ref: n.Ref,
		At: now.UnixMilli(),
	}
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
