// Package scripts runs the scripts of a command's tests, testdata/script: what the command
// says about itself and about how it is called. Only tests import it.
package scripts

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// Main is a command's TestMain: the scripts call the command's main by its name. It does not
// return.
func Main(m *testing.M, name string, main func()) {
	testscript.Main(isolated{m}, map[string]func(){name: main})
}

// isolated runs tests that know nothing of the settings of whoever runs them, and
// leave nothing with them.
type isolated struct{ *testing.M }

func (m isolated) Run() int {
	dir, err := os.MkdirTemp("", "bcast")
	defer func() { _ = os.RemoveAll(dir) }() // what is left is in the folder for such
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "BCAST_") {
			err = errors.Join(err, os.Unsetenv(name))
		}
	}
	err = errors.Join(err,
		os.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config")),
		os.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state")))
	if err != nil {
		panic(err)
	}
	return m.M.Run()
}

// Run runs the scripts.
func Run(t *testing.T) {
	t.Helper()
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Condition:           condition,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "home", "config"))
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "home", "state"))
			env.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector waits for a second before an exit
			complete, err := filepath.Abs("../../internal/config/testdata/complete")
			env.Setenv("COMPLETE", complete)
			return errors.Join(err, os.Mkdir(env.Getenv("HOME"), 0o700))
		},
	})
}

// condition makes [tool:name] of the scripts true where a program is installed that a
// script needs. On the CI, which installs them all, it has to be.
func condition(condition string) (bool, error) {
	name, ok := strings.CutPrefix(condition, "tool:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", condition)
	}
	_, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		return false, fmt.Errorf("%s is missing: .ci/run is to install it", name)
	}
	return err == nil, nil
}

// exits is a command of the scripts: "exits 2 program arguments" is exec, and
// checks the exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	err = ts.Exec(args[1], args[2:]...)
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit status %d, want %d", code, want)
	}
}
