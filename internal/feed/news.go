package feed

import "time"

// news is what the unread line is about: the lines that came while the reader read back or
// was away.
type news struct {
	any         bool // whether there is an unread line
	first, last uint64
	count       int       // of the lines from first to last, those the reader was not there for
	since       time.Time // when the first one came

	shown bool // whether it is on the screen
	found bool // whether the reader has had it on the screen
	back  bool // whether the reader has been at the end since it was placed
	done  bool // whether it may move on to what is new by then
}

// look is told of each look at the screen.
func (n *news) look(reading, away bool) {
	n.found = n.found || n.shown && !away
	switch {
	case reading:
		n.done = n.done && !n.shown // who goes back to it still needs it
	case !away:
		n.back = true
		n.done = n.done || n.found
	}
}

// note takes note of the newest entry, which is a Line that came at the given time.
func (f *Feed) note(at time.Time) {
	if !f.reading && !f.away {
		return
	}
	seq := f.next - 1
	if _, ok := f.firstUnread(); !ok || f.news.done {
		f.news = news{any: true, first: seq, since: at}
	}
	if f.news.back {
		return
	}
	f.news.last = seq
	f.news.count++
	if f.news.shown {
		f.stale = true
	}
}

// firstUnread returns the entry below the unread line, if there is such a line: the first
// that came, or the oldest that is kept of the entries up to the last one.
func (f *Feed) firstUnread() (seq uint64, ok bool) {
	return max(f.news.first, f.first), f.news.any && f.news.last >= f.first
}

// Away says whether the reader's eyes are elsewhere, such as while the terminal does not
// have the focus. What comes then is new, though the screen follows the end.
//
// The unread line stands above the first Line that came while the reader was away or read
// back, and counts those that came until the reader was at the end again. There it stays
// until such a line comes after the reader has been at the end and went away, or has had
// the unread line on the screen, been at the end and reads back; or until Clear. It goes
// with the last of the lines that it counts.
func (f *Feed) Away(away bool) {
	if away == f.away {
		return
	}
	f.settle()
	if away && !f.reading {
		f.news.back, f.news.done = true, true
	}
	f.away = away
	f.stale = true
}

// ToUnread brings the unread line onto the screen, and reports whether there is one.
func (f *Feed) ToUnread() bool {
	f.settle()
	seq, ok := f.firstUnread()
	if ok && !f.news.shown {
		f.moveTo(f.above(place{seq: seq, offset: atUnread}, f.height/4))
	}
	return ok
}
