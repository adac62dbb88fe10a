package feed_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bcast/internal/feed"
)

func TestADayBeginsWithItsDate(t *testing.T) {
	at := func(text string, at time.Time) feed.Entry { return feed.Entry{Kind: feed.Line, At: at, Text: text} }
	f := feed.New(feed.Config{MaxEntries: 6})
	f.Resize(20, 20)
	f.Append(at("noon", noon))
	f.Append(at("before midnight", noon.Add(12*time.Hour-time.Second)))
	f.Append(at("midnight", noon.Add(12*time.Hour)))
	f.Append(at("no time", time.Time{}))
	f.Append(at("a year later", noon.AddDate(1, 0, 1)))
	expect(t, f, "noon|before midnight|-Jan 3-|midnight|no time|a year later")
	f.Append(at("back again", noon))
	expect(t, f, "noon|before midnight|-Jan 3-|midnight|no time|a year later|-Jan 2-|back again")
	f.Append(at("elsewhere", noon.In(time.FixedZone("", 13*3600))))
	f.Append(at("there too", noon.In(time.FixedZone("", 14*3600))))
	expect(t, f, "-2 dropped-|-Jan 3-|midnight|no time|a year later|-Jan 2-|back again|-Jan 3-|elsewhere|there too")
}

func TestADayAtTheTopOfTheScreenStaysThere(t *testing.T) {
	f := feed.New(feed.Config{MaxEntries: 6})
	f.Resize(20, 3)
	for i := range 6 {
		f.Append(feed.Entry{At: noon.AddDate(0, 0, i), Text: fmt.Sprint(i)})
	}
	f.Up(5)
	expect(t, f, "-Jan 4-|2|-Jan 5-")
	f.Append(said("6"))
	f.Append(said("7"))
	expect(t, f, "-Jan 4-|2|-Jan 5-")
	f.Up(1)
	expect(t, f, "-2 dropped-|-Jan 4-|2")
	f.Append(said("8"))
	expect(t, f, "-3 dropped-|-Jan 5-|3")
}

func TestClearForgetsAllThatWas(t *testing.T) {
	f := feed.New(feed.Config{MaxEntries: 10})
	f.Resize(20, 5)
	for i := range 20 {
		f.Append(said(fmt.Sprint(i)))
	}
	f.Find("1")
	f.FindOlder()
	f.Up(3)
	f.Append(said("new"))
	f.Clear()
	expect(t, f, "")
	if !f.AtEnd() || f.Len() != 0 || f.Dropped() != 0 || f.Unread() != 0 || f.ToUnread() || f.FindOlder() {
		t.Error("knows what was before")
	}
	for range f.All() {
		t.Error("keeps an entry")
	}
	f.Append(feed.Entry{Kind: feed.Line, At: noon.AddDate(0, 0, 1), Text: "1"})
	expect(t, f, "1")
	if nth, count := f.Found(); nth != 0 || count != 1 {
		t.Errorf("found %d of %d, want 0 of 1", nth, count)
	}
	for i := range 12 {
		f.Append(said(fmt.Sprint(i)))
	}
	f.Up(100)
	expect(t, f, "-3 dropped-|2|3|4|5")
}

func TestAllYieldsTheOldestFirst(t *testing.T) {
	f := feed.New(feed.Config{MaxEntries: 3})
	for i := range 5 {
		f.Append(said(fmt.Sprint(i)))
	}
	var all []string
	for e := range f.All() {
		if all = append(all, e.Text); e.Text == "3" {
			break
		}
	}
	if got := strings.Join(all, " "); got != "2 3" {
		t.Errorf("got %s up to 3, want 2 3", got)
	}
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
	expect(t, pushed(), "-21 dropped-|-1 new-|the last")
}
