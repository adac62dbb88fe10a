package journal_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"bcast/internal/journal"
)

const small = 12 << 10 // a backlog in bytes, with segments of 819 bytes

func newLog(t testing.TB, backlog int) *journal.Log {
	t.Helper()
	l, err := journal.New(journal.Config{Backlog: backlog, MaxAppend: backlog / 4})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func begin(l *journal.Log) *journal.Cursor {
	c := new(journal.Cursor)
	l.Begin(c)
	return c
}

// read takes everything that is left for c.
func read(c *journal.Cursor) string {
	var got []byte
	for {
		p, _, _ := c.Next()
		if len(p) == 0 {
			return string(got)
		}
		got = append(got, p...)
		c.Advance(len(p))
	}
}

func TestCursorReadsWhatIsAppendedAfterIt(t *testing.T) {
	l := newLog(t, small)
	l.Append([]byte("before\n"), journal.Record{Lines: 1})
	c := begin(l)
	unread := ""
	for i := range 100 {
		line := fmt.Sprintf("line %d %s\n", i, bytes.Repeat([]byte("x"), i*7))
		l.Append([]byte(line), journal.Record{Lines: 1})
		unread += line
		if i%3 == 0 {
			if got := read(c); got != unread {
				t.Fatalf("line %d: read %q, want %q", i, got, unread)
			}
			unread = ""
		}
	}
}

func TestCursorSkipsItsOwn(t *testing.T) {
	l := newLog(t, small)
	a, b, c := begin(l), begin(l), begin(l)
	l.Append([]byte("a1\n"), journal.Record{Lines: 1}, a)
	l.Append([]byte("a2\n"), journal.Record{Lines: 1}, a)
	l.Append([]byte("b1\n"), journal.Record{Lines: 1}, b)
	l.Append([]byte("both\n"), journal.Record{Lines: 1}, a, b)
	l.Append([]byte("a3\n"), journal.Record{Lines: 1}, a)
	l.Append([]byte("c1\n"), journal.Record{Lines: 1}, c)
	for _, test := range []struct {
		name string
		c    *journal.Cursor
		want string
	}{
		{"a", a, "b1\nc1\n"},
		{"b", b, "a1\na2\na3\nc1\n"},
		{"c", c, "a1\na2\nb1\nboth\na3\n"},
	} {
		size, lines := test.c.Behind(l.End())
		if want := bytes.Count([]byte(test.want), []byte("\n")); size != len(test.want) || lines != want {
			t.Errorf("%s is %d bytes, %d lines behind, want %d, %d", test.name, size, lines, len(test.want), want)
		}
		if got := read(test.c); got != test.want {
			t.Errorf("%s read %q, want %q", test.name, got, test.want)
		}
		if size, lines := test.c.Behind(l.End()); size != 0 || lines != 0 {
			t.Errorf("%s is %d bytes, %d lines behind after reading", test.name, size, lines)
		}
		if test.c.Pos() != l.End() {
			t.Errorf("%s stands at %d, the log ends at %d", test.name, test.c.Pos(), l.End())
		}
	}
}

func TestOwnAppendsNeverHoldTheLog(t *testing.T) {
	l := newLog(t, small)
	author := begin(l)
	line := bytes.Repeat([]byte("x"), 100)
	for i := range 10000 {
		if l.Full(len(line)) {
			t.Fatalf("full after %d lines that nobody has to read", i)
		}
		l.Append(line, journal.Record{Lines: 1}, author)
	}
	if got := read(author); got != "" {
		t.Errorf("the author reads %d of its own bytes", len(got))
	}
}

func TestSlowestCursorFillsTheLogAndEmptiesIt(t *testing.T) {
	for _, size := range []int{1, 2, 100, 819, 3000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			l := newLog(t, small)
			slow, fast := begin(l), begin(l)
			line := bytes.Repeat([]byte("x"), size)
			appended := 0
			for !l.Full(size) {
				l.Append(line, journal.Record{Lines: 1})
				appended += size
				read(fast)
			}
			if cost := appended + appended/size*16; cost > small {
				t.Errorf("%d bytes in appends of %d were kept, the backlog is %d", appended, size, small)
			}
			if size >= 400 && appended < small/2 {
				t.Errorf("full after %d bytes, the backlog is %d", appended, small)
			}
			if !l.Holds(slow) || l.Holds(fast) {
				t.Error("the slow cursor, and it alone, holds the log")
			}
			freed := false
			for {
				p, _, f := slow.Next()
				freed = freed || f
				if len(p) == 0 {
					break
				}
				slow.Advance(len(p))
			}
			if !freed || l.Full(size) {
				t.Errorf("freed is %v and full %v after everybody has read everything", freed, l.Full(size))
			}
		})
	}
}

