package feed

import (
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// FoldRune returns the least of the runes that are r but for their case. It takes no more
// bytes than r.
func FoldRune(r rune) rune {
	switch {
	case r < foldTableSize:
		return foldTable()[r]
	case isScriptWithoutCase(r):
		return r
	}
	return least(r)
}

// least is FoldRune the long way.
func least(r rune) rune {
	folded := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		folded = min(folded, next)
	}
	return folded
}

// hasCase reports whether r, which is folded, is not the only one that folds to it.
func hasCase(r rune) bool { return unicode.SimpleFold(r) != r }

// foldTableSize is where Latin, Greek, Cyrillic, Armenian and Hebrew end.
const foldTableSize = 0x600

// foldTable returns what the runes below its size fold to.
var foldTable = sync.OnceValue(func() *[foldTableSize]rune {
	var table [foldTableSize]rune
	for r := range table {
		table[r] = least(rune(r))
	}
	return &table
})

// isScriptWithoutCase reports whether r is in one of the large ranges of scripts and signs
// where nothing has a case.
func isScriptWithoutCase(r rune) bool {
	return 0x600 <= r && r < 0x10A0 || // Arabic to Burmese
		0x2E80 <= r && r < 0xA640 || // Chinese, Japanese
		0xAC00 <= r && r < 0xFB00 || // Korean
		0x1F000 <= r // emoji, rare Chinese
}

// Of the letters beyond ASCII, these two fold to ASCII.
const (
	longS           = "\u017F"
	kelvin          = "\u212A"
	foldedSpecially = "SK"
)

// hasSpecials reports whether s has a letter beyond ASCII that folds to one of ASCII.
func hasSpecials(s string) bool {
	return strings.Contains(s, longS) || strings.Contains(s, kelvin)
}

// appendFolded appends s, which is valid UTF-8, rune by rune folded.
func appendFolded(dst []byte, s string) []byte {
	table := foldTable()
	dst = slices.Grow(dst, len(s))
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c < utf8.RuneSelf:
			dst = append(dst, byte(table[c]))
			i++
		case c < firstOf3:
			r := rune(c&0x1F)<<6 | rune(s[i+1]&0x3F)
			if r < foldTableSize {
				r = table[r]
			}
			if r < utf8.RuneSelf {
				dst = append(dst, byte(r))
			} else {
				dst = append(dst, 0xC0|byte(r>>6), 0x80|byte(r&0x3F))
			}
			i += 2
		case firstOfKana <= c && c <= lastOfHan:
			dst = append(dst, c, s[i+1], s[i+2])
			i += 3
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, FoldRune(r))
			i += size
		}
	}
	return dst
}

// What runes of several bytes begin with.
const (
	firstOf3    = 0xE0
	firstOfKana = 0xE3 // U+3000
	lastOfHan   = 0xE9 // U+9FFF; what is between them has no case
)

// Eight bytes at once: each 1, and the highest bit of each.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// upperASCII folds the ASCII letters of b, in place, and reports whether all of b is ASCII.
func upperASCII(b []byte) (ascii bool) {
	var all uint64
	for len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		all |= x
		low := x &^ highs
		lower := (low + ones*(0x80-'a')) &^ (low + ones*(0x7F-'z')) &^ x & highs
		binary.LittleEndian.PutUint64(b, x^lower>>2) // the highest bit, two lower, is what upper case lacks
		b = b[8:]
	}
	for i, c := range b {
		all |= uint64(c)
		if 'a' <= c && c <= 'z' {
			b[i] = c - ('a' - 'A')
		}
	}
	return all&highs == 0
}

// isASCII reports whether all of s is ASCII.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
