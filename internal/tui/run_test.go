//go:build unix

package tui

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/term"
)

// These variables make the test program a client that panics as soon as it wants to know
// the time, once a file is there.
const (
	panicAddress = "TUI_TEST_PANIC_ADDRESS"
	panicFile    = "TUI_TEST_PANIC_FILE"
)

func TestMain(m *testing.M) {
	address := os.Getenv(panicAddress)
	if address == "" {
		goleak.VerifyTestMain(m)
	}
	cfg := Config{Network: "tcp", Address: address, Title: "panics", In: os.Stdin, Out: os.Stdout}
	now := func() time.Time {
		if _, err := os.Stat(os.Getenv(panicFile)); err == nil {
			panic("a fault in the program")
		}
		return time.Now()
	}
	if err := run(context.Background(), cfg, now); err != nil {
		_, _ = io.WriteString(os.Stderr, err.Error())
		os.Exit(1) //nolint:forbidigo // this is a program's main
	}
}

// A paper is what a terminal was sent, and may be read while it grows.
type paper struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Write(b)
}

func (p *paper) await(t *testing.T, want string) string {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(10 * time.Second); ; <-look.C {
		p.mu.Lock()
		got := p.buf.String()
		p.mu.Unlock()
		if strings.Contains(got, want) {
			return got
		}
		if time.Now().After(deadline) {
			t.Fatalf("%q was not shown, but %q", want, got)
		}
	}
}

func TestPanicLeavesTheTerminalAsItWas(t *testing.T) {
	for name, provoke := range map[string]func(conn, keyboard io.Writer){
		"in the session": func(conn, _ io.Writer) { _, _ = io.WriteString(conn, "hello\n") },
		"in the model":   func(_, keyboard io.Writer) { _, _ = io.WriteString(keyboard, "hello\r") },
	} {
		t.Run(name, func(t *testing.T) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			keyboard, tty, err := pty.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer keyboard.Close()
			defer tty.Close()
			before, err := term.GetState(int(tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			if err := pty.Setsize(tty, &pty.Winsize{Cols: 80, Rows: 24}); err != nil {
				t.Fatal(err)
			}
			fault := filepath.Join(t.TempDir(), "fault")
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), panicAddress+"="+ln.Addr().String(), panicFile+"="+fault, "TERM=xterm-256color")
			cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
			shown := new(paper)
			go func() { _, _ = io.Copy(shown, keyboard) }() // ends when the terminal is closed
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			conn, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			shown.await(t, "[up]")
			if err := os.WriteFile(fault, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			provoke(conn, keyboard)
			got := shown.await(t, "a fault in the program")
			if err := cmd.Wait(); err == nil {
				t.Error("the exit code says that all is well")
			}
			got = shown.await(t, got)
			if alt := strings.LastIndex(got, ansi.ResetModeAltScreenSaveCursor); alt < strings.LastIndex(got, ansi.SetModeAltScreenSaveCursor) {
				t.Error("the alternate screen was not left")
			} else if strings.Contains(got[:alt], "a fault in the program") {
				t.Error("the fault was told where nobody can read it any more")
			}
			if strings.LastIndex(got, ansi.ShowCursor) < strings.LastIndex(got, ansi.HideCursor) {
				t.Error("the cursor is hidden")
			}
			if strings.LastIndex(got, ansi.SetModeAutoWrap) < strings.LastIndex(got, ansi.ResetModeAutoWrap) {
				t.Error("rows do not wrap")
			}
			if on := strings.LastIndex(got, ansi.SetModeFocusEvent); on < 0 || strings.LastIndex(got, ansi.ResetModeFocusEvent) < on {
				t.Error("the terminal was not asked to tell of its focus, or still tells")
			}
			after, err := term.GetState(int(tty.Fd()))
			if err != nil || *after != *before {
				t.Errorf("the terminal's mode is %v (%v), was %v", after, err, before)
			}
		})
	}
}
