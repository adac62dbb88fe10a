package text_test

import (
	"io"
	"strings"
	"testing"

	"bcast/internal/text"
)

var benchLines = []struct{ name, line string }{
	{"ascii64", "2026-01-01 12:00:00 alice: deploy finished https://ci.example/42"},
	{"japanese", "おはようございます、今日のデモは14時からです。よろしく！"},
	{"emoji", "nice work 👍🏻 👨‍👩‍👧‍👦 ❤️ see you at 3️⃣ 🇯🇵"},
	{"thai", "สวัสดีครับ ผู้ใหญ่ที่น่ารัก ขอบคุณมากครับ"},
	{"tabs", "id\tname\tstate\tsince\t2026-01-01"},
	{"hostile", strings.Repeat("\x1B[2J\u202E\u009B\xFF\U000E0041", 6)},
	{"zalgo", strings.Repeat("e"+strings.Repeat("\u0301", 20), 10)},
	{"overlong64KiB", strings.Repeat("0123456789abcdef", 4<<10)},
}

func BenchmarkClean(b *testing.B) {
	for _, c := range benchLines {
		b.Run(c.name, func(b *testing.B) {
			line := []byte(c.line)
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				text.Clean(line)
			}
		})
	}
}

func BenchmarkGate(b *testing.B) {
	for _, c := range benchLines {
		b.Run(c.name, func(b *testing.B) {
			line := []byte(c.line + "\n")
			gate := text.NewGate(io.Discard)
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := gate.Write(line); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLinks(b *testing.B) {
	for _, c := range append(benchLines,
		struct{ name, line string }{"many", strings.Repeat("(https://ci.example/42) ", 340)},
		struct{ name, line string }{"no host", strings.Repeat("https://", 1<<10)},
		struct{ name, line string }{"one cluster", "https://a.b/" + strings.Repeat("ﾞ", 2700)},
	) {
		b.Run(c.name, func(b *testing.B) {
			line := text.Clean([]byte(c.line))
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				text.Links(line)
			}
		})
	}
}
