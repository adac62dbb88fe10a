package server_test

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"bcast/internal/server"
)

// socketPath is relative: the full path of a test's directory can be longer than a
// Unix socket's path may be.
const socketPath = "socket"

func TestAUnixSocketIsServedAndGoesAwayOnClose(t *testing.T) {
	t.Chdir(t.TempDir())
	lns, err := listen(t, "unix", socketPath)
	if err != nil {
		t.Fatal(err)
	}
	start(t, newServer(t, server.Config{Handler: echo}), lns[0])
	client, err := net.Dial("unix", socketPath)
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, client)
	client.Close()

	lns[0].Close()
	if _, err := os.Lstat(socketPath); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there (%v)", err)
	}
}

func TestADeadUnixSocketIsReplaced(t *testing.T) {
	t.Chdir(t.TempDir())
	dead, err := net.Listen("unix", socketPath)
	if err != nil {
		t.Fatal(err)
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false)
	dead.Close()

	if _, err := listen(t, "unix", socketPath); err != nil {
		t.Fatal(err)
	}
	client, err := net.Dial("unix", socketPath)
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
}

func TestAUnixSocketThatAnswersIsInUse(t *testing.T) {
	t.Chdir(t.TempDir())
	live, err := listen(t, "unix", socketPath)
	if err != nil {
		t.Fatal(err)
	}
	_, err = listen(t, "unix", socketPath)
	if !errors.Is(err, server.ErrInUse) || !strings.Contains(err.Error(), socketPath) {
		t.Errorf("error %v, want one that %s is in use", err, socketPath)
	}
	// Listen has knocked once; the one that knocks next must still find the socket.
	for range 2 {
		client, err := net.Dial("unix", socketPath)
		if err != nil {
			t.Fatal(err)
		}
		client.Close()
		conn, err := live[0].Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		wantClosed(t, conn)
		conn.Close()
	}
}

func TestAUnixSocketOfAnotherKindIsInUse(t *testing.T) {
	t.Chdir(t.TempDir())
	datagrams, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socketPath, Net: "unixgram"})
	if err != nil {
		t.Skip(err) // this system has none
	}
	t.Cleanup(func() { _ = datagrams.Close() })
	if _, err := listen(t, "unix", socketPath); !errors.Is(err, server.ErrInUse) {
		t.Errorf("error %v, want one that %s is in use", err, socketPath)
	}
	if _, err := os.Lstat(socketPath); err != nil {
		t.Error(err)
	}
}

func TestAFileThatIsNotASocketIsLeftAlone(t *testing.T) {
	t.Chdir(t.TempDir())
	const content = "dear diary"
	if err := os.WriteFile("diary", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("directory", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"diary", "directory"} {
		if _, err := listen(t, "unix", path); !errors.Is(err, server.ErrNotSocket) || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want one that %s is not a socket", err, path)
		}
		if _, err := os.Lstat(path); err != nil {
			t.Error(err)
		}
	}
	if got, err := os.ReadFile("diary"); string(got) != content {
		t.Errorf("the file is %q now, %v", got, err)
	}
}
