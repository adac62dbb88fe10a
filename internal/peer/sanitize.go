package peer

import (
	"bytes"
	"unicode/utf8"

	"bcast/internal/text"
)

// A sanitizer makes visible what a terminal might obey in the stream of a plain member,
// piece by piece. What the next piece decides about is held until then: a "\r", which stays
// before a "\n" only, or the beginning of a character.
type sanitizer struct{ held []byte }

// pass returns what may be relayed of the stream once piece has come; all of it, if that is
// the last one.
func (z *sanitizer) pass(piece []byte, isLast bool) []byte {
	if len(z.held) > 0 {
		piece = append(z.held, piece...)
		z.held = nil
	}
	if !isLast {
		n := len(piece) - undecided(piece)
		z.held = append(z.held, piece[n:]...)
		piece = piece[:n]
	}
	return sanitized(piece, true)
}

// undecided is how many bytes at the end of piece mean something or other by what follows.
func undecided(piece []byte) int {
	if bytes.HasSuffix(piece, []byte("\r")) {
		return 1
	}
	for n := 1; n < utf8.UTFMax && n <= len(piece); n++ {
		if end := piece[len(piece)-n:]; utf8.RuneStart(end[0]) {
			if utf8.FullRune(end) {
				return 0
			}
			return n
		}
	}
	return 0
}

// sanitized returns chunk with escape sequences and what else a terminal might obey made
// visible, each line on its own. Of what ends a line "\r\n" stays too; goesOn is that the
// last line has no end, where chunk has none: a "\r" there would have the terminal write
// what follows over it.
func sanitized(chunk []byte, goesOn bool) []byte {
	safe := make([]byte, 0, len(chunk)+len(chunk)/8)
	for line := range bytes.Lines(chunk) {
		bare := bytes.TrimSuffix(line, []byte("\n"))
		if len(bare) < len(line) || !goesOn {
			bare = bytes.TrimSuffix(bare, []byte("\r"))
		}
		safe = append(text.AppendVisible(safe, bare), line[len(bare):]...)
	}
	return safe
}

// cutChunk cuts what goes into the room at once, which is up to most bytes, off chunk: whole
// lines, or a piece of one that is longer. It cuts no character, if they are such, and no
// "\r\n".
func cutChunk(chunk []byte, most int) (first, rest []byte) {
	if len(chunk) <= most {
		return chunk, nil
	}
	n := bytes.LastIndexByte(chunk[:most], '\n') + 1
	if n == 0 {
		n = most
		for n > 1 && (!utf8.RuneStart(chunk[n]) || chunk[n] == '\n') {
			n--
		}
	}
	return chunk[:n], chunk[n:]
}
