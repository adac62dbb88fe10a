package feed_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bcast/internal/feed"
)

// said is an entry that a member said.
func said(text string) feed.Entry {
	return feed.Entry{Kind: feed.Line, At: noon, Name: "alice", Text: text}
}

// numbered returns a feed with a screen of the given size and n entries, "0" to "n-1".
func numbered(n, width, height int) *feed.Feed {
	f := feed.New(feed.Config{})
	f.Resize(width, height)
	for i := range n {
		f.Append(said(fmt.Sprint(i)))
	}
	return f
}

// shown is the text of the rows on the screen, and what separators say, with "|" between
// them.
func shown(f *feed.Feed) string {
	var texts []string
	for _, row := range f.Rows() {
		said := row.Text
		switch row.Kind {
		case feed.RowText:
		case feed.RowDropped:
			said = fmt.Sprintf("-%d dropped-", row.Count)
		case feed.RowUnread:
			said = fmt.Sprintf("-%d new-", row.Count)
		case feed.RowDay:
			said = row.At.Format("-Jan 2-")
		}
		texts = append(texts, said)
	}
	return strings.Join(texts, "|")
}

func expect(t *testing.T, f *feed.Feed, want string) {
	t.Helper()
	if got := shown(f); got != want {
		t.Errorf("on the screen\n got %q\nwant %q", got, want)
	}
}

func TestTheNewestRowIsTheLastOnTheScreen(t *testing.T) {
	f := feed.New(feed.Config{})
	expect(t, f, "")
	f.Resize(8, 3)
	expect(t, f, "")
	f.Append(said("one"))
	expect(t, f, "one")
	f.Append(said("two is longer"))
	expect(t, f, "one|two is|longer")
	f.Append(said("three"))
	expect(t, f, "two is|longer|three")
	f.Append(said(""))
	f.Append(said("five"))
	expect(t, f, "three||five")
	if !f.AtEnd() || f.Unread() != 0 {
		t.Errorf("at the end %v, %d unread, want true, 0", f.AtEnd(), f.Unread())
	}
}

func TestRowsTellTheirEntry(t *testing.T) {
	f := feed.New(feed.Config{MaxEntries: 3})
	f.Resize(10, 4)
	mark := feed.Entry{Kind: feed.Mark, At: noon, Text: "reconnected after 3 s"}
	f.Append(said("dropped"))
	f.Append(said("also dropped"))
	f.Append(said("おはようございます"))
	f.Append(mark)
	f.Append(feed.Entry{Kind: feed.Own, At: noon, Text: "ok"})
	want := []feed.Row{
		{Entry: said("おはようございます"), Seq: 2, First: false, Text: "ざいます", Offset: 15},
		{Entry: mark, Seq: 3, First: true, Text: "reconnecte"},
		{Entry: mark, Seq: 3, First: false, Text: "d after 3", Offset: 10},
		{Entry: mark, Seq: 3, First: false, Text: "s", Offset: 20},
		{Entry: feed.Entry{Kind: feed.Own, At: noon, Text: "ok"}, Seq: 4, First: true, Text: "ok"},
	}
	if got := f.Rows(); !slices.Equal(got, want[1:]) {
		t.Errorf("rows\n got %+v\nwant %+v", got, want[1:])
	}
	f.Up(1)
	if got := f.Rows(); !slices.Equal(got, want[:4]) {
		t.Errorf("rows\n got %+v\nwant %+v", got, want[:4])
	}
}

func TestReadingBackByRows(t *testing.T) {
	f := numbered(10, 20, 3)
	for _, step := range []struct {
		move  func(int)
		rows  int
		want  string
		atEnd bool
	}{
		{f.Up, 0, "7|8|9", true},
		{f.Up, -1, "7|8|9", true},
		{f.Down, 1, "7|8|9", true},
		{f.Up, 1, "6|7|8", false},
		{f.Up, f.Page(), "4|5|6", false},
		{f.Up, -1, "4|5|6", false},
		{f.Down, -1, "4|5|6", false},
		{f.Down, 0, "4|5|6", false},
		{f.Down, 1, "5|6|7", false},
		{f.Up, 100, "0|1|2", false},
		{f.Up, 1, "0|1|2", false},
		{f.Down, f.Page(), "2|3|4", false},
		{f.Down, 4, "6|7|8", false},
		{f.Down, 1, "7|8|9", true},
		{f.Up, 1, "6|7|8", false},
		{f.Down, 100, "7|8|9", true},
	} {
		step.move(step.rows)
		expect(t, f, step.want)
		if f.AtEnd() != step.atEnd {
			t.Errorf("at the end %v, want %v", f.AtEnd(), step.atEnd)
		}
	}
}