func TestClosedCursorHoldsNothing(t *testing.T) {
	l := newLog(t, small)
	c := begin(l)
	l.Append([]byte("own"), journal.Record{Lines: 1}, c) // passed over before the others come
	for !l.Full(100) {
		l.Append(make([]byte, 100), journal.Record{Lines: 1})
	}
	if !c.Close() || l.Full(100) {
		t.Error("the log is full of what nobody will read")
	}
	if c.Close() {
		t.Error("a cursor was closed twice")
	}
	l.Append([]byte("x"), journal.Record{Lines: 1}, c) // an author that reads no more
	if p, _, _ := c.Next(); len(p) != 0 {
		t.Errorf("a closed cursor reads %q", p)
	}
	if size, lines := c.Behind(l.End()); size != 0 || lines != 0 {
		t.Errorf("a closed cursor is %d bytes, %d lines behind", size, lines)
	}
}

func TestBoundsAreChecked(t *testing.T) {
	for _, cfg := range []journal.Config{{}, {Backlog: 100}, {Backlog: 399, MaxAppend: 100}, {Backlog: -1, MaxAppend: 1}} {
		if _, err := journal.New(cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
	l, err := journal.New(journal.Config{Backlog: journal.MinBacklog(5), MaxAppend: 5})
	if err != nil {
		t.Fatal(err)
	}
	c := begin(l)
	for range 1000 { // the smallest log still takes its longest append when all is read
		if l.Full(5) {
			t.Fatal("full, though everything is read")
		}
		l.Append([]byte("abcd\n"), journal.Record{Lines: 1})
		read(c)
	}
}

// TestReadersSeeOneOrderWhileAuthorsAppend runs authors, that are readers too,
// against the model: a slice of appends.
func TestReadersSeeOneOrderWhileAuthorsAppend(t *testing.T) {
	const authors, appends = 6, 3000
	type entry struct {
		author int
		text   []byte
	}
	l := newLog(t, 64<<10)
	var mu sync.Mutex
	space := sync.NewCond(&mu)
	var model []entry
	cursors := make([]*journal.Cursor, authors)
	for i := range cursors {
		cursors[i] = begin(l)
	}
	var all, writing sync.WaitGroup
	done := make(chan struct{})
	got := make([][]byte, authors)
	for i := range authors {
		all.Go(func() {
			for finished := false; ; {
				p, _, freed := cursors[i].Next()
				if len(p) > 0 {
					got[i] = append(got[i], p...)
					_, also := cursors[i].Advance(len(p))
					freed = freed || also
				} else if finished {
					return
				} else {
					runtime.Gosched()
				}
				if freed {
					mu.Lock()
					space.Signal()
					mu.Unlock()
				}
				select {
				case <-done:
					finished = true
				default:
				}
			}
		})
		writing.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			for n := range appends {
				text := fmt.Appendf(nil, "%d %d %s\n", i, n, bytes.Repeat([]byte("x"), rng.IntN(200)))
				mu.Lock()
				for l.Full(len(text)) {
					space.Wait()
				}
				l.Append(text, journal.Record{Lines: 1}, cursors[i])
				model = append(model, entry{i, text})
				space.Signal()
				mu.Unlock()
			}
		})
	}
	writing.Wait()
	close(done)
	all.Wait()
	for i := range authors {
		var want []byte
		for _, e := range model {
			if e.author != i {
				want = append(want, e.text...)
			}
		}
		if !bytes.Equal(got[i], want) {
			t.Errorf("reader %d got %d bytes, want %d; they differ", i, len(got[i]), len(want))
		}
	}
}

