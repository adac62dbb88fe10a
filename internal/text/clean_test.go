package text_test

import (
	"strings"
	"testing"

	"bcast/internal/text"
)

func TestCleanKeepsWhatPeopleWrite(t *testing.T) {
	for _, line := range []string{
		"",
		"~ deploy finished https://ci.example/42?x=1&y=2#top !",
		"おはよう、デモは14時です。「了解」",
		"今天下午兩點開會，请准时",
		"ﾊﾝｶｸ ｶﾞｷﾞｸﾞ ﾊﾟﾋﾟﾌﾟ",
		"がぎぐ", // U+3099 apart from its kana
		"안녕하세요 안녕",
		"naïve façade Ελλάδα Привет c\u0327a\u0301",
		"สวัสดีครับ ผู้ใหญ่",
		"नमस्ते क्षत्रिय",
		"שלום مرحبا",
		"👨‍👩‍👧‍👦 🏳️‍🌈 👩🏽‍🚀 👁️‍🗨️ 🧑🏻‍❤️‍💋‍🧑🏿",
		"🇯🇵🇺🇳",
		"👍🏻👍🏿",
		"1️⃣ #️⃣ 1⃣",
		"❤️ ☎︎ ❤",
		"│ ─ ┼ ● → ⠀",
		"\uE0B0 \U000F0001", // private use
		"\uFFFD",
		"ㅤ", // Hangul filler
	} {
		if got := text.Clean([]byte(line)); got != line {
			t.Errorf("Clean(%+q) = %+q, want it unchanged", line, got)
		}
	}
}

func TestCleanTrimsOneCarriageReturn(t *testing.T) {
	for line, want := range map[string]string{
		"\r":        "",
		"a\r":       "a",
		"a\r\r":     "a␍",
		"a\rb":      "a␍b",
		"a\n":       "a␊",
		"おはよう\r":    "おはよう",
		"a\u0301\r": "a\u0301",
	} {
		if got := text.Clean([]byte(line)); got != want {
			t.Errorf("Clean(%q) = %q, want %q", line, got, want)
		}
	}
}

func TestCleanReplacesInvalidUTF8ByteByByte(t *testing.T) {
	const x = "\uFFFD"
	for _, c := range []struct{ name, line, want string }{
		{"no start byte", "a\x80b", "a" + x + "b"},
		{"no continuation", "a\xC3(", "a" + x + "("},
		{"cut off at the end", "a\xE3\x81", "a" + x + x},
		{"overlong slash", "\xC0\xAF", x + x},
		{"overlong ESC", "\xC1\x9B[2J", x + x + "[2J"},
		{"overlong NUL, 3 bytes", "\xE0\x80\x80", x + x + x},
		{"surrogates", "\xED\xA0\xBD\xED\xB8\x80", strings.Repeat(x, 6)},
		{"beyond U+10FFFF", "\xF4\x90\x80\x80", strings.Repeat(x, 4)},
		{"never valid", "\xFE\xFF", x + x},
		{"Shift-JIS", "\x82\xA0", x + x},
		{"valid again behind it", "\x82あ", x + "あ"},
	} {
		if got := text.Clean([]byte(c.line)); got != c.want {
			t.Errorf("%s: Clean(%+q) = %+q, want %+q", c.name, c.line, got, c.want)
		}
	}
}

func TestCleanExpandsTabsByCells(t *testing.T) {
	for line, want := range map[string]string{
		"\t":              "        ",
		"a\tb":            "a       b",
		"1234567\tb":      "1234567 b",
		"12345678\tb":     "12345678        b",
		"日本\tb":           "日本    b",
		"日本語文\tb":         "日本語文        b",
		"a\t日\tb":         "a       日      b",
		"a\u0301\tb":      "a\u0301       b",
		"👨‍👩‍👧\tb":        "👨‍👩‍👧      b",
		"\x1B\tb":         "␛       b",
		"\t\t|":           "                |",
		"\u202E\tb":       "<U+202E>        b",
		"a\u200B\u200C\t": "a<U+200B>       ",
	} {
		if got := text.Clean([]byte(line)); got != want {
			t.Errorf("Clean(%+q) = %q, want %q", line, got, want)
		}
	}
}

