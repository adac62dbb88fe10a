package feed

import "time"

// A ring keeps the latest entries within two bounds. Each has a sequence number: how many
// entries came before it.
type ring struct {
	maxEntries int
	maxBytes   int

	slots       []Entry // the entry seq is in slots[seq%len(slots)]
	first, next uint64  // what is kept: the entries from first up to next
	bytes       int     // the size of these

	dropped uint64    // how many entries were dropped to keep the bounds
	before  time.Time // when the newest of them was said
}

// len is how many entries are kept.
func (r *ring) len() int { return int(r.next - r.first) }

// at returns the entry seq, which is one that is kept.
func (r *ring) at(seq uint64) *Entry { return &r.slots[seq%uint64(len(r.slots))] }

// append adds e, and drops the oldest entries where it would break a bound.
func (r *ring) append(e Entry) {
	size := e.size()
	for r.len() > 0 && (r.len() >= r.maxEntries || r.bytes+size > r.maxBytes) {
		r.drop()
	}
	if r.len() == len(r.slots) {
		r.grow()
	}
	r.next++
	r.bytes += size
	*r.at(r.next - 1) = e
}

// amend puts e in the place of the newest entry, and drops the oldest entries where it would
// break a bound.
func (r *ring) amend(e Entry) {
	newest := r.at(r.next - 1)
	r.bytes += e.size() - newest.size()
	*newest = e
	for r.len() > 1 && r.bytes > r.maxBytes {
		r.drop()
	}
}

// drop forgets the oldest entry, and lets go of its strings.
func (r *ring) drop() {
	oldest := r.at(r.first)
	r.bytes -= oldest.size()
	r.before = oldest.At
	r.dropped++
	*oldest = Entry{}
	r.first++
}

// clear forgets all entries, and that any were dropped. The numbers go on.
func (r *ring) clear() {
	*r = ring{maxEntries: r.maxEntries, maxBytes: r.maxBytes, first: r.next, next: r.next}
}

// grow doubles the slots, as far as the bound allows.
func (r *ring) grow() {
	old := *r
	r.slots = make([]Entry, min(max(2*len(old.slots), 16), r.maxEntries))
	for seq := r.first; seq < r.next; seq++ {
		*r.at(seq) = *old.at(seq)
	}
}
