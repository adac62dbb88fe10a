package peer

import (
	"bytes"
	"unicode/utf8"

	"bcast/internal/text"
)

// sanitized returns chunk with escape sequences and what else a terminal might obey made
// visible, each line on its own.
func sanitized(chunk []byte) []byte {
	safe := make([]byte, 0, len(chunk)+len(chunk)/8)
	for line := range bytes.Lines(chunk) {
		bare := bytes.TrimSuffix(line, []byte("\n"))
		safe = append(text.AppendVisible(safe, bare), line[len(bare):]...)
	}
	return safe
}

// cutChunk cuts what goes into the room at once, which is up to most bytes, off chunk: whole
// lines, or a piece of one that is longer. It cuts no character, if they are such.
func cutChunk(chunk []byte, most int) (first, rest []byte) {
	if len(chunk) <= most {
		return chunk, nil
	}
	n := bytes.LastIndexByte(chunk[:most], '\n') + 1
	if n == 0 {
		n = most
		for n > 1 && !utf8.RuneStart(chunk[n]) {
			n--
		}
	}
	return chunk[:n], chunk[n:]
}
