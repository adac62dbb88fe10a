package wire_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"bcast/internal/wire"
)

// reads are what comes from a socket at a time.
var reads = []struct {
	name    string
	maxLine int
	stream  string // over and over again
	size    int    // of a read, in bytes
}{
	{"whole lines", wire.DefaultMaxLine, strings.Repeat("x", 63) + "\n", 64 << 10},
	{"one line", wire.DefaultMaxLine, strings.Repeat("x", 63) + "\n", 64},
	{"lines cut anywhere", wire.DefaultMaxLine, strings.Repeat("x", 99) + "\n", 1448},
	{"a long line in pieces", wire.DefaultMaxLine, strings.Repeat("x", 60_000) + "\n", 1448},
	{"no line", wire.DefaultMaxLine, strings.Repeat("x", 64<<10), 64 << 10},
	{"raw framing", 0, strings.Repeat("x", 99) + "\n", 1448},
}

// reading returns a function that takes in the next read of a stream.
func reading(maxLine int, stream string, size int) (read func()) {
	c := wire.NewChunker(maxLine)
	round := []byte(strings.Repeat(stream, 1+64*size/len(stream)))
	left := round
	return func() {
		for due := size; due > 0; {
			n := copy(c.Space(), left[:min(due, len(left))])
			c.Take(n)
			due -= n
			if left = left[n:]; len(left) == 0 {
				left = round
			}
		}
	}
}

func TestFramingAllocatesNothing(t *testing.T) {
	for _, test := range reads {
		t.Run(test.name, func(t *testing.T) {
			if n := testing.AllocsPerRun(100, reading(test.maxLine, test.stream, test.size)); n != 0 {
				t.Errorf("%v allocations a read, want 0", n)
			}
		})
	}
}

func TestSniffingAllocatesNothing(t *testing.T) {
	for _, head := range []string{"hello\n", "GET / HTTP/1.1\r\n", "GET /" + strings.Repeat("a", wire.MaxSniff)} {
		p := []byte(head)
		if n := testing.AllocsPerRun(100, func() { wire.SniffHTTP(p) }); n != 0 {
			t.Errorf("%v allocations for %.20q, want 0", n, head)
		}
	}
}

func BenchmarkFraming(b *testing.B) {
	for _, bench := range reads {
		b.Run(strings.ReplaceAll(bench.name, " ", "_"), func(b *testing.B) {
			read := reading(bench.maxLine, bench.stream, bench.size)
			b.SetBytes(int64(bench.size))
			b.ReportAllocs()
			for b.Loop() {
				read()
			}
		})
	}
}

func BenchmarkSniffHTTP(b *testing.B) {
	for _, size := range []int{64, wire.MaxSniff} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			head := append([]byte("GET /"), bytes.Repeat([]byte("a"), size-5)...)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				wire.SniffHTTP(head)
			}
		})
	}
}
