package tui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"bcast/internal/feed"
)

// maxStem is how far before the cursor the beginning of a word is looked for, in bytes: no name
// is longer.
const maxStem = 128

// A completion is a word that is being completed: the next Tab puts another one in its place.
type completion struct {
	from, to int      // where it stands in the text
	words    []string // with what follows them; the first is what was typed
	at       int      // the one that stands there
}

// Complete puts one of words in the place of its beginning before the cursor and, when it is
// called again with no other key between, the next one; with back it goes the other way. Between
// the last word and the first comes what was typed, unless there is only one. It reports false
// if no word begins so, which changes nothing.
//
// Words may hold spaces. Those that begin with "/" are commands, and stand at the beginning of
// the text alone; the others are names. The beginning of a name stands at the start of a line or
// behind a space or "@", and case does not matter. At the start of a line a name gets ": " behind
// it; elsewhere, and behind a command, it is " ".
func (c *composer) Complete(words []string, back bool) bool {
	if c.Busy() {
		return false
	}
	again := c.begin() == deedComplete
	if !again && !c.startCompletion(words) {
		return false
	}
	k := &c.completion
	n, step := len(k.words), 1
	if back {
		step = -1
	}
	at := (k.at + step + n) % n
	if n == 2 {
		at = 1
	}
	word := k.words[at]
	if !c.fits(len(word) - (k.to - k.from)) {
		return true
	}
	if !again {
		c.remember()
	}
	c.splice(k.from, k.to, word)
	k.at, k.to = at, k.from+len(word)
	c.deed = deedComplete
	return true
}

// startCompletion looks for words that begin with what stands before the cursor. The longest
// such beginning counts, since it may hold spaces, too.
func (c *composer) startCompletion(words []string) bool {
	line := lineStart(c.text, c.cursor)
	for from := max(line, c.cursor-maxStem); from <= c.cursor; from++ {
		if from > line && !startsWord(c.text[:from]) {
			continue
		}
		stem := c.text[from:c.cursor]
		found := []string{stem}
		for _, word := range words {
			command := strings.HasPrefix(word, "/")
			if command && (from > 0 || stem == "") || !hasPrefixFold(word, stem) {
				continue
			}
			found = append(found, strings.ReplaceAll(harmless(word), "\n", " ")+c.behind(from == line && !command))
		}
		if len(found) > 1 {
			c.completion = completion{from: from, to: c.cursor, words: slices.Compact(found)}
			return true
		}
	}
	return false
}

// behind is what follows a word. A space that is there already is not doubled.
func (c *composer) behind(addressed bool) string {
	behind := " "
	if addressed {
		behind = ": "
	}
	if strings.HasPrefix(c.text[c.cursor:], " ") {
		behind = strings.TrimSuffix(behind, " ")
	}
	return behind
}

// startsWord reports whether a name may begin behind s.
func startsWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r == '@' || unicode.IsSpace(r)
}

// hasPrefixFold is strings.HasPrefix regardless of case.
func hasPrefixFold(s, prefix string) bool {
	for _, want := range prefix {
		r, size := utf8.DecodeRuneInString(s)
		if size == 0 || feed.FoldRune(r) != feed.FoldRune(want) {
			return false
		}
		s = s[size:]
	}
	return true
}
