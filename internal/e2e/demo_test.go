//go:build unix

package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// TestDemoSceneCanBePlayed is what the README's picture is made of, without pauses.
func TestDemoSceneCanBePlayed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"bash", "tmux", "nc"} {
		tool(t, name)
	}
	program(t, "bcast-server")
	scene := filepath.Join(root, "demo", "scene")
	if _, err := os.Stat(scene); err != nil { // so that go test knows when it has changed
		t.Fatal(err)
	}
	cmd := command(tool(t, "bash"), scene)
	cmd.Env = append(cmd.Env, fmt.Sprintf("PORT=%d", quietPort(t)), "PATH="+scratch.dir+":"+os.Getenv("PATH"))
	run(t, cmd).wantExit(t, 0)
}

// quietPort returns a port that nobody listens on, and that the system gives to nobody
// who asks for any, as all the other tests do.
func quietPort(t *testing.T) int {
	t.Helper()
	for range 100 {
		port := 10000 + rand.IntN(20000)
		l, err := net.Listen("tcp", fmt.Sprintf("localhost:%d", port))
		if err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}
