package server_test

import (
	"context"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"bcast/internal/server"
)

// getsockopt asks the system for an option of conn that is a number.
func getsockopt(t *testing.T, conn *net.TCPConn, level, option int) int {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var value int
	var failed error
	if err := raw.Control(func(fd uintptr) { value, failed = unix.GetsockoptInt(int(fd), level, option) }); err != nil {
		t.Fatal(err)
	}
	if failed != nil {
		t.Fatal(failed)
	}
	return value
}

func TestAHostThatVanishesIsMissedWithinAMinute(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", ":0", "localhost:0", "inherited"} {
		t.Run(address, func(t *testing.T) {
			accepted := make(chan *net.TCPConn)
			srv := newServer(t, server.Config{Handler: server.HandlerFunc(
				func(ctx context.Context, conn net.Conn) {
					accepted <- conn.(*net.TCPConn)
					<-ctx.Done()
				})})
			var lns []net.Listener
			var err error
			if address == "inherited" {
				lns = []net.Listener{inherit(t, owner(t, "tcp", "127.0.0.1:0"))}
			} else {
				lns, err = server.Listen(t.Context(), "tcp", address)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, ln := range lns {
				start(t, srv, ln)
				dialTCP(t, ln.Addr().String())
				conn := <-accepted

				if getsockopt(t, conn, unix.SOL_SOCKET, unix.SO_KEEPALIVE) == 0 {
					t.Fatal("an idle host is not asked whether it is there")
				}
				idle := time.Duration(getsockopt(t, conn, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE)) * time.Second
				interval := time.Duration(getsockopt(t, conn, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL)) * time.Second
				probes := time.Duration(getsockopt(t, conn, unix.IPPROTO_TCP, unix.TCP_KEEPCNT))
				unacked := time.Duration(getsockopt(t, conn, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)) * time.Millisecond

				last, end := idle+(probes-1)*interval, idle+probes*interval
				if unacked <= last || unacked > end {
					t.Errorf("TCP_USER_TIMEOUT is %v, want it after the last probe at %v and not after the end at %v",
						unacked, last, end)
				}
				// Two seconds for a first retransmission, from which Linux counts.
				if longest := end + unacked + 2*time.Second; longest >= time.Minute {
					t.Errorf("a host that vanishes idle, and is then written to, may be missed after %v", longest)
				}
			}
		})
	}
}
