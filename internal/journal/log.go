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

	// entryCost is what an append costs besides its bytes: its record, the span that
	// its author skips, and the slack of the slice that keeps it.
	entryCost = 96

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

	// First is the number of the first line. 0: 1.
	First uint64

	// Whole lets no append go on in another segment.
	Whole bool
}

// MinBacklog is the smallest backlog in bytes of a log whose appends are up to
// maxAppend bytes long.
func MinBacklog(maxAppend int) int { return 4 * maxAppend }

// A Log is a sequence of bytes that grows at its end and is forgotten behind
// its slowest cursor. Append, Full, Used, Begin and Holds are called under its
// owner's lock; End may be called at any time.
type Log struct {
	segmentSize int // bytes
	whole       bool
	maxSegments int
	spare       sync.Pool

	// Under the owner's lock.
	head, tail *segment // where the log grows, and its oldest part
	segments   int      // from tail to head, both included
	next       uint64   // the number of the next line
	keep       Keep

	end atomic.Uint64 // how many bytes are published; everything before it may be read
}

// A segment is a part of the log. Its bytes below n are published and never
// change; next is set once, after the last change of n.
type segment struct {
	start   uint64 // the offset in the log of buf[0]
	buf     []byte
	records []Record // of the appends that have begun here; as many as entries say are published
	first   uint64   // the number of the first line that begins here or behind
	lost    bool     // not to be used again; under the owner's lock
	entries atomic.Int64
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
	l := &Log{segmentSize: min(maxSegment, max(1, cfg.Backlog*4/5/minSegments)), whole: cfg.Whole}
	if cfg.Whole {
		l.segmentSize = max(l.segmentSize, cfg.MaxAppend)
	}
	l.maxSegments = cfg.Backlog / (l.segmentSize + l.segmentSize/4)
	l.spare.New = func() any {
		return &segment{buf: make([]byte, l.segmentSize), records: make([]Record, l.segmentSize/bytesPerEntry+1)}
	}
	l.next = max(cfg.First, 1)
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
	if space := l.space(); !l.whole || space >= n {
		n -= space
	}
	return n > 0 && l.segments+(n+l.segmentSize-1)/l.segmentSize > l.maxSegments
}

// Used is how much of the backlog the slowest cursor takes, from 0 to 1: at 1, appends wait
// once the last segment is full. It is 0 where all cursors stand in that.
func (l *Log) Used() float64 {
	held := l.segments
	for s := l.tail; s != l.head && s.cursors.Load() == 0; s = s.next.Load() {
		held--
	}
	if held == 1 {
		return 0
	}
	return min(1, float64(held)/float64(l.maxSegments))
}

// Next returns the number of the next line.
func (l *Log) Next() uint64 { return l.next }

// Append publishes a copy of p for all cursors except those in skip, which will
// pass over it, and gives r, of which it sets the first three fields, its place next
// to it. It does not wait: where Full says that there is no room, the log outgrows its
// backlog.
func (l *Log) Append(p []byte, r Record, skip ...*Cursor) {
	if len(p) == 0 {
		return
	}
	start := l.end.Load()
	for _, c := range skip {
		c.skip(span{start, start + uint64(len(p))}, r.Lines)
	}
	if space := l.space(); space == 0 || l.whole && space < len(p) {
		l.grow()
	}
	begin, n := l.head, l.head.entries.Load()
	r.Start, r.Size, r.First = start, int32(len(p)), l.next
	begin.records[n] = r
	begin.entries.Store(n + 1) // before its bytes: who reads those finds it
	l.next += uint64(r.Lines)
	for len(p) > 0 {
		if int(l.head.n.Load()) == l.segmentSize {
			l.grow()
		}
		n := copy(l.head.buf[l.head.n.Load():], p)
		l.head.n.Add(int64(n))
		p = p[n:]
	}
	l.end.Store(l.head.start + uint64(l.head.n.Load()))
	for _, c := range skip {
		c.settle()
	}
}

// space returns how many bytes the next append may put into the last segment.
func (l *Log) space() int {
	if int(l.head.entries.Load()) > l.segmentSize/bytesPerEntry {
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
	clear(s.records[:s.entries.Load()]) // it may hold the last of what an author was
	s.start, s.first = start, l.next
	s.entries.Store(0)
	s.n.Store(0)
	s.next.Store(nil)
	return s
}

// recycle takes away the oldest segments in which no cursor stands and which nobody
// wants to be kept. Cursors move forward only, so none can come back to them.
func (l *Log) recycle() {
	for l.tail != l.head && l.tail.cursors.Load() == 0 && !l.kept(l.tail) {
		s := l.tail
		l.tail = s.next.Load()
		l.segments--
		if !s.lost {
			l.spare.Put(s)
		}
	}
}
