package text

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// MaxShown is how many bytes of one line are shown; of the rest, only its size is.
const MaxShown = 8 << 10

const (
	// maxHead is how much of a line is looked at: what is shown, and the rune behind it,
	// which tells whether the last cluster is whole.
	maxHead = MaxShown + utf8.UTFMax

	maxMarks = 8 // in one grapheme cluster
	tabStop  = 8 // cells

	// Around the size of what is left out.
	cutPrefix = " ... +"
	cutSuffix = " bytes"
)

// Clean returns line, which comes without its "\n", as text that is safe on any terminal:
//
//   - A "\r" at the end is trimmed. Other C0 controls and DEL become their pictures
//     (ESC is ␛), except that tabs fill up to the next multiple of 8 cells.
//   - Each byte that is not part of valid UTF-8 becomes U+FFFD.
//   - C1 controls, format characters (bidi controls, BOM, tags), line and paragraph
//     separators, noncharacters and the invisible reserved code points are spelled out,
//     as in <U+202E>.
//   - ZWJ stays where it joins two emoji, a variation selector directly after an emoji or
//     inside a keycap. Elsewhere both are dropped without a sign, and ZWNJ everywhere.
//   - Of the marks in a grapheme cluster the first 8 stay, the rest is dropped without a
//     sign.
//   - Of a line longer than [MaxShown] bytes the whole clusters within that limit are
//     shown, followed by " ... +N bytes", where N counts the bytes of line left out.
//
// The result is valid UTF-8 of at most 8*MaxShown bytes and that notice (a tab is one byte
// and up to 8 spaces). Clean leaves it as it is, unless it is longer than MaxShown itself.
// The result does not alias line.
func Clean(line []byte) string {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if len(line) <= MaxShown {
		if n, _, _, _ := scan(line); n == len(line) {
			return string(line)
		}
	}
	head := line[:min(len(line), maxHead)]
	return string(appendClean(make([]byte, 0, len(head)+len(head)/2), head, len(line)))
}

// AppendVisible appends line, of any length and without what ends it, to dst as Clean shows
// it, but that tabs stay; a "\r" is shown, also at the end. Meant for what others go on with
// as a stream. The result is up to four times as long as line.
func AppendVisible(dst, line []byte) []byte {
	start := len(dst)
	dst, marks, _ := appendVisible(dst, line)
	if marks > maxMarks {
		dst = dst[:start+len(limitMarks(dst[start:]))]
	}
	return dst
}

// appendClean appends a cleaned line of size bytes, of which head is the beginning: all of
// it, or maxHead bytes. A "\r" at the end is trimmed already.
func appendClean(dst, head []byte, size int) []byte {
	if size <= MaxShown {
		return appendShown(dst, head)
	}
	n := cut(head)
	dst = appendShown(dst, head[:n])
	return fmt.Appendf(dst, "%s%d%s", cutPrefix, size-n, cutSuffix)
}

// cut returns how many bytes of head are shown: the clusters that end within MaxShown.
func cut(head []byte) int {
	n := 0
	for cluster := graphemes.FromBytes(head); cluster.Next() && cluster.End() <= MaxShown; {
		n = cluster.End()
	}
	return n
}

// appendShown appends line, which is within the limit, cleaned.
func appendShown(dst, line []byte) []byte {
	start := len(dst)
	dst, marks, tabs := appendVisible(dst, line)
	if marks > maxMarks {
		dst = dst[:start+len(limitMarks(dst[start:]))]
	}
	if tabs {
		dst = appendExpanded(dst[:start], bytes.Clone(dst[start:]))
	}
	return dst
}

// appendVisible appends line rune by rune, as classify has it. Tabs stay, since the width
// before them is not known yet; it reports how many marks it appended, and whether tabs.
func appendVisible(dst, line []byte) (_ []byte, marks int, tabs bool) {
	start := len(dst)
	for {
		n, r, size, c := scan(line)
		dst = append(dst, line[:n]...)
		if size == 0 {
			return dst, marks, tabs
		}
		line = line[n+size:]

		switch c {
		case shown: // never ends a scan
		case invalid:
			dst = utf8.AppendRune(dst, r)
		case mark:
			dst = utf8.AppendRune(dst, r)
			marks++
		case tab:
			dst = append(dst, '\t')
			tabs = true
		case pictured:
			dst = utf8.AppendRune(dst, picture(r))
		case spelled:
			dst = appendSpelled(dst, r)
		case selector:
			if selects(dst[start:], r, line) {
				dst = utf8.AppendRune(dst, r)
				marks++
			}
		case joiner:
			if joins(dst[start:], line) {
				dst = utf8.AppendRune(dst, r)
			}
		case dropped:
		}
	}
}

// limitMarks drops, in place, the marks beyond maxMarks of each cluster. A mark dropped
// can bring two clusters together (a virama, the marks behind it, and a consonant), so it
// looks again until it finds nothing to drop.
func limitMarks(line []byte) []byte {
	for {
		kept := line[:0]
		for cluster := graphemes.FromBytes(line); cluster.Next(); {
			kept = appendLimited(kept, cluster.Value())
		}
		if len(kept) == len(line) {
			return kept
		}
		line = kept
	}
}

// appendLimited appends cluster without the marks beyond maxMarks. The two may share their
// memory if dst ends no later than cluster begins.
func appendLimited(dst, cluster []byte) []byte {
	if len(cluster) <= 2*maxMarks { // a mark takes at least two bytes
		return append(dst, cluster...)
	}
	for marks := 0; len(cluster) > 0; {
		r, size := utf8.DecodeRune(cluster)
		if isMark(r) {
			marks++
		}
		if marks <= maxMarks || !isMark(r) {
			dst = append(dst, cluster[:size]...)
		}
		cluster = cluster[size:]
	}
	return dst
}

// appendExpanded appends line with spaces in place of tabs.
func appendExpanded(dst, line []byte) []byte {
	for column := 0; ; {
		text, rest, found := bytes.Cut(line, []byte{'\t'})
		dst = append(dst, text...)
		if !found {
			return dst
		}
		column += widths.Bytes(text)
		spaces := tabStop - column%tabStop
		dst = append(dst, "        "[:spaces]...)
		column += spaces
		line = rest
	}
}

// widths measures everything in this package. East Asian ambiguous characters (Greek,
// Cyrillic, box drawing) are narrow, as terminals have them unless told otherwise.
var widths = displaywidth.Options{EastAsianWidth: false}

// Width returns how many cells s takes, counted by grapheme cluster: East Asian wide
// characters and emoji take two, ambiguous ones take one. Terminals differ over clusters
// (half-width kana with a sound mark, emoji that are joined or selected), so for a line
// that holds some, take it as the best guess. Meant for what [Clean] returned: a control
// character has no width.
func Width(s string) int {
	return widths.String(s)
}
