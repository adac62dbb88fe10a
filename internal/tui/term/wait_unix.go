//go:build unix

package term

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// canWait says that waitReadable knows.
const canWait = true

// waitReadable reports whether there is something to read within that time, or the end. It selects, as macOS
// cannot poll terminals.
func waitReadable(file *os.File, patience time.Duration) bool {
	fd := int(file.Fd())
	if fd >= unix.FD_SETSIZE {
		return false
	}
	deadline := time.Now().Add(patience)
	for {
		timeout := unix.NsecToTimeval(max(0, time.Until(deadline).Nanoseconds()))
		var set unix.FdSet
		set.Set(fd)
		n, err := unix.Select(fd+1, &set, nil, nil, &timeout)
		if !errors.Is(err, unix.EINTR) {
			return err == nil && n > 0
		}
	}
}
