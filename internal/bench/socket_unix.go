//go:build unix && !linux

package bench

import (
	"errors"

	"golang.org/x/sys/unix"
)

// canReceive says that receive works here.
const canReceive = true

// receive reads into p, which is not empty, from the socket fd, which package net has
// told not to wait: again says that there is nothing to read now. 0 bytes are the end.
func receive(fd int, p []byte) (n int, again bool) {
	for {
		n, err := unix.Read(fd, p)
		switch {
		case err == nil:
			return n, false
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			return 0, true
		default:
			return 0, false
		}
	}
}
