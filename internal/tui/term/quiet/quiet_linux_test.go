package quiet_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestImportingBubbleTeaAsksTheTerminal(t *testing.T) { // or there is nothing to keep quiet
	program := startBare(t, build(t, "./testdata/loud"), "TERM=xterm-256color")
	said := make([]byte, 256)
	n, err := program.Read(said)
	if err != nil || !bytes.HasPrefix(said[:n], []byte("\x1b]11;?")) {
		t.Fatalf("it said %q, %v; if it no longer asks, package quiet can go", said[:n], err)
	}
}

func TestATerminalThatDoesNotAnswerIsNotAsked(t *testing.T) {
	program := build(t, "./testdata/quiet")
	for _, test := range []struct {
		name string
		env  []string
		want string
	}{
		{"TERM is set", []string{"TERM=xterm-256color"}, `TERM="xterm-256color" true`},
		{"TERM is empty", []string{"TERM="}, `TERM="" true`},
		{"TERM is not set", []string{}, `TERM="" false`},
	} {
		t.Run(test.name, func(t *testing.T) {
			begin := time.Now()
			said := readAll(startBare(t, program, test.env...))
			if said != test.want+"\r\n" {
				t.Errorf("it said %q, want %q", said, test.want)
			}
			if took := time.Since(begin); took > time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func build(t *testing.T, pkg string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, pkg).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// startBare runs a program on a terminal that does not answer, and returns what that shows. env is all of its
// environment.
func startBare(t *testing.T, program string, env ...string) *os.File {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = env
	shown, err := pty.StartWithAttrs(cmd, nil, &syscall.SysProcAttr{Setsid: true, Setctty: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = shown.Close()
	})
	return shown
}

// readAll reads until the program has ended, which a terminal reports as an error.
func readAll(shown *os.File) string {
	var said strings.Builder
	chunk := make([]byte, 256)
	for {
		n, err := shown.Read(chunk)
		said.Write(chunk[:n])
		if err != nil {
			return said.String()
		}
	}
}
