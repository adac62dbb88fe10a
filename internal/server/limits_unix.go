//go:build unix

package server

import "golang.org/x/sys/unix"

// descriptorLimit returns the soft limit, which the Go runtime has raised to the
// hard one when the program started.
func descriptorLimit() (uint64, bool) {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		return 0, false
	}
	return uint64(lim.Cur), true //nolint:unconvert // signed on FreeBSD
}