func TestCleanKeepsJoinersInEmojiOnly(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"between letters", "pay\u200Dpal", "paypal"},
		{"ZWNJ", "pay\u200Cpal", "paypal"},
		{"ZWNJ between emoji", "👩\u200C🚀", "👩🚀"},
		{"after an emoji, before none", "👩\u200Da", "👩a"},
		{"before an emoji, after none", "a\u200D🚀", "a🚀"},
		{"at the ends", "\u200D👩\u200D", "👩"},
		{"twice", "👩\u200D\u200D🚀", "👩\u200D🚀"},
		{"behind a mark", "👩\u0301\u200D🚀", "👩\u0301🚀"},
		{"behind two skin tones", "👩🏻🏻\u200D🚀", "👩🏻🏻🚀"},
		{"behind an Indic virama", "क्\u200Dष", "क्ष"},
		{"flags", "🇯🇵\u200D🇺🇳", "🇯🇵🇺🇳"},
	} {
		if got := text.Clean([]byte(c.line)); got != c.want {
			t.Errorf("%s: Clean(%+q) = %+q, want %+q", c.name, c.line, got, c.want)
		}
	}
}

func TestCleanKeepsSelectorsInEmojiOnly(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"letter", "a\uFE0Fb\uFE00", "ab"},
		{"Han", "葛\U000E0100飾", "葛飾"},
		{"digit without keycap", "1\uFE0F", "1"},
		{"text style keycap", "1\uFE0E\u20E3", "1\u20E3"},
		{"keycap of a letter", "a\uFE0F\u20E3", "a\u20E3"},
		{"twice", "❤\uFE0F\uFE0F", "❤\uFE0F"},
		{"behind a skin tone", "☝🏻\uFE0F", "☝🏻"},
		{"before a skin tone", "☝\uFE0F🏻", "☝\uFE0F🏻"},
		{"not for emoji", "❤\uFE01❤\U000E01EF", "❤❤"},
		{"flag", "🇯🇵\uFE0F", "🇯🇵"},
		{"alone", "\uFE0F", ""},
		{"after a tab", "\t\uFE0F|", "        |"},
	} {
		if got := text.Clean([]byte(c.line)); got != c.want {
			t.Errorf("%s: Clean(%+q) = %+q, want %+q", c.name, c.line, got, c.want)
		}
	}
}

func TestCleanKeepsEightMarksOfACluster(t *testing.T) {
	marks := func(n int) string { return strings.Repeat("\u0301", n) }
	for _, c := range []struct{ name, line, want string }{
		{"eight", "a" + marks(8) + "b", "a" + marks(8) + "b"},
		{"nine", "a" + marks(9) + "b", "a" + marks(8) + "b"},
		{"in each cluster", "e" + marks(20) + "é" + marks(20), "e" + marks(8) + "é" + marks(8)},
		{"without a base", marks(3000), marks(8)},
		{"on Han", "漢" + marks(99), "漢" + marks(8)},
		{"on a picture", "\x1B" + marks(99), "␛" + marks(8)},
		{"enclosing and spacing ones", "क" + strings.Repeat("\u20DD\u0903", 9), "क" + strings.Repeat("\u20DD\u0903", 4)},
		{
			"a selector counts", "❤\uFE0F" + marks(9) + "\u200D🚀",
			"❤\uFE0F" + marks(7) + "🚀",
		},
		{
			"a family of selectors", strings.Repeat("❤\uFE0F\u200D", 9) + "❤",
			strings.Repeat("❤\uFE0F\u200D", 8) + "❤\u200D❤",
		},
		{
			"dropping U+0903 joins two clusters", "क" + marks(7) + "\u094D\u0903" + "ष" + marks(8),
			"क" + marks(7) + "\u094D" + "ष",
		},
	} {
		if got := text.Clean([]byte(c.line)); got != c.want {
			t.Errorf("%s: Clean(%+q) = %+q, want %+q", c.name, c.line, got, c.want)
		}
	}
}

