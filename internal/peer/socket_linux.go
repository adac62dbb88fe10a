package peer

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// canSend says that send works here.
const canSend = true

// send writes what fits of p, which is not empty, to the socket fd. It does not
// wait, so the scheduler need not know: telling it costs a tenth of the call.
func send(fd int, p []byte) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd),
		uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	switch errno {
	case 0:
		return int(n), nil
	case unix.EAGAIN, unix.EINTR:
		return 0, nil
	default:
		return 0, errno
	}
}

// tcpClose is the state of a connection that is gone (TCP_CLOSE in tcp_states.h).
const tcpClose = 7

// canReceive says that receive works here.
const canReceive = true

// receive reads into p, which is not empty, from the socket fd. It does not wait:
// again says that there is nothing to read now. 0 bytes are the end of input.
func receive(fd int, p []byte) (n int, again bool, err error) {
	for {
		r, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd),
			uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			return int(r), false, nil
		case unix.EINTR:
		case unix.EAGAIN:
			return 0, true, nil
		default:
			return 0, false, errno
		}
	}
}

// unread asks Linux how much has come to the socket fd that was not read (SIOCINQ, see
// tcp(7) and unix(7)).
func unread(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCINQ)
	if err != nil {
		return 0
	}
	return n
}

// unacked asks Linux how much of what was written to the socket fd is not
// acknowledged (SIOCOUTQ, see tcp(7) and unix(7)). Of a connection that the peer
// has reset nothing will be, and Linux goes on counting it.
func unacked(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	if err != nil || n == 0 {
		return 0
	}
	if isGone(fd) {
		return 0
	}
	return n
}

// isGone asks Linux whether the connection of the socket fd is no more, as once the peer
// has reset it. Behind a FIN, reading goes on to tell the end of input even then.
func isGone(fd int) bool {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	return err == nil && info.State == tcpClose
}

// windowEnd asks Linux for the end of the window that the peer of fd has opened, in
// bytes since the beginning: what is acknowledged, which goes to its system's buffers
// whether it reads or not, and what there is still room for. There is none in a Unix
// socket.
func windowEnd(fd int) (uint64, bool) {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0, false
	}
	return info.Bytes_acked + uint64(info.Snd_wnd), true
}
