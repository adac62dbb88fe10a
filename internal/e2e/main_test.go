//go:build unix

package e2e_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// root is the module's folder, seen from this package's.
const root = "../.."

// scratch is a folder for programs and sockets: the paths of t.TempDir are too
// long for a socket's address.
var scratch struct {
	dir  string
	used atomic.Int64
}

// besiege is what a process of attackers does, which a siege has started with an order; nil
// where there are no sieges.
var besiege func(order string) error

func TestMain(m *testing.M) {
	if order := os.Getenv("SIEGE"); order != "" {
		if err := besiege(order); err != nil {
			panic(err)
		}
		return
	}
	dir, err := os.MkdirTemp("", "bcast")
	if err != nil {
		panic(err)
	}
	scratch.dir = dir
	defer os.RemoveAll(dir)
	// Under nohup, what the tests start would ignore a hang-up too. What is caught here is
	// not ignored there.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	m.Run()
}

// scratchPath returns a short path where nothing is yet.
func scratchPath() string {
	return filepath.Join(scratch.dir, strconv.FormatInt(scratch.used.Add(1), 10))
}

// program returns the path of bcast-server or bcast-client.
func program(t *testing.T, name string) string {
	t.Helper()
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(scratch.dir, name)
}

// build makes both programs, with the race detector if the tests have it. The
// first test that needs one does it, and not TestMain: go test repeats a result
// until something changes that a test has looked at, and what go build reads it
// does not see. So the test looks at every folder of source.
var build = sync.OnceValue(func() error {
	for _, dir := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(_ string, _ fs.DirEntry, err error) error { return err })
		if err != nil {
			return err
		}
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		if _, err := os.Stat(filepath.Join(root, file)); err != nil {
			return err
		}
	}
	for name, pkg := range map[string]string{"bcast-server": "./cmd/server", "bcast-client": "./cmd/client"} {
		args := []string{"build", "-buildvcs=false", "-o", filepath.Join(scratch.dir, name)}
		if withRace() {
			args = append(args, "-race")
		}
		cmd := exec.Command("go", append(args, pkg)...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", name, err, out)
		}
	}
	return nil
})

func withRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
