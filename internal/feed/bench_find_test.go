package feed_test

import (
	"fmt"
	"strings"
	"testing"

	"bcast/internal/feed"
)

const russian = "Доброе утро! Сегодня показываем новую версию, встречаемся в три часа на третьем этаже."

// filled returns a feed with a screen of 24 rows that holds as many entries as its bounds
// allow, of which one in every is "The needle.", the rest about text.
func filled(cfg feed.Config, text string, every int) *feed.Feed {
	f := feed.New(cfg)
	f.Resize(60, 24)
	for i := 0; f.Dropped() == 0; i++ {
		e := said(fmt.Sprint(text, i))
		if i%every == 0 {
			e.Text = "The needle."
		}
		f.Append(e)
	}
	return f
}

// The first look for something goes through all that is kept: about 5 MiB of usual lines,
// and as much as the bounds allow.
func BenchmarkFind(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"usual lines", english},
		{"ASCII at the bounds", strings.Repeat(english+" ", 8)},
		{"ASCII of 8 KiB each", strings.Repeat(english+" ", 130)},
		{"Japanese at the bounds", strings.Repeat(japanese, 4)},
		{"Russian at the bounds", strings.Repeat(russian+" ", 4)},
	} {
		f := filled(feed.Config{}, c.text, 1000)
		size := 0
		for e := range f.All() {
			size += len(e.Name) + len(e.Text)
		}
		for _, query := range []string{"needle", "e", "14時からまで", "ee@", "три стола", "Łódź", strings.Repeat("see", 30)} {
			b.Run(c.name+"/"+query, func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					f.Find("")
					f.Find(query)
				}
			})
		}
	}
}

// What one does while there is much must cost what it costs while there is little.
func BenchmarkWhileFinding(b *testing.B) {
	for _, entries := range []int{100, 50_000} {
		build := func() *feed.Feed {
			f := filled(feed.Config{MaxEntries: entries}, english, 10)
			f.Find("needle")
			return f
		}
		b.Run(fmt.Sprintf("Append/%d entries", entries), func(b *testing.B) {
			f := build()
			match, other := said("The needle."), said(english)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%10 == 0 {
					f.Append(match)
				} else {
					f.Append(other)
				}
			}
		})
		b.Run(fmt.Sprintf("step/%d entries", entries), func(b *testing.B) {
			f := build()
			b.ReportAllocs()
			for b.Loop() {
				if !f.FindOlder() {
					f.End()
					f.Find("")
					f.Find("needle")
				}
			}
		})
		b.Run(fmt.Sprintf("key/%d entries", entries), func(b *testing.B) {
			f := build()
			f.FindOlder()
			f.Up(30)
			b.ReportAllocs()
			for b.Loop() {
				f.Up(1)
				f.Down(1)
				for _, row := range f.Rows() {
					f.Matches(row)
				}
			}
		})
	}
}
