package journal

import (
	"bytes"
	"slices"
	"sync"
)

// A Cursor is one reader's place in a log. Next, Advance and Close are called by
// that reader alone; the log's owner may call Holds and the reader's own appends
// may pass it by at any time. The zero value is closed: it reads nothing.
type Cursor struct {
	mu     sync.Mutex
	seg    *segment // nil while closed
	pos    uint64   // offset in the log; ahead of its end while own bytes are being appended
	own    []span   // what the reader skips, in order, never two that touch
	passed int      // how many of own lie behind pos
	leap   *leap    // a jump that its reader does not know of yet, or nil
	lines  uint64   // what Lines counts from; once closed, what it says
}

// A span is the bytes of a log from start up to end.
type span struct{ start, end uint64 }

// Begin places a zero cursor at the end of the log: it reads what is appended from
// now on, and keeps that in memory until it has moved on or is closed.
func (l *Log) Begin(c *Cursor) {
	l.head.cursors.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seg, c.pos, c.lines = l.head, l.End(), l.next
}

// Holds tells whether c is among the cursors that keep the oldest segment.
func (l *Log) Holds(c *Cursor) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seg == l.tail
}

// Next returns what is published and next for the reader: up to a segment of
// bytes that follow each other, or nothing when it has read everything; and their
// offset in the log. They stay as they are until the next call of Next or Close.
//
// It moves the cursor past what it need not read any more, and reports whether
// that left a segment without cursors, so that the log may be Full no longer.
func (c *Cursor) Next() (unread []byte, pos uint64, freed bool) {
	c.mu.Lock() // and no defer: this is called for each member and line
	if c.seg == nil || c.leap != nil {
		pos = c.pos
		c.mu.Unlock()
		return nil, pos, false
	}
	freed = c.moveLocked()
	end := c.seg.start + uint64(c.seg.n.Load())
	if c.passed < len(c.own) {
		end = min(end, c.own[c.passed].start)
	}
	pos = c.pos
	if end > pos {
		unread = c.seg.buf[pos-c.seg.start : end-c.seg.start]
	}
	c.mu.Unlock()
	return unread, pos, freed
}

// Advance moves the cursor over the first n bytes that Next returned, and over what the
// reader skips behind them, and returns its new offset in the log. It reports what Next
// does: who has skipped up to the log's end need not call Next until there is more.
func (c *Cursor) Advance(n int) (pos uint64, freed bool) {
	c.mu.Lock()
	if c.leap != nil {
		c.leap.pos += uint64(n)
	} else {
		c.pos += uint64(n)
		if c.passLocked() {
			freed = c.moveLocked()
		}
	}
	pos = c.pos
	c.mu.Unlock()
	return pos, freed
}

// Close takes the cursor out of the log. It reports what Next does.
func (c *Cursor) Close() (freed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seg == nil {
		return false
	}
	c.lines = c.linesLocked()
	freed = c.seg.cursors.Add(-1) == 0
	c.seg, c.own, c.passed = nil, nil, 0
	return freed
}

// Pos is how far the cursor has come: the offset in the log of what is next.
func (c *Cursor) Pos() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pos
}

// Lines is how many lines the reader has read so far, append by append: those of one count
// once it has come to its end. What it skips does not count, and lowers the figure until it
// has passed that. It stays when the cursor is closed.
func (c *Cursor) Lines() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.linesLocked()
}

func (c *Cursor) linesLocked() uint64 {
	if c.seg == nil {
		return c.lines
	}
	seg, pos := c.seg, c.pos
	if c.leap != nil {
		seg, pos = c.leap.seg, c.leap.pos
	}
	next := seg.lineBehind(pos)
	return next - min(next, c.lines)
}

// Behind counts what is published before the offset until and not yet read:
// bytes, and lines by their newlines. It takes as long as it takes to look at
// those bytes.
func (c *Cursor) Behind(until uint64) (size, lines int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	pos, own := c.pos, c.own[c.passed:]
	for seg := c.seg; seg != nil; {
		next := seg.next.Load() // before n, which is final once there is a next one
		end := min(until, seg.start+uint64(seg.n.Load()))
		for pos < end {
			to := end
			if len(own) > 0 && own[0].start <= pos {
				pos, own = own[0].end, own[1:]
				continue
			} else if len(own) > 0 {
				to = min(end, own[0].start)
			}
			unread := seg.buf[pos-seg.start : to-seg.start]
			size += len(unread)
			lines += bytes.Count(unread, []byte("\n"))
			pos = to
		}
		seg = next
	}
	return size, lines
}

// skip adds the span that is about to be appended, and its lines, to what c passes over.
func (c *Cursor) skip(s span, lines int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seg == nil {
		return
	}
	c.lines += uint64(lines)
	if c.passed > len(c.own)/2 {
		c.own, c.passed = slices.Delete(c.own, 0, c.passed), 0
	}
	if last := len(c.own) - 1; last >= c.passed && c.own[last].end == s.start {
		c.own[last].end = s.end
		return
	}
	c.own = append(c.own, s)
}

// settle moves a cursor on that has nothing left to read but what it skips, so
// that a reader's own bytes never hold the log.
func (c *Cursor) settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seg != nil {
		c.passLocked()
		c.moveLocked()
	}
}

// passLocked takes the cursor over what the reader skips at its place, and reports whether
// there is something.
func (c *Cursor) passLocked() bool {
	if c.passed == len(c.own) || c.own[c.passed].start != c.pos {
		return false
	}
	c.pos = c.own[c.passed].end
	c.passed++
	return true
}

// moveLocked takes the cursor to the segment that its place is in, and reports
// whether it was the last one in a segment that it left.
func (c *Cursor) moveLocked() (freed bool) {
	for {
		next := c.seg.next.Load() // before n, which is final once there is a next one
		if next == nil || c.pos < c.seg.start+uint64(c.seg.n.Load()) {
			return freed
		}
		next.cursors.Add(1) // before this one is let go: the log forgets from the oldest on
		freed = c.seg.cursors.Add(-1) == 0 || freed
		c.seg = next
	}
}
