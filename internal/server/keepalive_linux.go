package server

import (
	"errors"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// userTimeout is for how long what was written may stay unacknowledged: how a host is
// missed that vanishes while it is written to (TCP_USER_TIMEOUT, see tcp(7)).
//
// It also drops a peer that is well and keeps its window shut for that long: one that
// does not read while it is sent more than the buffers of both systems hold.
//
// Two things bound it. Linux does not ask an idle host while something is
// unacknowledged, so what is written just before keepAlive gives up begins a second
// wait: a host is missed after the sum of both at the latest, which is to be less than
// a minute. And where it is set, Linux ends keepAlive by it, at the first probe that is
// due later, instead of counting probes: so it lies between the last probe and the end.
const userTimeout = 25 * time.Second

// listenTCP sets the options on the listening socket, from which Linux gives them to
// accepted ones: package net would set each of them on each connection.
func listenTCP() *net.ListenConfig {
	lc := &net.ListenConfig{
		KeepAlive: -1, // package net is to leave it alone
		Control: func(_, _ string, conn syscall.RawConn) error {
			var result error
			err := conn.Control(func(fd uintptr) { result = missVanished(int(fd)) })
			return errors.Join(err, result)
		},
	}
	lc.SetMultipathTCP(false) // it does not know TCP_USER_TIMEOUT
	return lc
}

func missVanished(fd int) error {
	return errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, int(keepAlive.Idle/time.Second)),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, int(keepAlive.Interval/time.Second)),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPCNT, keepAlive.Count),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout/time.Millisecond)),
	)
}
