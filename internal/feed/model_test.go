package feed_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"bcast/internal/feed"
)

// A model is a feed in the simplest terms: it keeps all there ever was, and wraps all that
// the feed keeps at each look.
type model struct {
	entries       []feed.Entry // the dropped ones too
	first         int          // of the entries that are kept
	width, height int
	wrapped       map[int][]modelRow // by entry, for this width

	reading bool
	top     spot         // in the row at the top of the screen, while reading back
	left    int          // how many entries there were when the reader left the end
	seen    map[int]bool // the entries that were on the screen since, or above it

	rows   []modelRow // of all entries that are kept
	screen []modelRow
}

// A spot is a byte in the text of an entry.
type spot struct{ entry, offset int }

type modelRow struct {
	begin spot
	text  string
}

func (m *model) resize(width, height int) {
	m.width, m.height, m.wrapped = width, height, map[int][]modelRow{}
}

// rowsOf wraps an entry.
func (m *model) rowsOf(entry int) []modelRow {
	rows := m.wrapped[entry]
	if rows != nil {
		return rows
	}
	text, offset := m.entries[entry].Text, 0
	for row := range feed.Wrap(text, m.width) {
		if len(rows) > 0 { // what is left out before a row is the end of the row above
			offset += strings.Index(text[offset:], row)
		}
		rows = append(rows, modelRow{spot{entry, offset}, row})
		offset += len(row)
	}
	m.wrapped[entry] = rows
	return rows
}

// look brings rows and screen up to date.
func (m *model) look() {
	m.rows = nil
	for entry := m.first; entry < len(m.entries); entry++ {
		m.rows = append(m.rows, m.rowsOf(entry)...)
	}
	if m.reading {
		if m.top.entry < m.first {
			m.top = spot{m.first, 0}
		}
		at := m.indexOf(m.top)
		if at+m.height < len(m.rows) {
			m.screen = m.rows[at : at+m.height]
			for entry := m.first; m.height > 0 && entry <= m.screen[m.height-1].begin.entry; entry++ {
				m.seen[entry] = true
			}
			return
		}
		m.reading = false
	}
	m.screen = m.rows[max(0, len(m.rows)-m.height):]
}

// indexOf returns which of the rows s is in.
func (m *model) indexOf(s spot) int {
	at := 0
	for i, row := range m.rows {
		if row.begin.entry < s.entry || row.begin.entry == s.entry && row.begin.offset <= s.offset {
			at = i
		}
	}
	return at
}

// topIndex returns which of the rows is at the top of the screen.
func (m *model) topIndex() int {
	if m.reading {
		return m.indexOf(m.top)
	}
	return len(m.rows) - len(m.screen)
}

func (m *model) up(rows int) {
	from := m.topIndex()
	to := max(0, from-rows)
	if to == from {
		return
	}
	if !m.reading {
		m.reading, m.left, m.seen = true, len(m.entries), map[int]bool{}
	}
	m.top = m.rows[to].begin
}

func (m *model) down(rows int) {
	if !m.reading || rows == 0 {
		return
	}
	to := m.topIndex() + rows
	if m.reading = to < len(m.rows); m.reading {
		m.top = m.rows[to].begin
	}
}

// amend replaces the newest entry, unless it counts or a reader who reads back sees it.
func (m *model) amend(e feed.Entry) bool {
	last := len(m.entries) - 1
	if last < m.first || m.entries[last].Kind == feed.Line || e.Kind == feed.Line {
		return false
	}
	if m.reading && (len(m.screen) == 0 || m.screen[len(m.screen)-1].begin.entry == last) {
		return false
	}
	m.entries[last] = e
	delete(m.wrapped, last)
	return true
}

func (m *model) unread() int {
	n := 0
	for i := m.left; m.reading && i < len(m.entries); i++ {
		if m.entries[i].Kind == feed.Line && !m.seen[i] {
			n++
		}
	}
	return n
}

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
	e := feed.Entry{Kind: feed.Kind(s.next() % 6)}
	n := min(s.next()%16, len(*s))
	e.Text = madeOf((*s)[:n])
	*s = (*s)[n:]
	return e
}

// run plays s with a feed and its model, and compares the two after each step.
func (s *script) run(t *testing.T) {
	cfg := feed.Config{MaxEntries: 1 + s.next()%64, MaxBytes: 1 + s.next()<<8}
	f, m := feed.New(cfg), &model{}
	f.Resize(2, 0)
	m.resize(2, 0)
	for len(*s) > 0 {
		before := slices.Clone(f.Rows())
		wasReading := !f.AtEnd()
		arrived := false
		switch op := s.next() % 9; op {
		case 0, 1, 2:
			arrived = true
			for range op*op*op + 1 { // some at once, unseen
				e := s.entry()
				f.Append(e)
				m.entries = append(m.entries, e)
			}
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
			arrived = true
			e := s.entry()
			if got, want := f.Amend(e), m.amend(e); got != want {
				t.Fatalf("amended %v, want %v", got, want)
			}
		}
		m.first = int(f.Dropped())
		m.look()
		compare(t, f, m)
		checkBounds(t, f, cfg, m.entries)
		if arrived && wasReading && len(before) > 0 && m.first <= int(before[0].Seq) && !slices.Equal(f.Rows(), before) {
			t.Fatalf("what arrived moved the screen\nfrom %s\n  to %s", brief(before), brief(f.Rows()))
		}
	}
}

// compare fails t unless the feed and its model show the same.
func compare(t *testing.T, f *feed.Feed, m *model) {
	t.Helper()
	var got, want []feed.Row
	got = append(got, f.Rows()...)
	for _, row := range m.screen {
		want = append(want, feed.Row{
			Entry: m.entries[row.begin.entry],
			Seq:   uint64(row.begin.entry),
			First: row.begin.offset == 0,
			Text:  row.text,
		})
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
}

// brief is what one needs to see of rows.
func brief(rows []feed.Row) string {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "[%d %+q]", row.Seq, row.Text)
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
		if len(s) > 4<<10 {
			t.Skip("the model is too slow for a long script")
		}
		play := script(s)
		play.run(t)
	})
}
