package journal_test

import (
	"bytes"
	"fmt"
	"testing"

	"bcast/internal/journal"
)

// lineSizes are what is appended at a time, in bytes: a short line, a page, all that
// one read brings.
var lineSizes = []int{64, 4 << 10, 64 << 10}

// authors returns cursors of members who all read, and append in turn.
func authors(l *journal.Log, number int) []*journal.Cursor {
	var cursors []*journal.Cursor
	for range number {
		cursors = append(cursors, begin(l))
	}
	return cursors
}

// catchUp has every cursor read what there is, and each in pieces of up to piece bytes.
func catchUp(cursors []*journal.Cursor, piece int) {
	for _, c := range cursors {
		for {
			p, _, _ := c.Next()
			if len(p) == 0 {
				break
			}
			c.Advance(min(len(p), piece))
		}
	}
}

func TestAuthorsInTurnAllocateNothing(t *testing.T) {
	for _, size := range lineSizes {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			l := newLog(t, 16<<20)
			cursors, line := authors(l, 3), bytes.Repeat([]byte("x"), size)
			// Each has gaps to skip, and its list of them grows and shrinks. A turn is a
			// quarter of a segment at most, because the race detector has pools forget
			// things: three allocations for each segment are then less than one in a turn.
			appends, author := min(30, (64<<10)/size), 0
			turn := func() {
				for range appends {
					if l.Full(size) {
						t.Fatal("full")
					}
					l.Append(line, journal.Record{Lines: 1}, cursors[author])
					author = (author + 1) % len(cursors)
				}
				catchUp(cursors, size/3)
			}
			for range 60 {
				turn()
			}
			if n := testing.AllocsPerRun(50, turn); n != 0 {
				t.Errorf("%v allocations in %d appends, want 0", n, appends)
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, size := range lineSizes {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			l := newLog(b, 16<<20)
			author, line := begin(l), bytes.Repeat([]byte("x"), size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if l.Full(size) {
					b.Fatal("full")
				}
				l.Append(line, journal.Record{Lines: 1}, author)
			}
		})
	}
}

// One who was behind catches up, with as little in each step as a slow socket takes,
// or a segment at a time.
func BenchmarkNextAndAdvance(b *testing.B) {
	for _, step := range []int{1 << 10, 64 << 10, 256 << 10} {
		b.Run(fmt.Sprintf("bytes=%d", step), func(b *testing.B) {
			l := newLog(b, 16<<20)
			reader, line := begin(l), bytes.Repeat([]byte("x"), 64<<10)
			b.SetBytes(int64(step))
			b.ReportAllocs()
			for b.Loop() {
				left := step
				for left > 0 {
					p, _, _ := reader.Next()
					if len(p) == 0 {
						for !l.Full(len(line)) {
							l.Append(line, journal.Record{Lines: 1})
						}
						continue
					}
					n := min(len(p), left)
					reader.Advance(n)
					left -= n
				}
			}
		})
	}
}
