package peer

import "golang.org/x/sys/unix"

// unacked asks Linux how much of what was written to the socket fd is not
// acknowledged (SIOCOUTQ, see tcp(7) and unix(7); the same number as TIOCOUTQ).
func unacked(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	if err != nil {
		return 0
	}
	return n
}
