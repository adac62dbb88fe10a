package journal_test

import (
	"bytes"
	"fmt"
	"testing"

	"bcast/internal/journal"
)

func TestRecordsStayForTheirReader(t *testing.T) {
	l := newLog(t, small)
	c := begin(l)
	records := c.Records()
	line, next := bytes.Repeat([]byte("x"), 700), uint64(1) // most go on in another segment
	for i := range 10_000 {
		if l.Full(len(line)) {
			t.Fatalf("full after %d lines that were read", i)
		}
		l.Append(line, journal.Record{Lines: 2, Ref: uint64(i), Author: i})
		r, _ := records.Next()
		if r == nil {
			t.Fatalf("line %d has no record", i)
		}
		read(c) // the cursor is ahead now
		want := journal.Record{
			Start: uint64(i * 700), First: next, Size: 700, Lines: 2, Ref: uint64(i), Author: i,
		}
		for range i % 3 { // which may want the memory
			l.Full(len(line))
		}
		if *r != want || r.End() != want.Start+700 {
			t.Fatalf("record %+v, want %+v", *r, want)
		}
		next += 2
	}
	if r, _ := records.Next(); r != nil {
		t.Errorf("record %+v behind the last one", *r)
	}
	records.Close()
	c.Close()
	if records.Close() {
		t.Error("it was closed twice")
	}
	for range 100 {
		l.Append(line, journal.Record{Lines: 1})
		if l.Full(len(line)) {
			t.Fatal("full though nobody reads")
		}
	}
}

// The reader of records must not be left behind in memory that is another's by now.
func TestRecordsAreFoundBehindACursorThatIsAhead(t *testing.T) {
	l := newLog(t, small)
	c := begin(l)
	records := c.Records()
	line := bytes.Repeat([]byte("x"), 400)
	for i := range 1000 {
		l.Append(line, journal.Record{Lines: 1, Ref: uint64(i)})
		read(c)
		l.Full(len(line))
		if i%2 == 0 {
			continue // it is one behind
		}
		for _, want := range []uint64{uint64(i - 1), uint64(i)} {
			if r, _ := records.Next(); r == nil || r.Ref != want {
				t.Fatalf("record %+v, want that of %d", r, want)
			}
		}
	}
}

func TestCursorBeginsAtTheLineOfANumber(t *testing.T) {
	l, err := journal.New(journal.Config{Backlog: small, MaxAppend: 600, First: 5, Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	l.Keep(journal.Keep{Lines: 1 << 50, Bytes: 1 << 50})
	number := uint64(5)
	last := func(n uint64) string { return fmt.Sprintf("line %d\n", n) }
	for i := range 300 {
		var chunk string
		for range i % 4 {
			chunk += last(number)
			number++
		}
		note := journal.Record{Lines: int32(i % 4)}
		if chunk == "" {
			chunk = "a note\n"
		}
		l.Full(len(chunk))
		l.Append([]byte(chunk), note)
	}
	if l.Next() != number {
		t.Errorf("the next line is %d, want %d", l.Next(), number)
	}
	if l.Oldest() == 5 || l.Oldest() > number-10 {
		t.Fatalf("the oldest line is %d, want some that are gone", l.Oldest())
	}
	for from := uint64(0); from <= number+2; from++ {
		c := new(journal.Cursor)
		l.BeginAtLine(c, from)
		p, _, _ := c.Next()
		p = bytes.TrimPrefix(p, []byte("a note\n")) // which may stand before the oldest
		want := last(max(from, l.Oldest()))
		switch {
		case from >= number && len(p) > 0:
			t.Errorf("%.20q comes at line %d, of which there is none", p, from)
		case from < number && !bytes.HasPrefix(p, []byte(want)):
			t.Errorf("%.20q comes at line %d, want %q", p, from, want)
		}
		c.Close()
	}
}

func TestKeptLinesStayWithinTheirBounds(t *testing.T) {
	for _, test := range []struct {
		keep        journal.Keep
		least, most int // lines that stay
	}{
		{journal.Keep{}, 0, 20},
		{journal.Keep{Lines: 20, Bytes: 1 << 20}, 20, 40},
		{journal.Keep{Lines: 1 << 20, Bytes: 2000}, 20, 40},
		{journal.Keep{Lines: 1 << 20, Bytes: 1 << 20}, 15, 30}, // half of the segments, with few records each,
	} {
		l := newLog(t, small)
		l.Keep(test.keep)
		for range 1000 {
			line := bytes.Repeat([]byte("x"), 100)
			if l.Full(len(line)) {
				t.Fatalf("%+v: full though nobody reads", test.keep)
			}
			l.Append(line, journal.Record{Lines: 1})
		}
		if n := int(l.Next() - l.Oldest()); n < test.least || n > test.most {
			t.Errorf("%+v: %d lines stay, want %d to %d", test.keep, n, test.least, test.most)
		}
	}
}
