//go:build unix

package term

import (
	"os"
	"time"

	xterm "github.com/charmbracelet/x/term"
)

// ask puts the question and returns all that came until it was answered, or time was up.
func ask(in, out *os.File, timeout time.Duration) []byte {
	mode, err := xterm.MakeRaw(in.Fd())
	if err != nil {
		return nil
	}
	defer func() { _ = xterm.Restore(in.Fd(), mode) }()
	deadline := time.Now().Add(timeout)
	if _, err := out.WriteString(question); err != nil {
		return nil
	}
	var said []byte
	chunk := make([]byte, 256)
	for !parseReply(said).complete {
		left := time.Until(deadline)
		if left <= 0 || !waitReadable(in, left) {
			break
		}
		n, err := in.Read(chunk)
		if err != nil {
			break
		}
		said = append(said, chunk[:n]...)
	}
	return said
}
