package text_test

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"unicode"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"bcast/internal/text"
)

// Each rune on its own, against the tables of package unicode.
func TestCleanOfEveryRune(t *testing.T) {
	for r := range everyRune() {
		want := string(r)
		switch {
		case r == '\t':
			want = "        "
		case r == '\r':
			want = ""
		case r < ' ':
			want = string('\u2400' + r)
		case r == 0x7F:
			want = "\u2421"
		case isSelector(r), r == 0x200C, r == 0x200D:
			want = ""
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point),
			unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && !unicode.In(r, unicode.L, unicode.M):
			want = fmt.Sprintf("<U+%04X>", r)
		}
		if got := text.Clean([]byte(string(r))); got != want {
			t.Errorf("Clean(%U) = %+q, want %+q", r, got, want)
		}
	}
}

func TestCleanLimitsEveryMark(t *testing.T) {
	for r := range everyRune() {
		nine := "あ" + strings.Repeat(string(r), 9)
		if !unicode.Is(unicode.M, r) || isSelector(r) || !isOneCluster(nine) { // a few stand alone
			continue
		}
		want := strings.TrimSuffix(nine, string(r))
		if got := text.Clean([]byte(nine)); got != want {
			t.Errorf("Clean(%+q) = %+q, want %+q", nine, got, want)
		}
	}
}

// A joiner is kept exactly where the grapheme segmentation makes one cluster of two emoji.
func TestCleanAgreesWithSegmentationOnEmoji(t *testing.T) {
	for r := range everyRune() {
		got := text.Clean([]byte("⌚\u200D" + string(r)))
		if kept := strings.Contains(got, "\u200D"); kept != isPictograph(r) {
			t.Errorf("joiner before %U: kept is %v", r, kept)
		}
	}
}

// everyRune yields all code points that UTF-8 can encode.
func everyRune() iter.Seq[rune] {
	return func(yield func(rune) bool) {
		for r := rune(0); r <= unicode.MaxRune; r++ {
			if !unicode.Is(unicode.Cs, r) && !yield(r) {
				return
			}
		}
	}
}

func isSelector(r rune) bool {
	return 0xFE00 <= r && r <= 0xFE0F || 0xE0100 <= r && r <= 0xE01EF
}

func isOneCluster(s string) bool {
	return graphemes.FromString(s).First() == s
}

// isPictograph reports whether the grapheme segmentation takes r for an emoji that a ZWJ
// can join to another.
func isPictograph(r rune) bool {
	return isOneCluster("⌚\u200D"+string(r)) && !isOneCluster("a"+string(r))
}
