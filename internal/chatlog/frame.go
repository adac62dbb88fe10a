package chatlog

import (
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxMarks is how many marks may stand on one character before the rest is escaped.
const maxMarks = 8

// appendFrame appends a frame, which is JSON on one line, and a newline. It says the same,
// but with escapes for all that is not plainly visible: a server may send as they are what
// JSON lets pass and a terminal obeys, such as C1 and bidi controls.
func appendFrame(b, frame []byte) []byte {
	inside, marks := false, 0
	for i := 0; i < len(frame); {
		c := frame[i]
		if ' ' <= c && c <= '~' {
			switch {
			case c == '\\' && inside && i+1 < len(frame):
				b = append(b, c)
				i++
				c = frame[i]
			case c == '"':
				inside = !inside
			}
			b = append(b, c)
			i++
			marks = 0
			continue
		}
		r, size := utf8.DecodeRune(frame[i:])
		i += size
		switch {
		case !inside: // white space
			b = append(b, ' ')
			continue
		case unicode.IsMark(r):
			marks++
		default:
			marks = 0
		}
		if unicode.IsPrint(r) && marks <= maxMarks {
			b = utf8.AppendRune(b, r)
		} else {
			b = appendEscape(b, r)
		}
	}
	return append(b, '\n')
}

// appendEscape appends the escape of a character.
func appendEscape(b []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		return appendUnit(appendUnit(b, high), low)
	}
	return appendUnit(b, r)
}

// appendUnit appends the escape of a code unit of UTF-16.
func appendUnit(b []byte, unit rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[unit>>12&0xF], hex[unit>>8&0xF], hex[unit>>4&0xF], hex[unit&0xF])
}
