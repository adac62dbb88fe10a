package text

import (
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// class says what becomes of a rune.
type class uint8

const (
	shown    class = iota // as it is
	invalid               // as U+FFFD: a byte that belongs to no rune
	mark                  // as it is, up to maxMarks in a cluster
	tab                   // as spaces
	pictured              // as a control picture
	spelled               // as <U+XXXX>
	selector              // as it is after an emoji, else dropped
	joiner                // as it is between emoji, else dropped
	dropped               // not at all
)

const (
	zwnj = '\u200C'
	zwj  = '\u200D'
)

// classify sorts r into its class. The first cases hold nearly everything that people
// write, so that the tables behind them are seldom asked.
func classify(r rune) class {
	switch {
	case ' ' <= r && r <= '~',
		'\u00A0' <= r && r <= '\u02FF' && r != '\u00AD', // Latin, without the soft hyphen
		'\u2010' <= r && r <= '\u2027',                  // dashes, quotation marks
		'\u3000' <= r && r <= '\u3029',                  // CJK punctuation
		'\u3030' <= r && r <= '\u3098',                  // hiragana
		'\u309B' <= r && r <= '\uA66E',                  // katakana, Han, Yi
		'\uAC00' <= r && r <= '\uD7FF',                  // Hangul
		'\uFF00' <= r && r <= '\uFFEF',                  // full-width and half-width forms
		'\U0001F000' <= r && r <= '\U0001FAFF':          // emoji
		return shown
	case r == '\t':
		return tab
	case r < ' ' || r == '\x7F':
		return pictured
	case r < '\u00A0':
		return spelled
	case r == zwj:
		return joiner
	case r == zwnj:
		return dropped
	case isSelector(r):
		return selector
	case isMark(r):
		return mark
	case isHidden(r) || unicode.Is(unicode.Cf, r):
		return spelled
	}
	return shown
}

// scan returns the length n of the beginning of line that is shown byte for byte, and the
// rune r that ends it, which takes size bytes. At the end of line, size is 0.
func scan(line []byte) (n int, r rune, size int, c class) {
	for {
		n += printable(line[n:])
		if n == len(line) {
			return n, 0, 0, shown
		}
		r, size = utf8.DecodeRune(line[n:])
		if r == utf8.RuneError && size == 1 {
			return n, r, size, invalid
		}
		if c = classify(r); c != shown {
			return n, r, size, c
		}
		n += size
	}
}

// printable returns the length of the printable ASCII that line begins with.
func printable(line []byte) int {
	for i, b := range line {
		if b < ' ' || b > '~' {
			return i
		}
	}
	return len(line)
}

func isMark(r rune) bool {
	return unicode.Is(unicode.M, r)
}

// isSelector reports whether r is a variation selector. The selectors of Mongolian are not
// meant: they are marks like others, and harmless.
func isSelector(r rune) bool {
	return '\uFE00' <= r && r <= '\uFE0F' || '\U000E0100' <= r && r <= '\U000E01EF'
}

// isHidden reports whether r is something that people do not see although it is no format
// character by category. What nobody sees can carry what nobody meant to read.
func isHidden(r rune) bool {
	switch {
	case r == '\u2028', r == '\u2029': // line and paragraph separator
		return true
	case '\uFDD0' <= r && r <= '\uFDEF', r&0xFFFE == 0xFFFE: // noncharacters
		return true
	case r == '\u2065', '\uFFF0' <= r && r <= '\uFFF8', '\U000E0000' <= r && r <= '\U000E0FFF':
		// Set aside for format characters of later versions of Unicode
		// (Default_Ignorable_Code_Point). The selectors among them are sorted out before.
		return true
	}
	return false
}

// picture returns the sign for a C0 control or DEL.
func picture(r rune) rune {
	if r == '\x7F' {
		return '␡'
	}
	return '␀' + r
}

// appendSpelled appends r as <U+XXXX>, with at least four digits.
func appendSpelled(dst []byte, r rune) []byte {
	dst = append(dst, "<U+"...)
	digits := max(4, (bits.Len32(uint32(r))+3)/4)
	for i := digits - 1; i >= 0; i-- {
		dst = append(dst, "0123456789ABCDEF"[r>>(4*i)&0xF])
	}
	return append(dst, '>')
}
