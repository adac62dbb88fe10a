package feed_test

import (
	"fmt"
	"runtime"
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

func TestReadingBackIsPushedForwardByWhatIsDropped(t *testing.T) {
	f := feed.New(feed.Config{MaxEntries: 6, MaxBytes: 10_000})
	f.Resize(20, 2)
	for i := range 6 {
		f.Append(said(fmt.Sprint(i)))
	}
	f.Up(3)
	expect(t, f, "1|2")
	f.Append(said("6"))
	expect(t, f, "1|2")
	f.Append(said("7"))
	f.Append(said("8"))
	expect(t, f, "-3 dropped-|3")
	f.Append(said("9"))
	expect(t, f, "-4 dropped-|4")
	f.Resize(20, 3)
	expect(t, f, "-4 dropped-|4|5")
	if f.AtEnd() || f.Unread() != 4 {
		t.Errorf("at the end %v, %d unread, want false, 4", f.AtEnd(), f.Unread())
	}
	for i := range 10 {
		f.Append(said(fmt.Sprint(10 + i)))
	}
	expect(t, f, "-14 dropped-|-14 new-|14")
	if got := f.Unread(); got != 13 { // 8 that were dropped, and the 5 below the screen
		t.Errorf("%d unread, want 13", got)
	}
	f.Down(1)
	expect(t, f, "-14 new-|14|15")
	f.Up(100)
	expect(t, f, "-14 dropped-|-14 new-|14")
	f.Append(said(strings.Repeat("x", 10_000))) // which leaves no room for others
	if f.Up(1000); f.Len() != 1 || f.AtEnd() {
		t.Errorf("%d entries, at the end %v, want 1, false", f.Len(), f.AtEnd())
	}
}

// Between two looks at the screen anything can arrive.
func TestNothingIsMissedByAReaderWhoDoesNotLook(t *testing.T) {
	for _, c := range []struct {
		name string
		up   int
		move func(f *feed.Feed)
		want string
	}{
		{"down to the end", 2, func(f *feed.Feed) { f.Down(2); f.Append(said("new")) }, "8|9|new"},
		{"the end comes into view", 2, func(f *feed.Feed) { f.Resize(20, 5); f.Append(said("new")) }, "6|7|8|9|new"},
		{"End", 2, func(f *feed.Feed) { f.End(); f.Append(said("new")) }, "8|9|new"},
		{"dropped, then down", 7, func(f *feed.Feed) { f.Append(said("new")); f.Down(1) }, "1|2|3"},
		{"dropped, then up", 7, func(f *feed.Feed) { f.Append(said("new")); f.Up(1) }, "-1 dropped-|1|2"},
		{"dropped, then smaller", 7, func(f *feed.Feed) { f.Append(said("new")); f.Resize(20, 2) }, "-1 dropped-|1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := feed.New(feed.Config{MaxEntries: 10})
			f.Resize(20, 3)
			for i := range 10 {
				f.Append(said(fmt.Sprint(i)))
			}
			f.Up(c.up)
			c.move(f)
			expect(t, f, c.want)
		})
	}
}

func TestDroppingAllButTheScreenEndsReadingBack(t *testing.T) {
	pushed := func() *feed.Feed {
		f := feed.New(feed.Config{MaxBytes: 10_000})
		f.Resize(20, 3)
		for range 20 {
			f.Append(said("short"))
		}
		f.Up(5)
		f.Append(said(strings.Repeat("x", 9_900)))
		f.Append(said("the last"))
		return f
	}
	if !pushed().AtEnd() {
		t.Error("reads back, with all of the feed on the screen")
	}
	if got := pushed().Unread(); got != 0 {
		t.Errorf("%d unread, with all of the feed on the screen", got)
	}
	expect(t, pushed(), "-21 dropped-|-2 new-|the last")
}

