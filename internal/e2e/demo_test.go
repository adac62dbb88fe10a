//go:build unix

package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
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
	cmd.Env = append(cmd.Env, "PORT="+strings.TrimPrefix(freePort(t), "127.0.0.1:"), "PATH="+scratch.dir+":"+os.Getenv("PATH"))
	run(t, cmd).wantExit(t, 0)
}
