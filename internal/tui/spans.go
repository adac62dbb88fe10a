package tui

import (
	"fmt"
	"strings"

	"bcast/internal/feed"
	"bcast/internal/text"
	"bcast/internal/tui/term"
)

// spans draws the texts of a screen with what is in them: links, and what is looked for.
// Rows of one entry come one after the other, so that its text is read once.
type spans struct {
	seq   uint64
	read  bool
	links []text.Span // in the entry's text

	inRow []text.Span // memory
}

// draw returns the text of a row in a style, with links and matches in it. Both are closed at
// the end of the row, and a link that goes on in the next one has the same id there.
func (s *spans) draw(m *model, row *feed.Row, base style) string {
	if !s.read || s.seq != row.Seq {
		s.read, s.seq = true, row.Seq
		s.links = text.Links(row.Entry.Text)
	}
	matches, chosen := m.board.feed.Matches(*row)
	found := found{matches, m.matchStyle(chosen)}
	if len(s.links) == 0 && len(matches) == 0 {
		return base.Render(row.Text)
	}
	var b strings.Builder
	at := 0
	for _, link := range s.links {
		s.inRow = row.Clip(s.inRow[:0], []text.Span{link})
		if len(s.inRow) == 0 {
			continue
		}
		from, to := s.inRow[0].From, s.inRow[0].To
		found.draw(&b, row.Text, base, at, from)
		var shown strings.Builder
		found.draw(&shown, row.Text, m.styles.link, from, to)
		id := fmt.Sprintf("%x.%x", row.Seq, link.From)
		b.WriteString(term.Link(row.Entry.Text[link.From:link.To], shown.String(), id))
		at = to
	}
	found.draw(&b, row.Text, base, at, len(row.Text))
	return b.String()
}

// found is what is looked for in a text, and how it is drawn.
type found struct {
	spans []text.Span
	style style
}

// draw draws the part of s from one byte to another.
func (f *found) draw(b *strings.Builder, s string, base style, from, to int) {
	for _, span := range f.spans {
		begin, end := max(from, span.From), min(to, span.To)
		if begin >= end {
			continue
		}
		b.WriteString(base.Render(s[from:begin]))
		b.WriteString(f.style.Render(s[begin:end]))
		from = end
	}
	b.WriteString(base.Render(s[from:to]))
}
