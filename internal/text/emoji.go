package text

import (
	"unicode"
	"unicode/utf8"
)

// joins reports whether a ZWJ between before, which is cleaned already, and after stands
// between two emoji. The first may carry a variation selector and a skin tone.
func joins(before, after []byte) bool {
	next, _ := utf8.DecodeRune(after)
	if !isPictograph(next) {
		return false
	}
	last, size := utf8.DecodeLastRune(before)
	if isSkinTone(last) {
		before = before[:len(before)-size]
		last, size = utf8.DecodeLastRune(before)
	}
	if isSelector(last) {
		before = before[:len(before)-size]
		last, _ = utf8.DecodeLastRune(before)
	}
	return isPictograph(last)
}

// selects reports whether the variation selector r, between before, which is cleaned
// already, and after, chooses how an emoji looks: VS15 or VS16 directly behind a pictograph,
// or VS16 in a keycap such as 1️⃣.
func selects(before []byte, r rune, after []byte) bool {
	const (
		textStyle  = '\uFE0E'
		emojiStyle = '\uFE0F'
		keycap     = '\u20E3'
	)
	last, _ := utf8.DecodeLastRune(before)
	if isPictograph(last) {
		return r == textStyle || r == emojiStyle
	}
	next, _ := utf8.DecodeRune(after)
	return r == emojiStyle && next == keycap && isKeycapBase(last)
}

func isKeycapBase(r rune) bool {
	return '0' <= r && r <= '9' || r == '#' || r == '*'
}

func isSkinTone(r rune) bool {
	return '\U0001F3FB' <= r && r <= '\U0001F3FF'
}

// isPictograph reports whether an emoji can begin with r. Digits and regional indicators
// are none, though keycaps and flags begin with them.
func isPictograph(r rune) bool {
	return unicode.Is(extendedPictographic, r)
}
