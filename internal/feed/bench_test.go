package feed_test

import (
	"fmt"
	"strings"
	"testing"

	"bcast/internal/feed"
)

const (
	english  = "deploy finished, see https://ci.example/builds/42 for the log"
	japanese = "おはようございます、今日のデモは14時からです。会議室は三階です。よろしくお願いします！"
)

// full returns a feed that holds as many entries as it keeps, on a screen of 24 rows.
func full(text string) *feed.Feed {
	f := numbered(0, 60, 24)
	for range feed.DefaultMaxEntries + 1 {
		f.Append(said(text))
	}
	return f
}

func BenchmarkAppend(b *testing.B) {
	f := full(english)
	e := said(english)
	b.ReportAllocs()
	for b.Loop() {
		f.Append(e)
	}
}

var benchTexts = []struct{ name, text string }{
	{"one row", english[:40]},
	{"ASCII", english},
	{"Japanese", japanese},
	{"8 KiB", strings.Repeat("0123456 ", 1<<10)},
	{"8 KiB of one cluster", strings.Repeat("\uFF9E", 8<<10/3)},
}

// What a flood costs: each look at the screen finds new entries.
func BenchmarkRowsAfterAppend(b *testing.B) {
	for _, c := range benchTexts {
		b.Run(c.name, func(b *testing.B) {
			f := full(c.text)
			e := said(c.text)
			b.ReportAllocs()
			for b.Loop() {
				f.Append(e)
				f.Rows()
			}
		})
	}
}

func BenchmarkRowsReadingBack(b *testing.B) {
	f := full(japanese)
	e := said(japanese)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%10_000 == 0 { // before the reader's place is dropped
			f.End()
			f.Up(1000)
		}
		f.Append(e)
		f.Rows()
	}
}

func BenchmarkUpAndDown(b *testing.B) {
	for _, c := range benchTexts {
		b.Run(c.name, func(b *testing.B) {
			f := full(c.text)
			f.Up(1000)
			for b.Loop() {
				f.Up(1)
				f.Down(1)
			}
		})
	}
}

func BenchmarkResize(b *testing.B) {
	for _, c := range benchTexts {
		b.Run(c.name, func(b *testing.B) {
			f := full(c.text)
			f.Up(1000)
			for b.Loop() {
				f.Resize(50, 24)
				f.Resize(60, 24)
			}
		})
	}
}

func BenchmarkSaid(b *testing.B) {
	for _, c := range []struct{ name, line string }{
		{"ASCII", english},
		{"ASCII with name", "alice: " + english},
		{"Japanese", japanese},
		{"Japanese with name", "花子: " + japanese},
	} {
		b.Run(c.name, func(b *testing.B) {
			var p feed.Parser
			line := []byte(c.line)
			b.ReportAllocs()
			for b.Loop() {
				p.Said(line, noon)
			}
		})
	}
	for _, format := range []string{"alice %d: ", "花子%d: ", "＊%d: "} {
		b.Run("a new name each, "+format, func(b *testing.B) {
			var p feed.Parser
			lines := make([][]byte, 1000)
			for i := range lines {
				lines[i] = []byte(fmt.Sprintf(format, i) + english)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				p.Said(lines[i%len(lines)], noon)
			}
		})
	}
}
