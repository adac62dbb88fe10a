package server

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// adopt checks that somebody listens on ln, and sets what its connections are to have.
func adopt(ln interface {
	net.Listener
	syscall.Conn
},
) error {
	conn, err := ln.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = conn.Control(func(fd uintptr) {
		listens, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
		switch {
		case err != nil:
			result = err
		case listens == 0:
			result = ErrNotListening
		case ln.Addr().Network() == "tcp":
			result = missVanished(int(fd))
			if errors.Is(result, unix.ENOPROTOOPT) {
				result = nil // multipath TCP: a host that vanishes is missed as the system does
			}
		}
	})
	return errors.Join(err, result)
}
