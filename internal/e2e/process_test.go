//go:build unix

package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what should come at once: long enough
// for a busy machine with the race detector.
const patience = 20 * time.Second

// await looks until done, and fails the test with what is missing when patience
// is over.
func await(t *testing.T, done func() bool, missing func() string) {
	t.Helper()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(patience); !done(); <-look.C {
		if time.Now().After(deadline) {
			t.Fatal(missing())
		}
	}
}

// An output collects what a process writes or a connection receives.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// since returns what came after the first n bytes.
func (o *output) since(n int) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.buf.Bytes()[n:])
}

func (o *output) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Len()
}

// await waits for text somewhere in the output.
func (o *output) await(t *testing.T, text string) {
	t.Helper()
	await(t, func() bool { return strings.Contains(o.String(), text) },
		func() string { return fmt.Sprintf("%q did not come, but %s", text, quote(o.String())) })
}

// awaitAll waits for as much as all is, and checks that all and nothing else has
// come.
func (o *output) awaitAll(t *testing.T, all string) {
	t.Helper()
	await(t, func() bool { return o.len() >= len(all) },
		func() string { return fmt.Sprintf("came: %s\nwant: %s", quote(o.String()), quote(all)) })
	if got := o.String(); got != all {
		t.Fatalf("came: %s\nwant: %s", quote(got), quote(all))
	}
}

// quote shortens what nobody would read.
func quote(s string) string {
	const most = 2000
	if len(s) > most {
		return fmt.Sprintf("%q and so on, %d bytes", s[:most], len(s))
	}
	return fmt.Sprintf("%q", s)
}

// A process is a program that runs for one test.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser // of runTyped: open until the test closes it
	stdout *output        // nil where the test has another use for it
	stderr *output
	exited chan struct{}

	signalled bool // by the test
}

// command is a program that does not know the settings of whoever runs the tests, and
// keeps its history elsewhere.
func command(path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Env = []string{"GORACE=atexit_sleep_ms=0"} // the race detector waits for a second before an exit
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "BCAST_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	own := scratchPath()
	cmd.Env = append(cmd.Env, "XDG_CONFIG_HOME="+own, "XDG_STATE_HOME="+own)
	return cmd
}

// run starts cmd, with nothing on its stdin unless cmd says what, and collects
// what it writes. It is killed when the test ends.
func run(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, stderr: new(output), exited: make(chan struct{})}
	if cmd.Stdout == nil {
		p.stdout = new(output)
		cmd.Stdout = p.stdout
	}
	cmd.Stderr = p.stderr
	cmd.WaitDelay = time.Second // children of its own may hold its streams open
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { // the cleanup waits for it
		defer close(p.exited)
		_ = cmd.Wait() // cmd.ProcessState tells
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.exited
		if said := p.stderr.String(); t.Failed() && said != "" {
			t.Logf("stderr of %s:\n%s", p, said)
		}
	})
	return p
}

// runTyped starts cmd with a stdin that stays open until the test closes it, as
// when a person types.
func runTyped(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := run(t, cmd)
	p.stdin = stdin
	return p
}

func (p *process) String() string {
	return strings.Join(append([]string{filepath.Base(p.cmd.Path)}, p.cmd.Args[1:]...), " ")
}

// say types text.
func (p *process) say(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(p.stdin, text); err != nil {
		t.Fatalf("%s does not take %s: %v", p, quote(text), err)
	}
}

func (p *process) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	p.signalled = true
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatalf("send %v to %s: %v", signal, p, err)
	}
}

func (p *process) running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// wait waits for the end of the process.
func (p *process) wait(t *testing.T) {
	t.Helper()
	await(t, func() bool { return !p.running() }, func() string { return fmt.Sprintf("%s does not end", p) })
}

// wantExit waits for the end of the process and checks its exit code.
func (p *process) wantExit(t *testing.T, code int) {
	t.Helper()
	p.wait(t)
	if state := p.cmd.ProcessState; state.ExitCode() != code {
		t.Errorf("%s: %v, want exit status %d\nstderr: %s", p, state, code, p.stderr)
	}
}

// wantKilled waits for the end of the process and checks that signal was it.
func (p *process) wantKilled(t *testing.T, signal syscall.Signal) {
	t.Helper()
	p.wait(t)
	if status := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != signal {
		t.Errorf("%s: %v, want the end by %v", p, p.cmd.ProcessState, signal)
	}
}

// packages says where Debian has the tools.
var packages = map[string]string{
	"nc":             "netcat-openbsd",
	"nc.openbsd":     "netcat-openbsd",
	"nc.traditional": "netcat-traditional",
	"ncat":           "ncat",
	"socat":          "socat",
	"grep":           "grep",
	"head":           "coreutils",
	"tee":            "coreutils",
	"tmux":           "tmux",
	"curl":           "curl",
	"pkill":          "procps",
	"jq":             "jq",
	"od":             "coreutils",
	"bash":           "bash",
	"python3":        "python3",

	"kill":                    "procps",
	"openssl":                 "openssl",
	"install":                 "coreutils",
	"systemctl":               "systemd",
	"systemd-analyze":         "systemd",
	"systemd-socket-activate": "systemd",
	"chromium":                "chromium",
	"sh":                      "dash",
	"nice":                    "coreutils",
}

// tool returns the path of a program that people use with bcast. Without it the
// test is skipped, but not on the CI, which installs them all.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is missing: .ci/run is to install %s", name, packages[name])
	default:
		t.Skipf("%s is not installed: apt-get install %s", name, packages[name])
	}
	return ""
}
