package wire

import (
	"unicode/utf16"
	"unicode/utf8"
)

// escape reads an escape inside a string, whose backslash is next.
func (s *scanner) escape() *FrameError {
	begin := s.i
	s.i++
	switch s.next() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i++
		return nil
	case 'u':
		s.i++
	default:
		return s.failAt(begin, CodeSyntax, "an escape is a backslash and one of \"\\/bfnrtu")
	}
	r, ok := hex4(s.p[s.i:])
	if !ok {
		return s.failAt(begin, CodeSyntax, "four hexadecimal digits are to follow \\u")
	}
	s.i += 4
	if !utf16.IsSurrogate(r) {
		return nil
	}
	if s.word(`\u`) {
		if low, ok := hex4(s.p[s.i:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			s.i += 4
			return nil
		}
	}
	return s.failAt(begin, CodeUTF8, "half of a surrogate pair is no character")
}

// unescape returns the characters of a string that a scanner has read, in memory of its own.
func unescape(p []byte) []byte {
	b := make([]byte, 0, len(p))
	for i := 0; i < len(p); {
		if p[i] != '\\' {
			b = append(b, p[i])
			i++
			continue
		}
		c := p[i+1]
		i += 2
		switch c {
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			r, _ := hex4(p[i:])
			i += 4
			if utf16.IsSurrogate(r) {
				low, _ := hex4(p[i+2:])
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			b = utf8.AppendRune(b, r)
		default: // itself: a quote, a backslash, a slash
			b = append(b, c)
		}
	}
	return b
}

// hex4 reads the four hexadecimal digits that p begins with.
func hex4(p []byte) (r rune, ok bool) {
	if len(p) < 4 {
		return 0, false
	}
	for _, c := range p[:4] {
		switch {
		case isDigit(c):
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
