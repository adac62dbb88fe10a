package feed_test

import (
	"regexp"
	"strings"
	"time"

	"bcast/internal/feed"
)

// A model is a feed in the simplest terms: it keeps all there ever was, and wraps all that
// the feed keeps at each look.
type model struct {
	entries        []feed.Entry // those that are gone too
	cleared, first int          // what is kept: from first on, and from cleared on at first
	width, height  int
	wrapped        map[int][]modelRow // by entry, for this width

	reading bool
	top     spot         // in the row at the top of the screen, while reading back
	left    int          // how many entries there were when the reader left the end
	seen    map[int]bool // the entries that were on the screen since, or above it

	away bool
	line modelLine

	query  *regexp.Regexp // what is looked for, or nil
	chosen int            // the match that is chosen, or -1

	rows   []modelRow // of all entries that are kept
	screen []modelRow
}

// A modelLine is the unread line.
type modelLine struct {
	news             []int // the lines that it counts
	shown, met       bool  // whether it is on the screen, and was there for a reader who was not away
	closed, finished bool  // whether it counts no more, and may move
}

// A spot is a byte in the text of an entry, or a separator above it.
type spot struct{ entry, offset int }

// The offsets of separators.
const (
	dropSpot = iota - 3
	unreadSpot
	daySpot
)

type modelRow struct {
	begin spot
	kind  feed.RowKind
	text  string
	count int
	at    time.Time
}

func (m *model) resize(width, height int) {
	m.width, m.height, m.wrapped = width, height, map[int][]modelRow{}
}

func (m *model) append(e feed.Entry) {
	m.entries = append(m.entries, e)
	if e.Kind != feed.Line || !m.reading && !m.away {
		return
	}
	if m.unreadAbove() < 0 || m.line.finished {
		m.line = modelLine{}
	}
	if !m.line.closed {
		m.line.news = append(m.line.news, len(m.entries)-1)
	}
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
		rows = append(rows, modelRow{begin: spot{entry, offset}, text: row})
		offset += len(row)
	}
	m.wrapped[entry] = rows
	return rows
}

// separatorsOf returns what stands above an entry.
func (m *model) separatorsOf(entry int) []modelRow {
	var rows []modelRow
	at := m.entries[entry].At
	if entry == m.first && m.first > m.cleared {
		rows = append(rows, modelRow{begin: spot{entry, dropSpot}, kind: feed.RowDropped, count: m.first - m.cleared, at: at})
	}
	if entry == m.unreadAbove() {
		news := m.line.news
		since := m.entries[news[0]].At
		rows = append(rows, modelRow{begin: spot{entry, unreadSpot}, kind: feed.RowUnread, count: len(news), at: since})
	}
	if entry > m.cleared {
		const day = "2006-01-02"
		before := m.entries[entry-1].At
		if !at.IsZero() && !before.IsZero() && at.Format(day) != before.Format(day) {
			rows = append(rows, modelRow{begin: spot{entry, daySpot}, kind: feed.RowDay, at: at})
		}
	}
	return rows
}

// unreadAbove returns the entry that has the unread line above it, or -1.
func (m *model) unreadAbove() int {
	news := m.line.news
	if len(news) == 0 || news[len(news)-1] < m.first {
		return -1
	}
	return max(news[0], m.first)
}

// look brings rows and screen up to date.
func (m *model) look() {
	m.rows = nil
	for entry := m.first; entry < len(m.entries); entry++ {
		m.rows = append(m.rows, m.separatorsOf(entry)...)
		m.rows = append(m.rows, m.rowsOf(entry)...)
	}
	m.arrange()
	m.line.shown = false
	for _, row := range m.screen {
		m.line.shown = m.line.shown || row.kind == feed.RowUnread
	}
	if m.line.shown && !m.away {
		m.line.met = true
	}
	if m.line.shown && m.reading {
		m.line.finished = false
	}
	if !m.reading && !m.away {
		m.line.closed = true
		m.line.finished = m.line.finished || m.line.met
	}
}

// arrange brings the screen up to date.
func (m *model) arrange() {
	if m.reading {
		if m.top.entry < m.first {
			m.top = m.rows[0].begin
		}
		at := m.indexOf(m.top)
		if at+m.height < len(m.rows) {
			m.screen = m.rows[at : at+m.height]
			for _, row := range m.rows[:at+m.height] {
				if m.height > 0 && row.kind == feed.RowText {
					m.seen[row.begin.entry] = true
				}
			}
			return
		}
		m.reading = false
	}
	m.screen = m.rows[max(0, len(m.rows)-m.height):]
}

// indexOf returns which of the rows s is in, or if s is a separator that is gone, which is
// below it.
func (m *model) indexOf(s spot) int {
	at := 0
	for i, row := range m.rows {
		switch {
		case row.begin.entry < s.entry:
			at = i + 1
		case row.begin.entry > s.entry:
		case row.begin.offset <= s.offset, row.begin.offset <= 0 && s.offset < 0 && m.rows[at].begin.offset < s.offset:
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

// moveTo makes one of the rows the first of the screen.
func (m *model) moveTo(index int) {
	if !m.reading {
		m.reading, m.left, m.seen = true, len(m.entries), map[int]bool{}
	}
	m.top = m.rows[max(index, 0)].begin
}

func (m *model) up(rows int) {
	if from := m.topIndex(); max(0, from-rows) != from {
		m.moveTo(from - rows)
	}
}

func (m *model) down(rows int) {
	if !m.reading || rows == 0 {
		return
	}
	to := m.topIndex() + rows
	if m.reading = to < len(m.rows); m.reading {
		m.moveTo(to)
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

func (m *model) clear() {
	m.cleared, m.reading, m.line, m.chosen = len(m.entries), false, modelLine{}, -1
}

func (m *model) setAway(away bool) {
	if away && !m.away && !m.reading {
		m.line.closed, m.line.finished = true, true
	}
	m.away = away
}

func (m *model) toUnread() bool {
	if m.unreadAbove() < 0 {
		return false
	}
	if !m.line.shown {
		m.moveTo(m.indexOf(spot{m.unreadAbove(), unreadSpot}) - m.height/4)
	}
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
