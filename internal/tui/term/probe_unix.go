//go:build unix

package term

import (
	"errors"
	"os"
	"time"

	xterm "github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"
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
	for !parseReply(said).complete && waitReadable(int(in.Fd()), deadline) {
		n, err := in.Read(chunk)
		if err != nil {
			break
		}
		said = append(said, chunk[:n]...)
	}
	return said
}

// waitReadable reports whether there is something to read before the deadline. It selects, as macOS cannot poll
// terminals.
func waitReadable(fd int, deadline time.Time) bool {
	if fd >= unix.FD_SETSIZE {
		return false
	}
	for {
		left := time.Until(deadline)
		if left <= 0 {
			return false
		}
		timeout := unix.NsecToTimeval(left.Nanoseconds())
		var set unix.FdSet
		set.Set(fd)
		n, err := unix.Select(fd+1, &set, nil, nil, &timeout)
		if !errors.Is(err, unix.EINTR) {
			return err == nil && n > 0
		}
	}
}
