package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// A Span is a part of a text, in bytes: from From up to To.
type Span struct{ From, To int }

// maxLink is the longest link, in bytes. Terminals take little more.
const maxLink = 2000

// Links returns where s, which has passed the gate, has addresses of the web: http and
// https only, for what follows a click should be no more than what a browser shows. They
// come in order and do not overlap; each begins and ends between two grapheme clusters.
//
// An address holds what RFC 3986 allows, and the letters of Latin, Greek and Cyrillic
// script, which browsers encode. Other scripts end it: they are written without a space
// behind an address. So do a bracket that closes none of its own, and at its end
// punctuation marks are not part of it. What is longer than 2000 bytes, or was cut off
// by [Clean], is no link, since it would lead elsewhere.
func Links(s string) []Span {
	var links []Span
	for at := 0; ; {
		i := strings.Index(s[at:], "://")
		if i < 0 {
			return links
		}
		colon := at + i
		at = colon + len("://")
		from, ok := schemeBefore(s, colon)
		if !ok || !isHost(s[at:]) {
			continue
		}
		end := addressEnd(s, at)
		to := at + len(trimAddress(s[at:end]))
		if to > at && to-from <= maxLink && !isCut(s, end) {
			links = append(links, Span{From: from, To: to})
		}
		at = end // nor is a part of it a link
	}
}

// schemeBefore returns where the scheme that ends at colon begins, if it is one of the web.
func schemeBefore(s string, colon int) (from int, ok bool) {
	for _, scheme := range []string{"https", "http"} {
		from := colon - len(scheme)
		if from < 0 || !strings.EqualFold(s[from:colon], scheme) {
			continue
		}
		if from == 0 {
			return 0, true
		}
		before, size := utf8.DecodeLastRuneInString(s[:from])
		if before < utf8.RuneSelf {
			return from, !isAlphanumeric(byte(before)) && !strings.ContainsRune("+-.", before)
		}
		return from, !isAddressLetter(before) && graphemeSize(s[from-size:]) == size
	}
	return 0, false
}

// addressEnd returns where what can be part of an address ends, from the given place on.
func addressEnd(s string, from int) int {
	round, square := 0, 0 // brackets that are open
	i := from
	for i < len(s) {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			if r, _ := utf8.DecodeRuneInString(s[i:]); !isAddressLetter(r) {
				return i
			}
		case c == '(':
			round++
		case c == ')':
			round--
		case c == '[':
			square++
		case c == ']':
			square--
		case !isAlphanumeric(c) && !strings.ContainsRune("-._~:/?#@!$&'*+,;=%", rune(c)):
			return i
		}
		if round < 0 || square < 0 {
			return i
		}
		i += graphemeSize(s[i:])
	}
	return i
}

// trimAddress returns the address without what is written behind it.
func trimAddress(address string) string {
	return strings.TrimRight(address, ".,:;!?'*([")
}

// isHost reports whether what stands behind "://" can begin with a host.
func isHost(s string) bool {
	if s == "" {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s)
	return isAlphanumeric(s[0]) || s[0] == '[' || r >= utf8.RuneSelf
}

// isCut reports whether s ends with the notice of Clean at the given place.
func isCut(s string, at int) bool {
	return strings.HasPrefix(s[at:], cutPrefix) && strings.HasSuffix(s, cutSuffix)
}

// isAlphanumeric reports whether c is an ASCII letter or digit.
func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// isAddressLetter reports whether r is a letter beyond ASCII that an address can have.
func isAddressLetter(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) && unicode.IsLetter(r) && widths.Rune(r) == 1
}

// graphemeSize returns how many bytes of s, which is not empty, are its first grapheme
// cluster.
func graphemeSize(s string) int {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return 1
	}
	clusters := graphemes.FromString(s)
	clusters.Next()
	return clusters.End()
}
