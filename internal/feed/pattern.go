package feed

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"bcast/internal/text"
)

// A pattern finds a string that is not "" whatever the case of its letters. A name or text
// is looked through for what of the pattern has no case, which is fast and rules most out,
// before its case is folded.
type pattern struct {
	folded   []byte
	ascii    bool   // whether all of folded is
	special  bool   // whether it has letters of foldedSpecially
	verbatim string // the longest part of folded that has no case
	probe    []byte // a part of folded that is found fast
	buf      []byte // memory of fold
}

// newPattern returns the pattern that finds query, which is not "".
func newPattern(query string) pattern {
	folded := string(appendFolded(nil, strings.ToValidUTF8(query, "\uFFFD")))
	p := pattern{
		folded:  []byte(folded),
		ascii:   isASCII(folded),
		special: strings.ContainsAny(folded, foldedSpecially),
	}
	p.probe = probe(p.folded)
	from := 0
	for i, r := range folded {
		end := i + utf8.RuneLen(r)
		if hasCase(r) {
			from = end
		} else if end-from > len(p.verbatim) {
			p.verbatim = folded[from:end]
		}
	}
	return p
}

// contains reports whether p is found only where other is.
func (p *pattern) contains(other *pattern) bool { return bytes.Contains(p.folded, other.folded) }

// in reports whether p is found in s, which is valid UTF-8.
func (p *pattern) in(s string) bool {
	if len(s) < len(p.folded) || !strings.Contains(s, p.verbatim) { // folding makes nothing longer
		return false
	}
	switch {
	case len(p.verbatim) == len(p.folded):
		return true
	case !p.ascii && isASCII(s):
		return false
	}
	folded, _ := p.fold(s)
	return bytes.Contains(folded, p.probe) && bytes.Contains(folded, p.folded)
}

// maxProbe is up to which size, in bytes, processors find a string by several bytes at once.
const maxProbe = 31

// probe returns the part of folded that is found fastest. It does not begin with the first
// byte of a rune of several, which in a text is every second or third one.
func probe(folded []byte) []byte {
	if len(folded) > 1 && folded[0] >= utf8.RuneSelf {
		folded = folded[1:]
	}
	return folded[:min(len(folded), maxProbe)]
}

// spans appends to dst where p is found in s, which is valid UTF-8, from left to right.
func (p *pattern) spans(dst []text.Span, s string) []text.Span {
	if !p.in(s) {
		return dst
	}
	folded, moved := p.fold(s)
	at, in := 0, 0 // the same place in s and in folded
	raw := func(to int) int {
		if !moved {
			return to
		}
		for in < to {
			r, size := utf8.DecodeRuneInString(s[at:])
			at += size
			in += utf8.RuneLen(FoldRune(r))
		}
		return at
	}
	for from := 0; ; {
		i := bytes.Index(folded[from:], p.folded)
		if i < 0 {
			return dst
		}
		i += from
		from = i + len(p.folded)
		dst = append(dst, text.Span{From: raw(i), To: raw(from)})
	}
}

// fold returns s with its case folded as far as p depends on it, and whether that can have
// moved anything in it. The result is good until the next call.
func (p *pattern) fold(s string) (folded []byte, moved bool) {
	if p.ascii {
		p.buf = append(p.buf[:0], s...)
		if upperASCII(p.buf) || !p.special || !hasSpecials(s) {
			return p.buf, false
		}
	}
	p.buf = appendFolded(p.buf[:0], s)
	return p.buf, true
}

// whole makes spans of s, in place, out to whole characters.
func whole(spans []text.Span, s string) []text.Span {
	if isASCII(s) {
		return spans
	}
	kept := spans[:0]
	from, to := 0, 0 // of a character
	for _, span := range spans {
		for to <= span.From {
			from, to = to, to+nextCharacter(s[to:]).size
		}
		begin := from
		for to < span.To {
			from, to = to, to+nextCharacter(s[to:]).size
		}
		if n := len(kept); n > 0 && begin < kept[n-1].To {
			kept[n-1].To = to
		} else {
			kept = append(kept, text.Span{From: begin, To: to})
		}
	}
	return kept
}
