package feed_test

import (
	"regexp"
	"slices"
	"testing"

	"bcast/internal/feed"
)

// find looks for query, which the regular expressions of Go fold as the feed is to.
func (m *model) find(query string) {
	m.query = nil
	if query != "" {
		m.query = regexp.MustCompile("(?i)" + regexp.QuoteMeta(query))
	}
	if !slices.Contains(m.matches(), m.chosen) {
		m.chosen = -1
	}
}

// matches returns the entries that match, the oldest first.
func (m *model) matches() []int {
	var matches []int
	for i := m.first; m.query != nil && i < len(m.entries); i++ {
		if m.query.MatchString(m.entries[i].Name) || m.query.MatchString(m.entries[i].Text) {
			matches = append(matches, i)
		}
	}
	return matches
}

// findNext goes to the match next to the one that is chosen, or next to the screen.
func (m *model) findNext(older bool) bool {
	next := -1
	for _, entry := range m.matches() {
		switch {
		case older && entry < m.olderThan():
			next = entry
		case !older && entry > m.newerThan() && next < 0:
			next = entry
		}
	}
	if next < 0 {
		return false
	}
	m.chosen = next
	at := spot{entry: next}
	if found := m.query.FindStringIndex(m.entries[next].Text); found != nil {
		at.offset = found[0]
	}
	index := m.indexOf(at)
	if !slices.Contains(m.screen, m.rows[index]) {
		m.moveTo(index - m.height/2)
	}
	return true
}

func (m *model) olderThan() int {
	switch {
	case m.chosen >= m.first:
		return m.chosen
	case len(m.screen) > 0:
		return m.screen[len(m.screen)-1].begin.entry + 1
	}
	return len(m.entries)
}

func (m *model) newerThan() int {
	switch top := m.topIndex(); {
	case m.chosen >= m.first:
		return m.chosen
	case top < len(m.rows):
		return m.rows[top].begin.entry - 1
	}
	return len(m.entries)
}

// compareFound fails t unless the feed and its model have found the same.
func compareFound(t *testing.T, f *feed.Feed, m *model) {
	t.Helper()
	matches := m.matches()
	want := 0
	if i := slices.Index(matches, m.chosen); i >= 0 {
		want = len(matches) - i
	}
	if nth, count := f.Found(); nth != want || count != len(matches) {
		t.Fatalf("found %d of %d, want %d of %d", nth, count, want, len(matches))
	}
	for i, row := range f.Rows() {
		spans, chosen := f.Matches(row)
		if chosen != (row.Kind == feed.RowText && m.chosen >= 0 && int(row.Seq) == m.chosen) {
			t.Fatalf("row %d is chosen: %v", row.Seq, chosen)
		}
		if row.Kind != feed.RowText || m.query == nil {
			if len(spans) > 0 {
				t.Fatalf("%v found in row %d, where nothing is", spans, i)
			}
			continue
		}
		var want [][]int
		if row.Text != "…" { // where it stands for another character, it is not in the text
			want = m.query.FindAllStringIndex(row.Entry.Text, -1)
		}
		found := make([]bool, len(row.Text)) // whether a byte is
		for _, span := range want {
			for i := max(span[0], row.Offset); i < min(span[1], row.Offset+len(row.Text)); i++ {
				found[i-row.Offset] = true
			}
		}
		for _, span := range spans {
			if row.Text != "…" && !slices.Contains(found[span.From:span.To], true) {
				t.Fatalf("nothing of %q is in %+q at %v", m.query, row.Text, span)
			}
			clear(found[span.From:span.To])
		}
		if slices.Contains(found, true) {
			t.Fatalf("only %v of %q in row %+q", spans, m.query, row.Text)
		}
	}
}