func TestBoundsHold(t *testing.T) {
	for _, c := range []struct {
		name    string
		cfg     feed.Config
		text    string
		atLeast int
		atMost  int
	}{
		{"entries", feed.Config{MaxEntries: 100}, "short", 100, 100},
		{"bytes", feed.Config{MaxBytes: 100_000}, strings.Repeat("x", 1000), 80, 100},
		{"a fixed cost for each", feed.Config{MaxBytes: 100_000}, "", 100, 1000},
		{"the newest stays", feed.Config{MaxBytes: 1}, "larger", 1, 1},
		{"defaults: entries", feed.Config{}, "", feed.DefaultMaxEntries, feed.DefaultMaxEntries},
		{"defaults: bytes", feed.Config{}, strings.Repeat("x", 8<<10), 3500, 4096},
		{"less than nothing", feed.Config{MaxEntries: -1, MaxBytes: -1}, "", feed.DefaultMaxEntries, feed.DefaultMaxEntries},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := feed.New(c.cfg)
			const appended = feed.DefaultMaxEntries + 1000
			for range appended {
				f.Append(feed.Entry{Text: c.text})
			}
			if f.Len() < c.atLeast || f.Len() > c.atMost {
				t.Errorf("%d entries kept, want %d to %d", f.Len(), c.atLeast, c.atMost)
			}
			if got, want := f.Dropped(), uint64(appended-f.Len()); got != want {
				t.Errorf("%d dropped, want %d", got, want)
			}
		})
	}
}

func TestAFeedGrowsAfterItDropped(t *testing.T) {
	f := feed.New(feed.Config{MaxBytes: 10_000})
	f.Resize(20, 100)
	for range 5 {
		f.Append(said(strings.Repeat("x", 9_000)))
	}
	f.Append(said(strings.Repeat("x", 9_900)))
	var want []string
	for i := range 40 {
		f.Append(said(fmt.Sprint(i)))
		want = append(want, fmt.Sprint(i))
	}
	expect(t, f, "-6 dropped-|"+strings.Join(want, "|"))
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func TestMemoryStaysWithinItsBound(t *testing.T) {
	const maxBytes = 4 << 20
	text := []byte(strings.Repeat("x", 300))
	for _, c := range []struct {
		name string
		cfg  feed.Config
		want int // bytes
	}{
		{"bytes", feed.Config{MaxBytes: maxBytes}, maxBytes},
		{"entries", feed.Config{MaxEntries: 100}, 100 << 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := heap()
			f := feed.New(c.cfg)
			f.Resize(80, 24)
			for i := range 1_000_000 {
				f.Append(feed.Entry{Text: string(text[i%300:])})
				if i%1000 == 0 {
					f.Rows()
				}
			}
			if got := heap() - before; got > c.want {
				t.Errorf("%d entries take %d bytes, want at most %d", f.Len(), got, c.want)
			}
			runtime.KeepAlive(f)
		})
	}
}

func TestWhatIsDroppedIsReleased(t *testing.T) {
	const maxBytes = 8 << 20
	large := said(strings.Repeat("x", maxBytes))
	before := heap()
	f := feed.New(feed.Config{MaxBytes: maxBytes})
	f.Resize(10_000, 1000)
	for range 1000 {
		f.Append(said(strings.Repeat("y", 8_000)))
	}
	if got := len(f.Rows()); got != 1000 {
		t.Fatalf("%d rows, want 1000", got)
	}
	f.Resize(10_000, 1)
	f.Append(large)
	f.Rows()
	if got := heap() - before; got > 1<<20 {
		t.Errorf("%d entries take %d bytes besides their text", f.Len(), got)
	}
	runtime.KeepAlive(f)
}

func TestAQuietRoomTakesLittleMemory(t *testing.T) {
	before := heap()
	f := numbered(10, 80, 24)
	f.Rows()
	if got := heap() - before; got > 64<<10 {
		t.Errorf("10 entries take %d bytes", got)
	}
	runtime.KeepAlive(f)
}

func TestNothingIsAllocatedOnceTheFeedIsFull(t *testing.T) {
	f := full(japanese)
	e := said(english)
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"Append", func() { f.Append(e) }},
		{"Append and Rows", func() { f.Append(e); f.Rows() }},
		{"Up and Down", func() { f.Up(30); f.Down(20); f.Rows() }},
		{"Resize", func() { f.Resize(50, 20); f.Resize(60, 24) }},
	} {
		if got := testing.AllocsPerRun(100, c.run); got != 0 {
			t.Errorf("%s: %v allocations, want none", c.name, got)
		}
	}
}