func TestAppendAndReadAllocateNothing(t *testing.T) {
	l := newLog(t, 16<<20)
	cursors := []*journal.Cursor{begin(l), begin(l), begin(l)}
	line := bytes.Repeat([]byte("x"), 4096)
	step := func() {
		l.Append(line, journal.Record{Lines: 1}, cursors[0])
		for _, c := range cursors {
			p, _, _ := c.Next()
			c.Advance(len(p))
		}
		if l.Full(len(line)) {
			t.Fatal("full")
		}
	}
	for range 1000 {
		step()
	}
	if n := testing.AllocsPerRun(1000, step); n != 0 {
		t.Errorf("%v allocations an append, want 0", n)
	}
}

func FuzzCursorsAgainstModel(f *testing.F) {
	f.Add([]byte{0, 10, 1, 20, 2, 30, 128, 129, 3, 200})
	f.Add(slices.Repeat([]byte{0, 1, 1, 1, 2, 255, 130}, 50))
	f.Fuzz(func(t *testing.T, steps []byte) {
		l := newLog(t, 2048)
		cursors := []*journal.Cursor{begin(l), begin(l), begin(l)}
		want := make([]string, len(cursors))
		for i := 0; i+1 < len(steps); i += 2 {
			op, n := steps[i], int(steps[i+1])
			who := int(op) % len(cursors)
			if op < 128 && !l.Full(n) {
				text := string(bytes.Repeat([]byte{'a' + byte(i%26)}, n))
				l.Append([]byte(text), journal.Record{Lines: 1}, cursors[who])
				for k := range want {
					if k != who {
						want[k] += text
					}
				}
				continue
			}
			p, _, _ := cursors[who].Next()
			n = min(n, len(p))
			if string(p[:n]) != want[who][:n] {
				t.Fatalf("reader %d got %q, want %q", who, p[:n], want[who][:n])
			}
			want[who] = want[who][n:]
			cursors[who].Advance(n)
			if size, _ := cursors[who].Behind(l.End()); size != len(want[who]) {
				t.Fatalf("reader %d is %d bytes behind, want %d", who, size, len(want[who]))
			}
		}
		for k, c := range cursors {
			if got := read(c); got != want[k] {
				t.Fatalf("reader %d got %q at the end, want %q", k, got, want[k])
			}
		}
	})
}

func BenchmarkAppendAndRead(b *testing.B) {
	for _, readers := range []int{1, 100} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			l := newLog(b, 16<<20)
			cursors := make([]*journal.Cursor, readers)
			for i := range cursors {
				cursors[i] = begin(l)
			}
			line := bytes.Repeat([]byte("x"), 64)
			b.ReportAllocs()
			for b.Loop() {
				if l.Full(len(line)) {
					b.Fatal("full")
				}
				l.Append(line, journal.Record{Lines: 1})
				for _, c := range cursors {
					p, _, _ := c.Next()
					c.Advance(len(p))
				}
			}
		})
	}
}

// TestCursorThatSkipsToTheEndHoldsNothing has a reader that has skipped all of the log behind what it
// read, and does not look again.
func TestCursorThatSkipsToTheEndHoldsNothing(t *testing.T) {
	l := newLog(t, small)
	c := begin(l)
	l.Append([]byte("another's\n"), journal.Record{Lines: 1})
	own := bytes.Repeat([]byte("x"), 500)
	for !l.Full(len(own)) {
		l.Append(own, journal.Record{Lines: 1}, c)
	}
	p, _, _ := c.Next()
	if pos, freed := c.Advance(len(p)); pos != l.End() || !freed {
		t.Errorf("advanced to %d of %d, freed: %t", pos, l.End(), freed)
	}
	if l.Full(len(own)) {
		t.Error("the log is full still")
	}
}
