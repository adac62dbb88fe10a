package feed

import (
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"bcast/internal/text"
)

const (
	// spaces are where rows break first: the ASCII one and that of Chinese and Japanese.
	spaces = " \u3000"

	// ellipsis stands for a character that is wider than the row.
	ellipsis = "…"

	// maxCluster is the longest grapheme cluster, in bytes, that counts as one character.
	// A kiss with two skin tones takes 35, a family with four 41.
	maxCluster = 48
)

// Wrap yields the rows, at least one, into which s breaks on a screen of width cells; a
// width below 1 counts as 1. Meant for text that has passed the gate.
//
// Rows break at spaces, which are left out there, and before or after wide characters,
// unless a punctuation mark would stand at the wrong side of the break. A word longer than
// a row breaks between two grapheme clusters. No row is wider than width, as [text.Width]
// measures it; a wide character in a row of one cell is shown as "…". Without such, what
// the rows leave out of s is spaces.
func Wrap(s string, width int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := s; ; {
			row, size := cutRow(rest, max(width, 1))
			if rest = rest[size:]; !yield(row) || rest == "" {
				return
			}
		}
	}
}

// cutRow returns the first row of s, and how many bytes of s come before the next row. It
// looks at nothing before s, so rows can be cut from the beginning of any row on.
func cutRow(s string, width int) (row string, size int) {
	if len(s) <= width { // no character has more cells than bytes
		return s, len(s)
	}
	var (
		cells   int
		breakAt int    // the best place so far to end the row, or 0
		indent  = true // nothing but spaces so far
		last    character
	)
	for i := 0; i < len(s); {
		c := nextCharacter(s[i:])
		if !indent && breaksBetween(last, c) {
			breakAt = i
		}
		if cells += c.cells; cells > width {
			switch {
			case i == 0 && !c.space:
				return ellipsis, c.size
			case breakAt == 0 || c.space:
				breakAt = i
			}
			return strings.TrimRight(s[:breakAt], spaces), breakAt + indentSize(s[breakAt:])
		}
		indent = indent && c.space
		last = c
		i += c.size
	}
	return s, len(s)
}

// indentSize returns how many bytes of spaces s begins with.
func indentSize(s string) int {
	for i := 0; i < len(s); {
		c := nextCharacter(s[i:])
		if !c.space {
			return i
		}
		i += c.size
	}
	return len(s)
}

// breaksBetween reports whether a row may end with a and the next one begin with b.
func breaksBetween(a, b character) bool {
	return a.space || (a.cells > 1 || b.cells > 1) && !opens(a.base) && !closes(b.base)
}

// A character is what stands on the screen as one: a grapheme cluster.
type character struct {
	base  rune // the first one
	size  int  // in bytes
	cells int
	space bool
}

// nextCharacter returns the character that s begins with.
func nextCharacter(s string) character {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return character{base: rune(s[0]), size: 1, cells: 1, space: s[0] == ' '}
	}
	size := clusterSize(s)
	base, _ := utf8.DecodeRuneInString(s)
	return character{
		base:  base,
		size:  size,
		cells: text.Width(s[:size]),
		space: strings.Contains(spaces, s[:size]),
	}
}

// clusterSize returns how many bytes of s are its first grapheme cluster.
//
// A cluster counts as one character, whose width is that of its first rune. That is wrong
// for an endless run of what attaches to a cluster but does take cells: jamo, half-width
// sound marks, skin tones. So a cluster that no language and no emoji needs is taken apart
// again, into what takes cells each with what takes none behind it.
func clusterSize(s string) int {
	clusters := graphemes.FromString(s[:min(len(s), maxCluster+utf8.UTFMax)])
	clusters.Next()
	if clusters.End() <= maxCluster {
		return clusters.End()
	}
	_, size := utf8.DecodeRuneInString(s)
	for size < len(s) {
		_, n := utf8.DecodeRuneInString(s[size:])
		if text.Width(s[size:size+n]) > 0 {
			break
		}
		size += n
	}
	return size
}

// closes reports whether r does not begin a row where that can be helped: it ends a
// sentence, a clause or a bracket, or belongs to the character before it.
func closes(r rune) bool {
	switch r {
	case '!', '%', ')', ',', '.', ':', ';', '?', ']', '}', '…', '’', '”', '»',
		'、', '。', '，', '．', '・', '：', '；', '！', '？', '％', '｡', '､', '･',
		'）', '」', '』', '】', '〕', '〉', '》', '｝', '］', '〗', '〙', '｠', '｣',
		'々', '〻', 'ー', '～', '〜', 'ゝ', 'ゞ', 'ヽ', 'ヾ', '゛', '゜', 'ｰ', 'ﾞ', 'ﾟ',
		'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ', 'っ', 'ゃ', 'ゅ', 'ょ', 'ゎ',
		'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ッ', 'ャ', 'ュ', 'ョ', 'ヮ', 'ヵ', 'ヶ':
		return true
	}
	return false
}

// opens reports whether r does not end a row where that can be helped.
func opens(r rune) bool {
	switch r {
	case '(', '[', '{', '‘', '“', '«',
		'（', '「', '『', '【', '〔', '〈', '《', '｛', '［', '〖', '〘', '｟', '｢':
		return true
	}
	return false
}
