package session_test

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"

	"bcast/internal/session"
)

// A brokenConn fails to read once its input has ended.
type brokenConn struct {
	half
	err error
}

func (c brokenConn) Read(p []byte) (int, error) {
	_, _ = c.half.Read(p)
	return 0, c.err
}

func TestLinkThatDiedIsNotAGoodEnd(t *testing.T) {
	dead := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ETIMEDOUT)}
	for _, finished := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			client, server := newHalves()
			s := session.New(session.Config{Plain: true, Dial: func(context.Context, string, string) (net.Conn, error) {
				return brokenConn{client, dead}, nil
			}})
			ended := make(chan error, 1)
			go func() { ended <- s.Run(t.Context(), func(session.Event) {}) }()
			if finished {
				s.Finish()
				if n, err := server.Read(make([]byte, 1)); n > 0 || err == nil {
					t.Fatal("the client does not tell the end of input")
				}
			}
			server.Close()
			if err := <-ended; !errors.Is(err, syscall.ETIMEDOUT) {
				t.Errorf("finished %v: the end is %v, want that the link is dead", finished, err)
			}
		})
	}
}
