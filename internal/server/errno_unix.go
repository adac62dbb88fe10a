//go:build unix

package server

import "golang.org/x/sys/unix"

const (
	errInUse   = unix.EADDRINUSE
	errRefused = unix.ECONNREFUSED
)

var (
	// errsPassing are accept errors that may pass: a lack of something, which others
	// may give back, or a network that is down.
	errsPassing = []error{
		unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM,
		unix.ENETDOWN, unix.ENETUNREACH, unix.EHOSTDOWN, unix.EHOSTUNREACH,
	}
	// errsConnLost are accept errors of one connection, which was gone before it
	// could be accepted; the next may be accepted at once.
	errsConnLost = []error{unix.ECONNABORTED, unix.EPROTO}
	// errsNoFamily are what listening on ::1 gives where there is no IPv6, or on
	// 127.0.0.1 where there is no IPv4.
	errsNoFamily = []error{unix.EADDRNOTAVAIL, unix.EAFNOSUPPORT}
)
