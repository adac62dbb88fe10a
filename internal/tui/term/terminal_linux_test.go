package term_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what should happen at once.
const patience = 10 * time.Second

// eventually looks until something is so.
func eventually(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(patience)
	for !isSo() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("waited for %s in vain", what)
		}
	}
}

// openTerminal returns both ends of a terminal: what a person sees, and what a program has.
func openTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, program, err := pty.Open()
	if err != nil {
		t.Fatal("no terminal: ", err)
	}
	t.Cleanup(func() {
		_ = person.Close()
		_ = program.Close()
	})
	return person, program
}

// modeOf returns the mode of a terminal.
func modeOf(t *testing.T, file *os.File) unix.Termios {
	t.Helper()
	conn, err := file.SyscallConn() // Fd would make its reads block
	if err != nil {
		t.Fatal(err)
	}
	var mode *unix.Termios
	if failed := conn.Control(func(fd uintptr) { mode, err = unix.IoctlGetTermios(int(fd), unix.TCGETS) }); failed != nil {
		t.Fatal(failed)
	}
	if err != nil {
		t.Fatal(err)
	}
	return *mode
}

// A process is a program on a terminal of its own, and what that shows.
type process struct {
	t       *testing.T
	cmd     *exec.Cmd
	person  *os.File
	before  unix.Termios
	read    chan struct{} // closed when there is nothing more to read
	reading sync.Mutex
	shown   string
}

// start runs a program; env is all of its environment.
func start(t *testing.T, program string, env ...string) *process {
	t.Helper()
	person, terminal := openTerminal(t)
	if err := pty.Setsize(person, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.Env = env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p := &process{t: t, cmd: cmd, person: person, before: modeOf(t, terminal), read: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = terminal.Close()
	go p.watch()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.read
		_ = cmd.Wait()
	})
	return p
}

// watch reads until the program has closed its end.
func (p *process) watch() {
	defer close(p.read)
	chunk := make([]byte, 1<<16)
	for {
		n, err := p.person.Read(chunk)
		p.reading.Lock()
		p.shown += string(chunk[:n])
		p.reading.Unlock()
		if err != nil {
			return
		}
	}
}

// output is all that was written to the terminal.
func (p *process) output() string {
	p.reading.Lock()
	defer p.reading.Unlock()
	return p.shown
}

func (p *process) press(keys string) {
	p.t.Helper()
	if _, err := p.person.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

// await waits until s is shown after what has been shown before, and returns where it ends.
func (p *process) await(s string, from int) int {
	p.t.Helper()
	at := -1
	defer func() {
		if at < 0 {
			p.t.Logf("shown: %q", p.output()[from:])
		}
	}()
	eventually(p.t, fmt.Sprintf("%q", s), func() bool {
		at = strings.Index(p.output()[from:], s)
		return at >= 0
	})
	return from + at + len(s)
}

// end waits for the program to end, and returns how.
func (p *process) end() error {
	p.t.Helper()
	select {
	case <-p.read:
	case <-time.After(patience):
		p.t.Fatalf("the program does not end; shown: %q", p.output())
	}
	return p.cmd.Wait()
}
