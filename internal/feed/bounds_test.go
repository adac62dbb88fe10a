package feed_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"bcast/internal/feed"
)

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

func TestFindTakesLittleMemoryHoweverMuchMatches(t *testing.T) {
	before := heap()
	f := feed.New(feed.Config{MaxEntries: 100})
	f.Find("x")
	for range 1_000_000 {
		f.Append(said("x"))
	}
	if got := heap() - before; got > 100<<10 {
		t.Errorf("100 matches of a million take %d bytes", got)
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
	marked := func() {
		for _, row := range f.Rows() {
			f.Matches(row)
		}
	}
	f.Find("会議")
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"Append", func() { f.Append(e) }},
		{"Append and Rows", func() { f.Append(e); f.Rows() }},
		{"Append and Matches", func() { f.Append(e); marked() }},
		{"Up and Matches", func() { f.Up(30); marked() }},
		{"Up and Down", func() { f.Up(30); f.Down(20); f.Rows() }},
		{"Resize", func() { f.Resize(50, 20); f.Resize(60, 24) }},
	} {
		if got := testing.AllocsPerRun(100, c.run); got != 0 {
			t.Errorf("%s: %v allocations, want none", c.name, got)
		}
	}
}
