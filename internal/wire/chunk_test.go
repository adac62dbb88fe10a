package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"bcast/internal/wire"
)

// feed gives stream to a Chunker in reads of the given size and returns the
// chunks, the rest last.
func feed(t testing.TB, maxLine, size int, stream []byte) (chunks [][]byte, rest []byte) {
	c := wire.NewChunker(maxLine)
	for len(stream) > 0 {
		space := c.Space()
		if len(space) == 0 {
			t.Fatal("no space to read into: the chunker is stuck")
		}
		n := copy(space[:min(size, len(space))], stream)
		stream = stream[n:]
		if chunk := c.Take(n); chunk != nil {
			chunks = append(chunks, bytes.Clone(chunk))
		}
	}
	return chunks, bytes.Clone(c.Rest())
}

func TestChunkEndsWithTheLastNewline(t *testing.T) {
	for _, test := range []struct {
		name    string
		maxLine int
		reads   []string
		want    []string
		rest    string
	}{
		{"one line", 10, []string{"a\n"}, []string{"a\n"}, ""},
		{"many lines are one chunk", 10, []string{"a\nb\nc\n"}, []string{"a\nb\nc\n"}, ""},
		{"the rest is held", 10, []string{"a\nb", "c\n"}, []string{"a\n", "bc\n"}, ""},
		{"rest at end of input", 10, []string{"a\nbc"}, []string{"a\n"}, "bc"},
		{"nothing yet", 10, []string{"abc"}, nil, "abc"},
		{"empty reads", 10, []string{"", "a", "", "\n", ""}, []string{"a\n"}, ""},
		{"empty lines", 10, []string{"\n\n", "\n"}, []string{"\n\n", "\n"}, ""},
		{"a line as long as it may be", 4, []string{"abc\n"}, []string{"abc\n"}, ""},
		{"a longer line leaves in pieces", 4, []string{"abc", "d", "ef\n"}, []string{"abcd", "ef\n"}, ""},
		{"a long rest does not wait", 4, []string{"a\nbcdef", "g\n"}, []string{"a\nbcdef", "g\n"}, ""},
		{"carriage returns and NUL are bytes", 10, []string{"\r\n\x00\n"}, []string{"\r\n\x00\n"}, ""},
		{"raw framing holds nothing", 0, []string{"a", "b\nc"}, []string{"a", "b\nc"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := wire.NewChunker(test.maxLine)
			var got []string
			for _, read := range test.reads {
				if chunk := c.Take(copy(c.Space(), read)); chunk != nil {
					got = append(got, string(chunk))
				}
			}
			rest := string(c.Rest())
			if strings.Join(got, "|") != strings.Join(test.want, "|") || rest != test.rest {
				t.Errorf("chunks %q, rest %q; want %q, %q", got, rest, test.want, test.rest)
			}
			if again := c.Rest(); again != nil {
				t.Errorf("the rest came twice: %q", again)
			}
		})
	}
}

func TestLineOfMaximalLengthStaysWholeInReadsOfAnySize(t *testing.T) {
	line := append(bytes.Repeat([]byte("x"), wire.DefaultMaxLine-1), '\n')
	for _, size := range []int{1, 7, 4096, wire.DefaultMaxLine} {
		chunks, rest := feed(t, wire.DefaultMaxLine, size, line)
		if len(chunks) != 1 || len(rest) != 0 {
			t.Errorf("reads of %d bytes: %d chunks and a rest of %d bytes, want the line whole", size, len(chunks), len(rest))
		}
	}
}

func FuzzChunker(f *testing.F) {
	f.Add([]byte("a\nbc\n\n\r\n\x00rest"), uint8(3), uint8(2))
	f.Add([]byte("no newline at all"), uint8(4), uint8(255))
	f.Add([]byte("raw\nframing"), uint8(0), uint8(1))
	f.Fuzz(func(t *testing.T, stream []byte, maxLine, size uint8) {
		chunks, rest := feed(t, int(maxLine), max(1, int(size)), stream)
		if got := append(bytes.Join(chunks, nil), rest...); !bytes.Equal(got, stream) {
			t.Fatalf("got %q, want the stream %q", got, stream)
		}
		for _, chunk := range chunks {
			line := len(chunk) - (bytes.LastIndexByte(chunk, '\n') + 1)
			if line > 0 && line < int(maxLine) {
				t.Fatalf("chunk %q ends inside a line of less than %d bytes", chunk, maxLine)
			}
		}
		if maxLine > 0 && len(rest) >= int(maxLine) {
			t.Fatalf("%d bytes were held, %d is the longest line", len(rest), maxLine)
		}
	})
}

func TestChunkerAllocatesNothing(t *testing.T) {
	c := wire.NewChunker(wire.DefaultMaxLine)
	read := []byte(strings.Repeat("a line of text\n", 100) + "rest")
	if n := testing.AllocsPerRun(100, func() { c.Take(copy(c.Space(), read)) }); n != 0 {
		t.Errorf("%v allocations a read, want 0", n)
	}
}

func BenchmarkChunker(b *testing.B) {
	c := wire.NewChunker(wire.DefaultMaxLine)
	read := []byte(strings.Repeat(strings.Repeat("x", 63)+"\n", 1000) + "rest")
	b.SetBytes(int64(len(read)))
	b.ReportAllocs()
	for b.Loop() {
		c.Take(copy(c.Space(), read))
	}
}
