package journal

import (
	"fmt"
	"sync"
	"sync/atomic"
)

const (
	// maxSegment is the size in bytes of the segments of a large log. A reader
	// that is behind gets up to a segment in one go.
	maxSegment = 256 << 10

	// entryCost is what an append costs besides its bytes: the span that its
	// author skips, and the slack of the slice that keeps it.
	entryCost = 32

	// bytesPerEntry bounds the appends that share a segment, to its size divided
	// by this: what they cost besides their bytes is at most a quarter of it.
	bytesPerEntry = 4 * entryCost

	// minSegments is into how many segments a log of any size is cut, at least.
	minSegments = 12
)

// Config is how a Log is made.
type Config struct {
	// Backlog is how much memory, in bytes, the segments and the spans may take
	// that the slowest cursor still needs. It is at least MinBacklog(MaxAppend).
	Backlog int

	// MaxAppend is the longest append in bytes.
	MaxAppend int
}

// MinBacklog is the smallest backlog in bytes of a log whose appends are up to
// maxAppend bytes long.
func MinBacklog(maxAppend int) int { return 4 * maxAppend }

// A Log is a sequence of bytes that grows at its end and is forgotten behind
// its slowest cursor. Append, Full, Begin and Holds are called under its
// owner's lock; End may be called at any time.
type Log struct {
	segmentSize int // bytes
	maxSegments int
	spare       sync.Pool

	// Under the owner's lock.
	head, tail *segment // where the log grows, and its oldest part
	segments   int      // from tail to head, both included

	end atomic.Uint64 // how many bytes are published; everything before it may be read
}

// A segment is a part of the log. Its bytes below n are published and never
// change; next is set once, after the last change of n.
type segment struct {
	start   uint64 // the offset in the log of buf[0]
	buf     []byte
	entries int // appends that have begun here; under the owner's lock
	n       atomic.Int64
	next    atomic.Pointer[segment]
	cursors atomic.Int64 // that stand here
}

// New returns an empty log, or an error that says which bound of cfg is wrong.
func New(cfg Config) (*Log, error) {
	if cfg.MaxAppend < 1 {
		return nil, fmt.Errorf("journal: longest append of %d bytes, want at least 1", cfg.MaxAppend)
	}
	if least := MinBacklog(cfg.MaxAppend); cfg.Backlog < least {
		return nil, fmt.Errorf("journal: backlog of %d bytes, want at least %d for appends of up to %d bytes", cfg.Backlog, least, cfg.MaxAppend)
	}
	l := &Log{segmentSize: min(maxSegment, max(1, cfg.Backlog*4/5/minSegments))}
	l.maxSegments = cfg.Backlog / (l.segmentSize + l.segmentSize/4)
	l.spare.New = func() any { return &segment{buf: make([]byte, l.segmentSize)} }
	l.head = l.newSegment(0)
	l.tail = l.head
	return l, nil
}

// End returns how many bytes have been published: the offset of the next append.
func (l *Log) End() uint64 { return l.end.Load() }

// Full tells whether an append of n bytes has to wait until the slowest cursors
// have moved on (Holds says which those are).
func (l *Log) Full(n int) bool {
	l.recycle()
	n -= l.space()
	return n > 0 && l.segments+(n+l.segmentSize-1)/l.segmentSize > l.maxSegments
}

// Append publishes a copy of p for all cursors except those in skip, which will
// pass over it. It does not wait: where Full says that there is no room, the log
// outgrows its backlog.
func (l *Log) Append(p []byte, skip ...*Cursor) {
	if len(p) == 0 {
		return
	}
	start := l.end.Load()
	for _, c := range skip {
		c.skip(span{start, start + uint64(len(p))})
	}
	for len(p) > 0 {
		if l.space() == 0 {
			l.grow()
		}
		n := copy(l.head.buf[l.head.n.Load():], p)
		l.head.n.Add(int64(n))
		p = p[n:]
	}
	l.head.entries++
	l.end.Store(l.head.start + uint64(l.head.n.Load()))
	for _, c := range skip {
		c.settle()
	}
}

// space returns how many bytes the next append may put into the last segment.
func (l *Log) space() int {
	if l.head.entries >= l.segmentSize/bytesPerEntry {
		return 0
	}
	return l.segmentSize - int(l.head.n.Load())
}

// grow makes a new last segment.
func (l *Log) grow() {
	s := l.newSegment(l.head.start + uint64(l.head.n.Load()))
	l.head.next.Store(s)
	l.head = s
	l.segments++
}

func (l *Log) newSegment(start uint64) *segment {
	s := l.spare.Get().(*segment)
	s.start, s.entries = start, 0
	s.n.Store(0)
	s.next.Store(nil)
	return s
}

// recycle takes away the oldest segments in which no cursor stands. Cursors move
// forward only, so none can come back to them.
func (l *Log) recycle() {
	for l.tail != l.head && l.tail.cursors.Load() == 0 {
		s := l.tail
		l.tail = s.next.Load()
		l.segments--
		l.spare.Put(s)
	}
}
