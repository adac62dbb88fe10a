package wire

import (
	"encoding/base64"
	"strconv"
	"unicode/utf8"
)

// plain has the bytes that stand for themselves in a JSON string, without those
// of characters beyond ASCII. JSON would let DEL pass, a terminal would not.
var plain = func() (table [256]bool) {
	for c := ' '; c <= '~'; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

// endFrame closes the object and the line.
func endFrame(b []byte) []byte { return append(b, '}', '\n') }

func appendNumber(b []byte, n uint64) []byte { return strconv.AppendUint(b, n, 10) }

// appendString appends s as a JSON string, with U+FFFD for what is no UTF-8.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for {
		var n int
		b, n = appendEscaped(b, []byte(s))
		if n == len(s) {
			return append(b, '"')
		}
		b = append(b, "\uFFFD"...)
		s = s[n+1:]
	}
}

// appendText appends the field that has the bytes of a line: text, or data if
// they are no UTF-8.
func appendText(b, p []byte) []byte {
	begin := len(b)
	b = append(b, `,"text":"`...)
	b, n := appendEscaped(b, p)
	if n < len(p) {
		b = append(b[:begin], `,"data":"`...)
		b = base64.StdEncoding.AppendEncode(b, p)
	}
	return append(b, '"')
}

// appendEscaped appends p as it is written inside a JSON string, up to its
// first byte that is no UTF-8, and says how many bytes of p that were.
//
// All control characters are escaped, also those that JSON lets pass (DEL and
// U+0080 to U+009F): a terminal that is shown frames obeys nothing in them.
func appendEscaped(b, p []byte) ([]byte, int) {
	done := 0
	for i := 0; i < len(p); {
		c := p[i]
		if plain[c] {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRune(p[i:])
			if r == utf8.RuneError && size == 1 {
				return append(b, p[done:i]...), i
			}
			if r > 0x9F {
				i += size
				continue
			}
			c = byte(r)
		}
		b = append(b, p[done:i]...)
		b = appendEscape(b, c)
		i += size
		done = i
	}
	return append(b, p[done:]...), len(p)
}

// appendEscape appends the escape of a character below U+0100.
func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, '\\', 'b')
	case '\t':
		return append(b, '\\', 't')
	case '\n':
		return append(b, '\\', 'n')
	case '\f':
		return append(b, '\\', 'f')
	case '\r':
		return append(b, '\\', 'r')
	}
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
}

// cut returns how many bytes of s are whole characters and no more than most.
func cut(s string, most int) int {
	if len(s) <= most {
		return len(s)
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return most
}
