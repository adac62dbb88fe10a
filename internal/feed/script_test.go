package feed_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"bcast/internal/feed"
)

// A script is random bytes that say what happens to a feed.
type script []byte

func (s *script) next() int {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return int(b)
}

// entry is one of up to 16 pieces.
func (s *script) entry() feed.Entry {
	e := feed.Entry{Kind: feed.Kind(s.next() % 6), Name: queries[s.next()%len(queries)]}
	if at := s.next(); at > 0 {
		e.At = noon.Add(time.Duration(at) * time.Hour / 4)
	}
	n := min(s.next()%16, len(*s))
	e.Text = madeOf((*s)[:n])
	*s = (*s)[n:]
	return e
}

// queries are what scripts look for, and the names that they use.
var queries = []string{
	"", "", "a", "A1", "longer-word", "word(", "\u2764", "あ", "水）", "K", "ſ", "\uFF9E\uFF9E", "\u1100\u1100\u1100", "…", "👨",
}

// run plays s with a feed and its model, and compares the two after each step.
func (s *script) run(t *testing.T) {
	cfg := feed.Config{MaxEntries: 1 + s.next()%64, MaxBytes: 1 + s.next()<<8}
	f, m := feed.New(cfg), &model{chosen: -1}
	f.Resize(2, 0)
	m.resize(2, 0)
	for len(*s) > 0 {
		before := slices.Clone(f.Rows())
		wasReading := !f.AtEnd()
		arrived := s.step(t, f, m)
		m.first = m.cleared + int(f.Dropped())
		m.look()
		compare(t, f, m)
		compareFound(t, f, m)
		checkBounds(t, f, cfg, m.entries[m.cleared:])
		if arrived && wasReading && len(before) > 0 && m.first <= int(before[0].Seq) && !slices.Equal(uncounted(f.Rows()), uncounted(before)) {
			t.Fatalf("what arrived moved the screen\nfrom %s\n  to %s", brief(before), brief(f.Rows()))
		}
	}
}

// step lets something happen to both, and reports whether something arrived and nothing else.
func (s *script) step(t *testing.T, f *feed.Feed, m *model) (arrived bool) {
	switch op := s.next() % 20; op {
	case 0, 1, 2:
		for range op*op*op + 1 { // some at once, unseen
			e := s.entry()
			f.Append(e)
			m.first = m.cleared + int(f.Dropped())
			m.append(e)
		}
		return true
	case 3, 4:
		rows := s.next() % 32
		f.Up(rows)
		m.up(rows)
	case 5:
		rows := s.next() % 32
		f.Down(rows)
		m.down(rows)
	case 6:
		width, height := 2+s.next()%40, s.next()%16
		f.Resize(width, height)
		m.resize(width, height)
	case 7:
		f.End()
		m.reading = false
	case 8:
		e := s.entry()
		same(t, "amended", f.Amend(e), m.amend(e))
		return true
	case 9, 10:
		f.Away(op == 9)
		m.setAway(op == 9)
	case 11, 12:
		same(t, "to the unread line", f.ToUnread(), m.toUnread())
	case 13, 14:
		query := queries[s.next()%len(queries)]
		f.Find(query)
		m.find(query)
	case 15, 16:
		same(t, "found an older one", f.FindOlder(), m.findNext(true))
	case 17, 18:
		same(t, "found a newer one", f.FindNewer(), m.findNext(false))
	case 19:
		if s.next()%4 == 0 {
			f.Clear()
			m.clear()
		}
	}
	return false
}

// same fails t unless the feed and its model report the same.
func same(t *testing.T, what string, got, want bool) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}

// compare fails t unless the feed and its model show the same.
func compare(t *testing.T, f *feed.Feed, m *model) {
	t.Helper()
	var got, want []feed.Row
	got = append(got, f.Rows()...)
	for _, row := range m.screen {
		r := feed.Row{Kind: row.kind, Seq: uint64(row.begin.entry), Count: row.count, At: row.at}
		if row.kind == feed.RowText {
			r.Entry = m.entries[row.begin.entry]
			r.First = row.begin.offset == 0
			r.Text = row.text
			r.Offset = row.begin.offset
		}
		want = append(want, r)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("on a screen of %dx%d\n got %s\nwant %s", m.width, m.height, brief(got), brief(want))
	}
	if f.AtEnd() == m.reading {
		t.Fatalf("at the end %v, want %v", f.AtEnd(), !m.reading)
	}
	if f.Unread() != m.unread() {
		t.Fatalf("%d unread, want %d", f.Unread(), m.unread())
	}
	if all := slices.Collect(f.All()); !slices.Equal(all, m.entries[m.first:]) {
		t.Fatalf("keeps %v\nwant %v", all, m.entries[m.first:])
	}
}

// uncounted returns rows without what the unread line counts, which goes on.
func uncounted(rows []feed.Row) []feed.Row {
	rows = slices.Clone(rows)
	for i := range rows {
		rows[i].Count = 0
	}
	return rows
}

// brief is what one needs to see of rows.
func brief(rows []feed.Row) string {
	var b strings.Builder
	for _, row := range rows {
		if row.Kind == feed.RowText {
			fmt.Fprintf(&b, "[%d+%d %+q]", row.Seq, row.Offset, row.Text)
		} else {
			fmt.Fprintf(&b, "[%d kind %d: %d, %v]", row.Seq, row.Kind, row.Count, row.At)
		}
	}
	return b.String()
}

// checkBounds fails t if the feed keeps more than it is to, or forgot what it dropped.
func checkBounds(t *testing.T, f *feed.Feed, cfg feed.Config, appended []feed.Entry) {
	t.Helper()
	if got := f.Len() + int(f.Dropped()); got != len(appended) {
		t.Fatalf("%d kept and %d dropped, want %d together", f.Len(), f.Dropped(), len(appended))
	}
	size := 0
	for _, e := range appended[f.Dropped():] {
		size += len(e.Name) + len(e.Text)
	}
	if f.Len() > cfg.MaxEntries || size > cfg.MaxBytes && f.Len() > 1 {
		t.Fatalf("%d entries with %d bytes kept, want at most %d, %d", f.Len(), size, cfg.MaxEntries, cfg.MaxBytes)
	}
}

func FuzzFeed(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		s := make([]byte, 20+random.IntN(1500))
		for i := range s {
			s[i] = byte(random.Uint32())
		}
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		play := script(s[:min(len(s), 4<<10)]) // the model is slow
		play.run(t)
	})
}
