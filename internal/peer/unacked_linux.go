package peer

import "golang.org/x/sys/unix"

// tcpClose is the state of a connection that is gone (TCP_CLOSE in tcp_states.h).
const tcpClose = 7

// unacked asks Linux how much of what was written to the socket fd is not
// acknowledged (SIOCOUTQ, see tcp(7) and unix(7)). Of a connection that the peer
// has reset nothing will be, and Linux goes on counting it.
func unacked(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	if err != nil || n == 0 {
		return 0
	}
	if info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO); err == nil && info.State == tcpClose {
		return 0
	}
	return n
}