func TestReadingBackWithinAnEntry(t *testing.T) {
	f := feed.New(feed.Config{})
	f.Resize(3, 2)
	f.Append(said("aaabbbccc"))
	f.Append(said("dddeee"))
	f.Append(said("fff"))
	for _, want := range []string{"eee|fff", "ddd|eee", "ccc|ddd", "bbb|ccc", "aaa|bbb", "aaa|bbb"} {
		expect(t, f, want)
		f.Up(1)
	}
	for _, want := range []string{"aaa|bbb", "bbb|ccc", "ccc|ddd", "ddd|eee", "eee|fff", "eee|fff"} {
		expect(t, f, want)
		f.Down(1)
	}
	f.Up(3)
	expect(t, f, "bbb|ccc")
	f.Down(2)
	expect(t, f, "ddd|eee")
}

func TestAFeedThatFitsTheScreenStaysAtItsEnd(t *testing.T) {
	f := numbered(3, 20, 3)
	f.Up(1)
	expect(t, f, "0|1|2")
	if !f.AtEnd() {
		t.Error("reads back, with all of the feed on the screen")
	}
	f.Append(said("3"))
	expect(t, f, "1|2|3")
}

func TestWhatArrivesLeavesAReaderAlone(t *testing.T) {
	f := numbered(10, 20, 3)
	f.Up(4)
	rows := f.Rows()
	before := slices.Clone(rows)
	for i := range 1000 {
		f.Append(said(strings.Repeat("new ", i%20)))
		if !slices.Equal(rows, before) {
			t.Fatalf("after %d entries, the rows that were returned have changed", i)
		}
		if got := f.Rows(); !slices.Equal(got, before) {
			t.Fatalf("after %d entries\n got %+v\nwant %+v", i, got, before)
		}
	}
	f.End()
	if !f.AtEnd() {
		t.Error("not at the end after End")
	}
}

func TestUnreadCountsLinesThatWereNeverOnTheScreen(t *testing.T) {
	f := numbered(10, 20, 3)
	expectUnread := func(want int) {
		t.Helper()
		if got := f.Unread(); got != want {
			t.Errorf("%d unread, want %d", got, want)
		}
	}
	f.Up(2)
	expect(t, f, "5|6|7")
	expectUnread(0)
	for i := range 10 {
		f.Append(said(fmt.Sprint("new", i)))
		f.Append(feed.Entry{Kind: feed.Mark, Text: "mark"})
		f.Append(feed.Entry{Kind: feed.Own, Text: "own"})
	}
	expectUnread(10)
	f.Down(2)
	expectUnread(10)
	f.Down(1)
	expect(t, f, "8|9|-10 new-")
	expectUnread(10)
	f.Down(1)
	expect(t, f, "9|-10 new-|new0")
	expectUnread(9)
	f.Up(9)
	expectUnread(9)
	f.Down(8)
	expectUnread(9)
	f.Resize(20, 7)
	expect(t, f, "8|9|-10 new-|new0|mark|own|new1")
	expectUnread(8)
	f.Resize(20, 3)
	expectUnread(8)
	f.Down(6)
	expect(t, f, "new1|mark|own")
	f.Down(6)
	expectUnread(6)
	f.Down(100)
	expectUnread(0)
	f.Up(5)
	expectUnread(0)
	f.Append(said("more"))
	expectUnread(1)
	f.End()
	expectUnread(0)
	f.Append(said("and more"))
	expectUnread(0)
}

func TestResizeKeepsTheReadersPlace(t *testing.T) {
	f := feed.New(feed.Config{})
	f.Resize(6, 2)
	f.Append(said("before"))
	f.Append(said("aaaaa bbbbb ccccc ddddd eeeee"))
	for i := range 10 {
		f.Append(said(fmt.Sprint(i)))
	}
	f.Up(11)
	expect(t, f, "ccccc|ddddd")
	for _, step := range []struct {
		width, height int
		want          string
	}{
		{11, 2, "ccccc ddddd|eeeee"},
		{17, 3, "aaaaa bbbbb ccccc|ddddd eeeee|0"},
		{80, 2, "aaaaa bbbbb ccccc ddddd eeeee|0"},
		{4, 3, "cccc|c|dddd"},
		{6, 0, ""},
		{6, 1, "ccccc"},
		{6, 2, "ccccc|ddddd"}, // as it was at the start
		{0, 2, "c|c"},
		{80, 11, "aaaaa bbbbb ccccc ddddd eeeee|0|1|2|3|4|5|6|7|8|9"},
	} {
		f.Resize(step.width, step.height)
		expect(t, f, step.want)
	}
	if !f.AtEnd() {
		t.Error("reads back, with the newest row on the screen")
	}
	f.Resize(80, 2)
	expect(t, f, "8|9")
}

func TestResizeAtTheEndStaysThere(t *testing.T) {
	f := numbered(10, 20, 3)
	for _, height := range []int{1, 5, -1, 0, 2} {
		f.Resize(20, height)
		if got := f.Rows(); len(got) != max(height, 0) || !f.AtEnd() {
			t.Errorf("%d rows on a screen of %d, at the end %v", len(got), height, f.AtEnd())
		}
	}
	expect(t, f, "8|9")
}
