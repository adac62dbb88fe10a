package feed_test

import (
	"testing"
	"time"

	"bcast/internal/feed"
)

// came appends a line for each letter.
func came(f *feed.Feed, letters string) {
	for i := range letters {
		f.Append(said(letters[i : i+1]))
	}
}

// reader returns a feed with ten lines and a screen of six rows.
func reader() *feed.Feed { return numbered(10, 20, 6) }

func TestTheUnreadLineStandsAboveWhatCameWhileReadingBack(t *testing.T) {
	f := reader()
	f.Up(2)
	f.Append(feed.Entry{Kind: feed.Note, At: noon, Text: "a note"})
	f.Append(feed.Entry{Kind: feed.Line, At: noon.Add(time.Minute), Text: "a"})
	f.Append(feed.Entry{Kind: feed.Own, At: noon, Text: "mine"})
	came(f, "b")
	expect(t, f, "2|3|4|5|6|7")
	f.Down(4)
	expect(t, f, "6|7|8|9|a note|-2 new-")
	came(f, "c")
	expect(t, f, "6|7|8|9|a note|-3 new-")
	if row := f.Rows()[5]; !row.At.Equal(noon.Add(time.Minute)) || row.Seq != 11 || row.Entry != (feed.Entry{}) {
		t.Errorf("unread line %+v", row)
	}
	f.End()
	expect(t, f, "a note|-3 new-|a|mine|b|c")
	came(f, "d")
	expect(t, f, "-3 new-|a|mine|b|c|d")
}

func TestTheUnreadLineStandsAboveWhatCameWhileAway(t *testing.T) {
	f := reader()
	f.Away(true)
	expect(t, f, "4|5|6|7|8|9")
	came(f, "ab")
	expect(t, f, "7|8|9|-2 new-|a|b")
	came(f, "c")
	f.Away(true)
	f.Away(false)
	expect(t, f, "8|9|-3 new-|a|b|c")
	if !f.AtEnd() || f.Unread() != 0 {
		t.Errorf("at the end %v, %d unread, want true, 0", f.AtEnd(), f.Unread())
	}
	came(f, "d")
	expect(t, f, "9|-3 new-|a|b|c|d")
}

// Each case begins with the unread line above a, and the reader at the end.
func TestWhenTheUnreadLineMovesOn(t *testing.T) {
	for _, c := range []struct {
		name  string
		first string // what came while away
		then  func(f *feed.Feed)
		want  string // at the end
	}{
		{"nothing else came", "abc", func(f *feed.Feed) { f.Away(true); f.Away(false); f.Up(4); f.Down(4) }, "8|9|-3 new-|a|b|c"},
		{"at the end", "abc", func(f *feed.Feed) { came(f, "d") }, "9|-3 new-|a|b|c|d"},
		{"away again", "abc", func(f *feed.Feed) { f.Away(true); came(f, "d") }, "9|a|b|c|-1 new-|d"},
		{"away again, unseen", "abcdef", func(f *feed.Feed) { f.Away(true); came(f, "g") }, "c|d|e|f|-1 new-|g"},
		{"away, never back", "ab", func(f *feed.Feed) { f.Away(true); came(f, "c"); came(f, "d") }, "9|a|b|-2 new-|c|d"},
		{"reading back, seen", "abc", func(f *feed.Feed) { f.Up(6); came(f, "d") }, "9|a|b|c|-1 new-|d"},
		{"reading back with it on the screen", "abc", func(f *feed.Feed) { f.Up(1); came(f, "d") }, "9|-3 new-|a|b|c|d"},
		{"reading back, unseen", "abcdefgh", func(f *feed.Feed) { f.Up(1); came(f, "i"); f.ToUnread() }, "9|-8 new-|a|b|c|d"},
		{"going to it", "abcdefgh", func(f *feed.Feed) { f.ToUnread(); came(f, "i"); f.ToUnread() }, "9|-8 new-|a|b|c|d"},
		{"after going to it", "abcdefgh", func(f *feed.Feed) {
			f.ToUnread()
			f.End()
			f.AtEnd()
			f.Up(1)
			came(f, "i")
			f.End()
		}, "e|f|g|h|-1 new-|i"},
		{"cleared", "abc", func(f *feed.Feed) { f.Clear(); came(f, "d") }, "d"},
		{"cleared while away", "abc", func(f *feed.Feed) { f.Away(true); f.Clear(); came(f, "d") }, "-1 new-|d"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := reader()
			f.Away(true)
			came(f, c.first)
			f.Away(false)
			f.Rows()
			c.then(f)
			if len(c.first) == 3 {
				f.End()
			}
			expect(t, f, c.want)
		})
	}
}

func TestToUnread(t *testing.T) {
	f := reader()
	if f.ToUnread() {
		t.Error("there is an unread line before anything is unread")
	}
	f.Away(true)
	came(f, "abcdefghijk")
	f.Away(false)
	expect(t, f, "f|g|h|i|j|k")
	for range 2 {
		if !f.ToUnread() {
			t.Error("no unread line")
		}
		expect(t, f, "9|-11 new-|a|b|c|d")
	}
	f.Up(3)
	f.ToUnread()
	expect(t, f, "6|7|8|9|-11 new-|a") // where it was on the screen already
	f.Up(9)
	f.ToUnread()
	expect(t, f, "9|-11 new-|a|b|c|d")
	f.Resize(20, 1)
	f.Up(1)
	f.ToUnread()
	expect(t, f, "-11 new-")
}

func TestTheUnreadLineGoesWithTheLastThatIsUnread(t *testing.T) {
	f := feed.New(feed.Config{MaxEntries: 5})
	f.Resize(20, 8)
	came(f, "123")
	f.Away(true)
	came(f, "abc")
	f.Away(false)
	f.Rows()
	came(f, "de")
	expect(t, f, "-3 dropped-|-3 new-|a|b|c|d|e")
	came(f, "fg")
	expect(t, f, "-5 dropped-|-3 new-|c|d|e|f|g")
	came(f, "h")
	expect(t, f, "-6 dropped-|d|e|f|g|h")
	if f.ToUnread() {
		t.Error("to an unread line that is not there")
	}
}

func TestAnUnreadLineThatIsGoneDoesNotComeBack(t *testing.T) {
	f := feed.New(feed.Config{MaxEntries: 5})
	f.Resize(20, 3)
	came(f, "12345")
	f.Up(2)
	came(f, "a")
	for range 5 {
		f.Append(feed.Entry{Kind: feed.Note, Text: "-"})
	}
	expect(t, f, "-6 dropped-|-|-")
	came(f, "b")
	expect(t, f, "-7 dropped-|-|-")
	f.End()
	expect(t, f, "-|-1 new-|b")
}
