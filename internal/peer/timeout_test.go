package peer

import (
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

func TestOnlyOurOwnDeadlineIsATimeout(t *testing.T) {
	for _, test := range []struct {
		err  error
		want bool
	}{
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, true},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ETIMEDOUT)}, false},
		{syscall.ETIMEDOUT, false},
		{io.EOF, false},
		{nil, false},
	} {
		if got := isTimeout(test.err); got != test.want {
			t.Errorf("isTimeout(%v) is %v", test.err, got)
		}
	}
}
