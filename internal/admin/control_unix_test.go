//go:build unix

package admin_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"sync"
	"testing"

	"bcast/internal/admin"
	"bcast/internal/server"
)

// TestSocketIsNobodyElses looks at the socket all the time while it is made.
func TestSocketIsNobodyElses(t *testing.T) {
	path := socketPath(t)
	stop := make(chan struct{})
	var looking sync.WaitGroup
	seen := 0
	looking.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			info, err := os.Lstat(path)
			if err != nil {
				continue
			}
			seen++
			if info.Mode().Perm()&0o077 != 0 {
				t.Errorf("for a moment it is %v", info.Mode())
				<-stop
				return
			}
		}
	})
	for range 500 {
		ln, err := admin.ListenControl(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode() != fs.ModeSocket|0o600 {
			t.Fatalf("the socket is %v, %v", info, err)
		}
		ln.Close()
	}
	close(stop)
	looking.Wait()
	if seen == 0 {
		t.Error("nobody has looked")
	}
}

func TestDeadSocketIsReplacedAndALiveOneIsNot(t *testing.T) {
	path := socketPath(t)
	live, err := admin.ListenControl(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if ln, err := admin.ListenControl(t.Context(), path); !errors.Is(err, server.ErrInUse) {
		t.Errorf("beside a live one: %v, %v", ln, err)
	}
	live.(*net.UnixListener).SetUnlinkOnClose(false) // as if it had been killed
	live.Close()
	again, err := admin.ListenControl(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()

	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if ln, err := admin.ListenControl(t.Context(), path); !errors.Is(err, server.ErrNotSocket) {
		t.Errorf("in the place of a file: %v, %v", ln, err)
	}
}

// TestClientSaysWhyNobodyAnswers leaves the words to who asked.
func TestClientSaysWhyNobodyAnswers(t *testing.T) {
	path := socketPath(t)
	if _, err := admin.NewClient(path).Status(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a socket: %v", err)
	}
}
