package feed_test

import (
	"slices"
	"strings"
	"testing"

	"bcast/internal/feed"
	"bcast/internal/text"
)

const (
	family = "👨‍👩‍👧‍👦"
	flag   = "🇯🇵"
	accent = "e\u0301" // é in two runes
)

func TestWrapBreaksWhereAReaderExpectsIt(t *testing.T) {
	for _, c := range []struct {
		name  string
		width int
		text  string
		want  []string
	}{
		{"nothing", 10, "", []string{""}},
		{"what fits", 10, "ten cells.", []string{"ten cells."}},
		{"at a space", 10, "deploy finished now", []string{"deploy", "finished", "now"}},
		{"a space behind a full row", 6, "deploy finished", []string{"deploy", "finish", "ed"}},
		{"all spaces at the break", 8, "deploy    finished", []string{"deploy", "finished"}},
		{"no row of spaces at the end", 6, "deploy     ", []string{"deploy"}},
		{"spaces that fit stay", 10, "  a   b ", []string{"  a   b "}},
		{"indent stays with its word", 8, "    longword", []string{"    long", "word"}},
		{"indent longer than a row", 4, "      word", []string{"", "word"}},
		{"nothing but spaces", 4, "        ", []string{""}},
		{"a long word on rows of its own", 8, "see https://ci.example/42", []string{"see", "https://", "ci.examp", "le/42"}},
		{"one cell", 1, "ab c", []string{"a", "b", "c"}},
		{"no cell counts as one", 0, "ab", []string{"a", "b"}},
		{"no-break spaces hold", 8, "a 10\u00A0000\u00A0km", []string{"a", "10\u00A0000\u00A0k", "m"}},

		{"Japanese between any two", 8, "おはようございます", []string{"おはよう", "ございま", "す"}},
		{"a wide character never straddles", 7, "おはようございます", []string{"おはよ", "うござ", "います"}},
		{"no full stop begins a row", 8, "今日は雨。明日は晴れ。", []string{"今日は", "雨。明日", "は晴れ。"}},
		{"no closing bracket begins a row", 8, "次は「あ」です", []string{"次は", "「あ」で", "す"}},
		{"no opening bracket ends a row", 8, "本日は（水）です", []string{"本日は", "（水）で", "す"}},
		{"no long vowel begins a row", 6, "コピーサーバー", []string{"コピー", "サー", "バー"}},
		{"no small kana begins a row", 4, "あちょっと", []string{"あ", "ちょ", "っと"}},
		{"marks that cannot be helped", 4, "え！！！", []string{"え！", "！！"}},
		{"Chinese", 10, "服务器已经更新，请重新连接。", []string{"服务器已经", "更新，请重", "新连接。"}},
		{"Korean", 9, "안녕하세요 여러분", []string{"안녕하세", "요 여러분"}},
		{"words beside wide characters", 8, "今日Goを書く", []string{"今日Goを", "書く"}},
		{"a word keeps together", 8, "明日は golang です", []string{"明日は", "golang", "です"}},
		{"half-width exclamation", 6, "すごい!", []string{"すご", "い!"}},
		{"an ideographic space", 8, "東京都　千代田区", []string{"東京都", "千代田区"}},

		{"a family in one piece", 5, family + family + family, []string{family + family, family}},
		{"a family with skin tones", 2, "👨🏻\u200D👩🏼\u200D👧🏽\u200D👦🏾!", []string{"👨🏻\u200D👩🏼\u200D👧🏽\u200D👦🏾", "!"}},
		{"flags in pairs", 4, flag + flag + flag, []string{flag + flag, flag}},
		{"emoji between letters", 3, "ab👍🏻cd", []string{"ab", "👍🏻", "cd"}},
		{"keycaps", 4, "1️⃣2️⃣3️⃣", []string{"1️⃣2️⃣", "3️⃣"}},
		{"marks take no cell", 4, strings.Repeat(accent, 6), []string{strings.Repeat(accent, 4), accent + accent}},
		{"a mark on a space makes it a letter", 2, "ab \u0301c", []string{"ab", " \u0301c"}},
		{"Thai", 4, "สวัสดี", []string{"สวัสดี"}},
		{"wider than the row", 1, "aあb" + family, []string{"a", "…", "b", "…"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := slices.Collect(feed.Wrap(c.text, c.width)); !slices.Equal(got, c.want) {
				t.Errorf("Wrap(%q, %d)\n got %q\nwant %q", c.text, c.width, got, c.want)
			}
		})
	}
}

