package tui

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"bcast/internal/feed"
)

// An attention finds what is meant for this side: its name, or another word that it is to
// be told of, as a whole word and whatever the case of its letters.
type attention struct {
	words []watchword
	name  watchword
	buf   []byte // memory for a text without case
}

// A watchword is a word that is looked for.
type watchword struct {
	word        string // as it was given
	folded      []byte // without case; empty: it is never found
	ascii       bool   // as it was given
	first, last rune   // at its edges
}

func newWatchword(word string) watchword {
	w := watchword{word: word, folded: appendCaseless(nil, word), ascii: true}
	for i := range len(word) { // not of folded: ſ is S without case
		w.ascii = w.ascii && word[i] < utf8.RuneSelf
	}
	w.first, _ = utf8.DecodeRune(w.folded)
	w.last, _ = utf8.DecodeLastRune(w.folded)
	return w
}

// isFor reports whether a text, which has passed the gate, has one of the words, or name,
// which is what this side is called at the time.
func (a *attention) isFor(name, text string) bool {
	if a.name.word != name {
		a.name = newWatchword(name)
	}
	if a.isIn(&a.name, text) {
		return true
	}
	for i := range a.words {
		if a.isIn(&a.words[i], text) {
			return true
		}
	}
	return false
}

// isIn looks for a word.
func (a *attention) isIn(w *watchword, text string) bool {
	if len(w.folded) == 0 || len(w.folded) > 3*len(text) { // no letter has three times the bytes of another one
		return false
	}
	if w.ascii {
		return w.isInASCII(text)
	}
	a.buf = appendCaseless(a.buf[:0], text)
	for at := 0; ; {
		i := bytes.Index(a.buf[at:], w.folded)
		if i < 0 {
			return false
		}
		begin, end := at+i, at+i+len(w.folded)
		before, _ := utf8.DecodeLastRune(a.buf[:begin])
		after, _ := utf8.DecodeRune(a.buf[end:])
		if w.stands(before, after) {
			return true
		}
		_, size := utf8.DecodeRune(a.buf[begin:])
		at = begin + size
	}
}

// isInASCII is isIn for a word of ASCII, which a flood of lines is looked through for.
func (w *watchword) isInASCII(text string) bool {
	for begin := 0; begin+len(w.folded) <= len(text); begin++ {
		n := 0
		for n < len(w.folded) && caseless[text[begin+n]] == w.folded[n] {
			n++
		}
		if n < len(w.folded) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:begin])
		after, _ := utf8.DecodeRuneInString(text[begin+n:])
		if w.stands(before, after) {
			return true
		}
	}
	return false
}

// stands reports whether the word is a whole one between two runes, of which that of an
// empty text is utf8.RuneError.
func (w *watchword) stands(before, after rune) bool {
	return !isOneWord(before, w.first) && !isOneWord(w.last, after)
}

// isOneWord reports whether there is no edge of a word between two runes. In scripts that
// put no spaces between words, there may be one anywhere.
func isOneWord(a, b rune) bool { return isOfWord(a) && isOfWord(b) }

// isOfWord reports whether words of a script with spaces have r in them.
func isOfWord(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
	case !unicode.In(r, unicode.L, unicode.N, unicode.M):
		return false
	}
	return !unicode.In(r, unspaced...) && !strings.ContainsRune(unspacedMarks, r)
}

// unspaced is the scripts where a name has others' letters right beside it. Korean has
// spaces, but not between a name and its particle.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Javanese,
}

// unspacedMarks is what kana of every kind share.
const unspacedMarks = "\u3099\u309A\u30FC\uFF70\uFF9E\uFF9F"

// caseless is what ASCII is without case.
var caseless = func() (table [256]byte) {
	for c := range table {
		table[c] = byte(c)
		if 'a' <= c && c <= 'z' {
			table[c] -= 'a' - 'A'
		}
	}
	return table
}()

// appendCaseless appends s without case.
func appendCaseless(b []byte, s string) []byte {
	for _, r := range s {
		b = utf8.AppendRune(b, feed.FoldRune(r))
	}
	return b
}
