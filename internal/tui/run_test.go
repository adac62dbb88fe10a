//go:build unix

package tui

import (
	"bufio"
	"bytes"
	"context"
	"errors"
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

	"bcast/internal/session"
	"bcast/internal/wire"
)

// These variables make the test program a client that panics once a file is there: when it
// wants to know the time, or has read, or is to write.
const (
	panicAddress = "TUI_TEST_PANIC_ADDRESS"
	panicFile    = "TUI_TEST_PANIC_FILE"
	panicAt      = "TUI_TEST_PANIC_AT"
)

// mayPanic is where the test program may.
func mayPanic(at string) {
	if _, err := os.Stat(os.Getenv(panicFile)); err == nil && os.Getenv(panicAt) == at {
		panic("a fault in the program")
	}
}

// A faultyConn is the test program's connection.
type faultyConn struct{ net.Conn }

func (c faultyConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	mayPanic("read")
	return n, err
}

func (c faultyConn) Write(p []byte) (int, error) {
	mayPanic("write")
	return c.Conn.Write(p)
}

func TestMain(m *testing.M) {
	address := os.Getenv(panicAddress)
	if address == "" {
		goleak.VerifyTestMain(m)
	}
	cfg := Config{
		Network: "tcp", Address: address, Title: "panics", Plain: true, In: os.Stdin, Out: os.Stdout,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return faultyConn{conn}, err
		},
	}
	now := func() time.Time {
		mayPanic("time")
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

func TestGoroutinesOfTheBoardAreRescued(t *testing.T) {
	fault := func() time.Time { panic("a fault in the program") }
	for name, provoke := range map[string]func(*testing.T, *board){
		"what calls the person": func(t *testing.T, b *board) {
			end := b.serve(Config{}, nil, faultyBell{})
			b.calls.notices <- "hello"
			t.Cleanup(func() { _ = end() })
		},
		"what keeps the history": func(t *testing.T, b *board) {
			folder := filepath.Join(t.TempDir(), "state")
			k, _ := openKeeper(filepath.Join(folder, "history"), b)
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
			b.now = fault
			k.put("hello")
			t.Cleanup(k.close)
		},
		"what saves": func(_ *testing.T, b *board) {
			b.feed = nil
			b.save("/")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBoard(time.Now)
			rescued := make(chan any, 1)
			b.rescue = func() { rescued <- recover() }
			provoke(t, b)
			if reason := <-rescued; reason == nil {
				t.Error("there was no panic to rescue from")
			}
		})
	}
}

// openTerminal opens what Run connects to, and a terminal, whose other end is the keyboard.
func openTerminal(t *testing.T) (ln net.Listener, keyboard, tty *os.File) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	keyboard, tty, err = pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close(); tty.Close() })
	return ln, keyboard, tty
}

func TestTerminalIsNotTakenForAConnectionThatIsLostBeforeTheWelcome(t *testing.T) {
	ln, keyboard, tty := openTerminal(t)
	served := make(chan error, 1)
	go func() { // greets, and is gone before the welcome
		conn, err := ln.Accept()
		if err == nil {
			greeting := wire.AppendGreeting(nil, wire.Greeting{Epoch: "e1", Challenge: "0123456789abcdef"})
			_, err = conn.Write(greeting)
			_, readErr := bufio.NewReader(conn).ReadString('\n')
			err = errors.Join(err, readErr, conn.Close())
		}
		served <- err
	}()
	err := Run(t.Context(), Config{Network: "tcp", Address: ln.Addr().String(), Title: "x", Name: "alice", In: tty, Out: tty})
	if !errors.Is(err, session.ErrServerClosed) {
		t.Errorf("the error is %v", err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if _, err := io.WriteString(tty, "that is all"); err != nil {
		t.Fatal(err)
	}
	shown := make([]byte, 1000)
	n, err := keyboard.Read(shown)
	if got := string(shown[:n]); got != "that is all" {
		t.Errorf("the terminal was sent %q (%v)", got, err)
	}
}

// A faultyBell panics instead of ringing.
type faultyBell struct{}

func (faultyBell) Bell()         { panic("a fault in the program") }
func (faultyBell) Notify(string) {}

func TestPanicLeavesTheTerminalAsItWas(t *testing.T) {
	hear := func(conn, _ io.Writer) { _, _ = io.WriteString(conn, "hello\n") }
	say := func(_, keyboard io.Writer) { _, _ = io.WriteString(keyboard, "hello\r") }
	for name, test := range map[string]struct {
		at      string
		provoke func(conn, keyboard io.Writer)
	}{
		"in the session": {"time", hear},
		"in the model":   {"time", say},
		"in the reader":  {"read", hear},
		"in the sender":  {"write", say},
	} {
		t.Run(name, func(t *testing.T) {
			ln, keyboard, tty := openTerminal(t)
			before, err := term.GetState(int(tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			if err := pty.Setsize(tty, &pty.Winsize{Cols: 80, Rows: 24}); err != nil {
				t.Fatal(err)
			}
			fault := filepath.Join(t.TempDir(), "fault")
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), panicAddress+"="+ln.Addr().String(), panicFile+"="+fault, panicAt+"="+test.at, "TERM=xterm-256color")
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
			test.provoke(conn, keyboard)
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