// A cluster counts as one character, and a stranger can make one without end. Taken apart,
// it fills rows like other text; as one character it would fill the screen beside them.
func TestWrapTakesEndlessClustersApart(t *testing.T) {
	for _, c := range []struct {
		name, unit string
		cells      int // of each
	}{
		{"half-width sound marks", "\uFF9E", 1},
		{"jamo", "\u1100", 2},
		{"skin tones", "🏻", 2},
		{"joined emoji", "👩\u200D", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := text.Clean([]byte(strings.Repeat(c.unit, 200)))
			want := 200 * c.cells / 20
			rows := slices.Collect(feed.Wrap(s, 20))
			if len(rows) < want-5 || len(rows) > want {
				t.Errorf("%d rows, want about %d", len(rows), want)
			}
			if got := strings.Join(rows, ""); got != s {
				t.Errorf("the rows make up %+q, want %+q", got, s)
			}
		})
	}
}

func TestWrapStopsWhenAsked(t *testing.T) {
	for row := range feed.Wrap("one two", 3) {
		if row != "one" {
			t.Fatalf("row %q after break", row)
		}
		break
	}
}

// pieces are what lines are made of that try how characters meet.
var pieces = []string{
	"a", "longer-word", "1", " ", "   ", "\t", "\u00A0", "\u3000", "!", "(", "…", "\x1B", "\xFF",
	"あ", "漢", "、", "。", "「", "」", "ー", "ょ", "（水）", "각", "ｶ", "\uFF9E", "กำ",
	"\u0301", "\u0903", "\u094D", "क", "ष", "\u0D4E", "\u1100", "\u1161", "\u11A8", "\u115F", "\u3164",
	family, flag, "🇯", "👍", "🏻", "❤", "\uFE0F", "\u20E3", "\u200D", "\u202E",
	strings.Repeat("\uFF9F", 30), strings.Repeat("\u1100", 30), strings.Repeat("❤️\u200D", 30),
	strings.Repeat("🇯\uFF9E", 30), "🇯" + strings.Repeat("\uFF9E", 22) + flag, strings.Repeat("\u0D4E", 30),
}

// madeOf returns the pieces that picks names, after the gate.
func madeOf(picks []byte) string {
	var b strings.Builder
	for _, pick := range picks {
		b.WriteString(pieces[int(pick)%len(pieces)])
	}
	return text.Clean([]byte(b.String()))
}

func FuzzWrap(f *testing.F) {
	for i := range pieces {
		f.Add("", []byte{byte(i), byte(i + 1), byte(i), 3, byte(i + 2), byte(2 * i)}, byte(i%13))
	}
	f.Add("deploy finished, see https://ci.example/42", []byte{}, byte(9))
	f.Fuzz(func(t *testing.T, line string, picks []byte, width byte) {
		s := text.Clean([]byte(line)) + madeOf(picks)
		checkWrap(t, s, int(width))
		checkWrap(t, s, 1)
	})
}

const spaces = " \u3000"

// checkWrap fails t unless the rows of s are as wide as allowed and leave out nothing but
// spaces at the breaks. In a single cell they leave out wide characters too.
func checkWrap(t *testing.T, s string, width int) {
	t.Helper()
	width = max(width, 1)
	rest := s
	for row := range feed.Wrap(s, width) {
		if got := text.Width(row); got > width {
			t.Fatalf("row %+q of %d cells, want at most %d", row, got, width)
		}
		if row == "…" && width == 1 {
			continue
		}
		at := strings.Index(rest, row)
		if at < 0 || width > 1 && strings.Trim(rest[:at], spaces) != "" {
			t.Fatalf("row %+q does not follow: left of %+q is %+q", row, s, rest)
		}
		rest = rest[at+len(row):]
	}
	if width > 1 && strings.Trim(rest, spaces) != "" {
		t.Fatalf("%+q is on no row", rest)
	}
}
