package session

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
)

// A brokenConn fails to read.
type brokenConn struct {
	net.Conn
	err error
}

func (c brokenConn) Read([]byte) (int, error) { return 0, c.err }

func TestLinkThatDiedIsNotAGoodEnd(t *testing.T) {
	dead := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ETIMEDOUT)}
	for _, finished := range []bool{false, true} {
		c := &connection{Conn: brokenConn{err: dead}}
		c.finished.Store(finished)
		if err := c.receive(func(Event) {}); !errors.Is(err, syscall.ETIMEDOUT) {
			t.Errorf("finished %v: the end is %v, want that the link is dead", finished, err)
		}
	}
}
