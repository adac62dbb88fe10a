package journal

import "bytes"

// A Record is what a log knows of one append, besides its bytes.
type Record struct {
	Start uint64 // offset in the log of its first byte
	First uint64 // the number of its first line
	Size  int32  // bytes

	Lines  int32  // how many lines it counts for; 0 for what is no line
	Prefix int32  // bytes before each line that its author did not send
	GoesOn bool   // it begins inside a line, before which there are none
	At     int64  // when it was appended, in milliseconds since 1970
	Ref    uint64 // its author's own number for it, or 0
	Author any    // who that is, as the log's owner knows it
}

// End is the offset in the log behind the record's last byte.
func (r *Record) End() uint64 { return r.Start + uint64(r.Size) }

// Keep is what stays in a log though no cursor needs it: its last lines, up to both
// bounds, and up to half of the backlog.
type Keep struct {
	Lines uint64
	Bytes uint64
}

// Keep sets what stays from now on. It is called under the owner's lock.
func (l *Log) Keep(k Keep) { l.keep = k }

// kept tells whether the lines behind s are fewer than are to stay.
func (l *Log) kept(s *segment) bool {
	behind := s.next.Load()
	return l.segments-1 <= l.maxSegments/2 && l.next-behind.first < l.keep.Lines && l.End()-behind.start < l.keep.Bytes
}

// Kept returns how many lines the log has, and how many bytes: what cursors need, and what
// is to be kept beyond that. It is called under the owner's lock.
func (l *Log) Kept() (lines, size uint64) { return l.next - l.Oldest(), l.End() - l.tail.start }

// Oldest returns the number of the oldest line that is still there, or Next's. It is
// called under the owner's lock.
func (l *Log) Oldest() uint64 { return l.tail.first }

// BeginAt places a zero cursor at the append in which the line of a number is, or at
// the oldest that is there, or at the end. It is called under the owner's lock.
func (l *Log) BeginAt(c *Cursor, number uint64) {
	for s := l.tail; s != nil; s = s.next.Load() {
		for i := range s.records[:s.entries.Load()] {
			if r := &s.records[i]; r.First+uint64(r.Lines) > number {
				s.cursors.Add(1)
				c.mu.Lock()
				defer c.mu.Unlock()
				c.seg, c.pos, c.lines = s, r.Start, r.First
				return
			}
		}
	}
	l.Begin(c)
}

// BeginAtLine is BeginAt at the very line, where each newline of its append ends one.
func (l *Log) BeginAtLine(c *Cursor, number uint64) {
	l.BeginAt(c, number)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.seg.records[:c.seg.entries.Load()] {
		if r.Start != c.pos || r.Lines == 0 {
			continue
		}
		for c.lines < number && c.lineLocked() {
			c.lines++
		}
		return
	}
}

// lineLocked moves the cursor behind the next newline, if there is one.
func (c *Cursor) lineLocked() bool {
	for {
		p := c.seg.buf[c.pos-c.seg.start : c.seg.n.Load()]
		if end := bytes.IndexByte(p, '\n') + 1; end > 0 {
			c.pos += uint64(end)
			return true
		}
		c.pos += uint64(len(p))
		before := c.seg
		if c.moveLocked(); c.seg == before {
			return false
		}
	}
}

// Records returns the records from a cursor's place on, which is the beginning of an
// append. Like a cursor, it keeps what it has come to in memory until it is closed.
func (c *Cursor) Records() *Records {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seg.cursors.Add(1)
	r := &Records{seg: c.seg}
	for int64(r.next) < c.seg.entries.Load() && c.seg.records[r.next].Start < c.pos {
		r.next++
	}
	return r
}

// Records is a reader of records. It is used by one goroutine.
type Records struct {
	seg  *segment // nil once closed
	next int
}

// Next returns the next record, which stays as it is until the next call, or nil if
// there is none yet. It reports what Cursor.Next does.
func (r *Records) Next() (next *Record, freed bool) {
	for {
		behind := r.seg.next.Load() // before entries, which are final once there is one
		if int64(r.next) < r.seg.entries.Load() {
			r.next++
			return &r.seg.records[r.next-1], freed
		}
		if behind == nil {
			return nil, freed
		}
		behind.cursors.Add(1) // before this one is let go, as a cursor does
		freed = r.seg.cursors.Add(-1) == 0 || freed
		r.seg, r.next = behind, 0
	}
}

// Close ends the reading. It reports what Cursor.Close does.
func (r *Records) Close() (freed bool) {
	if r.seg == nil {
		return false
	}
	freed = r.seg.cursors.Add(-1) == 0
	r.seg = nil
	return freed
}
