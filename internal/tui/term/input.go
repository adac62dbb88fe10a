package term

import (
	"bytes"
	"os"
)

// Input is a terminal for tea.WithInput. Bubble Tea v1 does not know that terminals answer: what they answer
// to [Probe], should it come too late over a slow connection, would be typed into the program. Input drops it,
// if it comes in one piece.
type Input struct{ *os.File }

// Read reads what was typed. That it returns 0 bytes is not the end.
func (in Input) Read(p []byte) (int, error) {
	n, err := in.File.Read(p)
	return dropAnswers(p[:n]), err
}

// dropAnswers moves what is not an answer to the beginning of b, and returns how much that is.
func dropAnswers(b []byte) int {
	kept := b[:0]
	for len(b) > 0 {
		n := 1
		if b[0] == esc {
			n = max(sequence(b), 1)
		}
		if !isAnswer(b[:n]) {
			kept = append(kept, b[:n]...)
		}
		b = b[n:]
	}
	return len(kept)
}

// isAnswer reports whether an escape sequence tells the background.
func isAnswer(seq []byte) bool {
	return bytes.HasPrefix(seq, []byte(answerBegin)) &&
		(bytes.HasSuffix(seq, []byte{bel}) || bytes.HasSuffix(seq, []byte{esc, '\\'}))
}
