package wire_test

import (
	"strings"
	"testing"

	"bcast/internal/wire"
)

// asciiLine is what rooms mostly say: 64 bytes with the newline.
var asciiLine = wire.Line{
	Seq: 1234567, From: "p7", Name: "alice", At: 1735689599999,
	Text: []byte(strings.Repeat("the quick brown fox ", 4)[:63]),
}

func TestLineIsEncodedWithoutAllocation(t *testing.T) {
	lines := map[string]wire.Line{
		"ASCII":       asciiLine,
		"long name":   {Seq: 1, From: "p7", Name: strings.Repeat("名", 42), At: 1, Text: []byte("x")},
		"escapes":     {Seq: 1, From: "p7", Name: "a", At: 1, Text: []byte("\x1B[31m\r\u009B \"\\"), More: true, Ref: 9},
		"not Unicode": {Seq: 1, From: "p7", Name: "\xFF", At: 1, Text: []byte("\xFF\xFE" + strings.Repeat("x", 1000))},
	}
	buf := make([]byte, 0, wire.MaxFrame(1024))
	for name, line := range lines {
		if n := testing.AllocsPerRun(100, func() { line.Append(buf) }); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}

func BenchmarkLineAppend(b *testing.B) {
	for name, text := range map[string][]byte{
		"ASCII":    asciiLine.Text,
		"Japanese": []byte(strings.Repeat("あ", 21)),
		"binary":   []byte(strings.Repeat("\xFF", 63)),
		"controls": []byte(strings.Repeat("\x01", 63)),
	} {
		b.Run(name, func(b *testing.B) {
			line := asciiLine
			line.Text = text
			buf := make([]byte, 0, 1024)
			b.ReportAllocs()
			for b.Loop() {
				buf = line.Append(buf[:0])
			}
		})
	}
}

func BenchmarkLineDecode(b *testing.B) {
	for name, text := range map[string][]byte{
		"ASCII":    asciiLine.Text,
		"Japanese": []byte(strings.Repeat("あ", 21)),
		"CR":       append([]byte(nil), "the quick brown fox jumps over the lazy dog, as it does\r"...),
	} {
		b.Run(name, func(b *testing.B) {
			line := asciiLine
			line.Text = text
			frame := line.Append(nil)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wire.DecodeServer(frame, wire.DefaultMaxLine); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSayDecode(b *testing.B) {
	frame := (&wire.Say{Ref: 1234567, Text: asciiLine.Text}).Append(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.DecodeClient(frame, wire.DefaultMaxLine); err != nil {
			b.Fatal(err)
		}
	}
}
