package journal

import (
	"bytes"
	"slices"
)

// A leap is where a cursor was when it was moved to the end of the log.
type leap struct {
	seg  *segment // is not used again: its reader may still hold bytes of it
	pos  uint64   // how far the reader has come in it
	next uint64   // the number of the line at which it goes on
}

// Leap moves a cursor to the end of the log, past what its reader is too slow for. The
// reader gets nothing more before it has landed. It is called under the owner's lock,
// in a log that is Whole.
func (l *Log) Leap(c *Cursor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seg == nil {
		return
	}
	if c.leap == nil {
		c.leap = &leap{seg: c.seg, pos: c.pos}
		c.seg.lost = true
	}
	c.leap.next = l.next
	l.head.cursors.Add(1)
	c.seg.cursors.Add(-1)
	c.seg, c.pos, c.own, c.passed = l.head, l.End(), nil, 0
}

// Land tells the reader that its cursor has leapt, if it has, and what of the line that
// it is in, if it is inside one, is still to be read, and how many lines are missed
// behind that.
func (c *Cursor) Land(inside bool) (rest []byte, missed uint64, leapt bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.leap
	if l == nil {
		return nil, 0, false
	}
	c.leap = nil
	if inside {
		rest = l.seg.buf[l.pos-l.seg.start : l.seg.n.Load()]
		rest = bytes.Clone(rest[:bytes.IndexByte(rest, '\n')+1])
	}
	missed = l.next - l.seg.numberAt(l.pos+uint64(len(rest)))
	c.lines += missed
	return rest, missed, true
}

// lineBehind returns the number of the line behind those appends that end at an offset or
// before. Of one that has begun in another segment it is not known where that is.
func (s *segment) lineBehind(pos uint64) uint64 {
	switch r := s.recordAt(pos); {
	case r == nil:
		return s.first
	case pos < r.End():
		return r.First
	default:
		return r.First + uint64(r.Lines)
	}
}

// numberAt returns the number of the line that begins at an offset, or next behind it.
func (s *segment) numberAt(pos uint64) uint64 {
	number := s.lineBehind(pos)
	if r := s.recordAt(pos); r != nil && pos < r.End() && r.Lines > 0 {
		number += uint64(bytes.Count(s.buf[r.Start-s.start:pos-s.start], []byte("\n")))
	}
	return number
}

// recordAt returns the last record that begins at an offset or before, or nil.
func (s *segment) recordAt(pos uint64) *Record {
	records := s.records[:s.entries.Load()]
	n, _ := slices.BinarySearchFunc(records, pos, func(r Record, pos uint64) int {
		if r.Start > pos {
			return 1
		}
		return -1
	})
	if n == 0 {
		return nil
	}
	return &records[n-1]
}