func TestCleanCutsOverlongLines(t *testing.T) {
	const family = "👨‍👩‍👧‍👦" // 25 bytes, one cluster
	fill := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct{ name, line, want string }{
		{"at the limit", fill(text.MaxShown), fill(text.MaxShown)},
		{"at the limit, CRLF", fill(text.MaxShown) + "\r", fill(text.MaxShown)},
		{"one over", fill(text.MaxShown + 1), fill(text.MaxShown) + " ... +1 bytes"},
		{"one over, CRLF", fill(text.MaxShown+1) + "\r", fill(text.MaxShown) + " ... +1 bytes"},
		{"1 MB", fill(1 << 20), fill(text.MaxShown) + " ... +1040384 bytes"},
		{
			"inside a rune", fill(text.MaxShown-1) + "あ",
			fill(text.MaxShown-1) + " ... +3 bytes",
		},
		{
			"before a mark", fill(text.MaxShown) + "\u0301",
			fill(text.MaxShown-1) + " ... +3 bytes",
		},
		{
			"inside a family", fill(text.MaxShown-24) + family + "b",
			fill(text.MaxShown-24) + " ... +26 bytes",
		},
		{
			"behind a family", fill(text.MaxShown-25) + family + "b",
			fill(text.MaxShown-25) + family + " ... +1 bytes",
		},
		{
			"one cluster without end", "ok a" + strings.Repeat("\u0301", 5000),
			"ok  ... +10001 bytes",
		},
		{
			"invalid bytes", strings.Repeat("\x80", text.MaxShown+9),
			strings.Repeat("\uFFFD", text.MaxShown) + " ... +9 bytes",
		},
		{
			"tabs", strings.Repeat("\t", text.MaxShown+1),
			strings.Repeat(" ", 8*text.MaxShown) + " ... +1 bytes",
		},
	} {
		if got := text.Clean([]byte(c.line)); got != c.want {
			t.Errorf("%s: got %d bytes ending %+q, want %d ending %+q",
				c.name, len(got), tail(got), len(c.want), tail(c.want))
		}
	}
}

func tail(s string) string { return s[max(0, len(s)-40):] }

func TestCleanAllocatesOnceForPlainLines(t *testing.T) {
	for _, s := range []string{"deploy finished https://ci.example/42", "おはようございます"} {
		line := []byte(s)
		if n := testing.AllocsPerRun(100, func() { text.Clean(line) }); n != 1 {
			t.Errorf("Clean(%q): %v allocations, want 1", s, n)
		}
	}
}

func TestWidthCountsCells(t *testing.T) {
	for s, want := range map[string]int{
		"":         0,
		"abc":      3,
		"日本":       4,
		"ﾊﾝｶｸ":     4,
		"α█─":      3, // ambiguous: narrow
		"e\u0301":  1,
		"👨‍👩‍👧‍👦":  2,
		"🇯🇵":       2,
		"❤️":       2,
		"1️⃣":      2,
		"␛[2J":     4,
		"<U+202E>": 8,
	} {
		if got := text.Width(s); got != want {
			t.Errorf("Width(%+q) = %d, want %d", s, got, want)
		}
	}
}

func TestAppendVisibleGoesOnAsAStream(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"tab\there":                 "tab\there",
		"\r":                        "␍",
		"a\rb\r":                    "a␍b␍",
		"\x1b[31mred":               "␛[31mred",
		"\xff":                      "\uFFFD",
		"\u202e":                    "<U+202E>",
		strings.Repeat("x", 20_000): strings.Repeat("x", 20_000),
	} {
		if got := string(text.AppendVisible([]byte("before "), []byte(in))); got != "before "+want {
			t.Errorf("AppendVisible(%.40q) = %.60q, want %.40q", in, got, want)
		}
	}
}
