package pipe_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"bcast/internal/pipe"
	"bcast/internal/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what should happen at once.
const patience = 10 * time.Second

// A buffer is an output that may be looked at while it grows.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
	err error
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return 0, b.err
	}
	return b.buf.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *buffer) wait(t *testing.T, want string) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); b.String() != want; <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("the output is %q, want %q", b, want)
		}
	}
}

// A server answers one connection at a time with what a test tells it.
type server struct{ net.Listener }

func newServer(t *testing.T) server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return server{ln}
}

func (s server) accept(t *testing.T) *net.TCPConn {
	t.Helper()
	_ = s.Listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	conn, err := s.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn.(*net.TCPConn)
}

// run starts a pipe in the plain dialect to s and returns how it ends.
func (s server) run(ctx context.Context, cfg pipe.Config) <-chan error {
	cfg.Plain = true
	return s.start(ctx, cfg)
}

// start starts a pipe to s and returns how it ends.
func (s server) start(ctx context.Context, cfg pipe.Config) <-chan error {
	cfg.Network, cfg.Address = "tcp", s.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- pipe.Run(ctx, cfg) }()
	return ended
}

func wait(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		t.Fatal("the pipe does not end")
		return nil
	}
}

func TestInputArrivesByteForByte(t *testing.T) {
	for name, input := range map[string]string{
		"lines":      "one\ntwo\n",
		"a rest":     "one\ntwo",
		"nothing":    "",
		"any bytes":  "\x00\xff\r\n\x1b[31m\n\x01",
		"long lines": strings.Repeat(strings.Repeat("x", 100_000)+"\n", 3) + strings.Repeat("y", 200_000),
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			var out buffer
			ended := s.run(t.Context(), pipe.Config{In: strings.NewReader(input), Out: &out})
			conn := s.accept(t)
			if got, err := io.ReadAll(conn); string(got) != input || err != nil {
				t.Errorf("the server got %d bytes (%v), want the %d of the input", len(got), err, len(input))
			}
			fmt.Fprint(conn, "\x1b[2Jwhile it waits\r\n\xffrest")
			conn.Close()
			if err := wait(t, ended); err != nil {
				t.Errorf("the pipe ended with %v", err)
			}
			if want := "\x1b[2Jwhile it waits\r\n\xffrest"; out.String() != want {
				t.Errorf("the output is %q, want the very bytes %q", out.String(), want)
			}
		})
	}
}

func TestNameStandsBeforeEachLine(t *testing.T) {
	long := strings.Repeat("x", 150_000)
	for input, want := range map[string]string{
		"one\ntwo\n":       "alice: one\nalice: two\n",
		"\n\n":             "alice: \nalice: \n",
		"rest":             "alice: rest",
		"":                 "",
		long + "\nshort\n": "alice: " + long + "\nalice: short\n",
	} {
		s := newServer(t)
		ended := s.run(t.Context(), pipe.Config{In: strings.NewReader(input), Out: io.Discard, Name: "alice"})
		conn := s.accept(t)
		if got, err := io.ReadAll(conn); string(got) != want || err != nil {
			t.Errorf("input %.20q: the server got %.40q (%v), want %.40q", input, got, err, want)
		}
		conn.Close()
		if err := wait(t, ended); err != nil {
			t.Errorf("the pipe ended with %v", err)
		}
	}
}

func TestContract12_TerminalGetsCleanLines(t *testing.T) {
	s := newServer(t)
	var out buffer
	ended := s.run(t.Context(), pipe.Config{In: strings.NewReader(""), Out: &out, Terminal: true})
	conn := s.accept(t)
	if _, err := io.ReadAll(conn); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "\x1b]0;evil\x07\r\nこんにちは\nrest\x9b")
	conn.Close()
	if err := wait(t, ended); err != nil {
		t.Errorf("the pipe ended with %v", err)
	}
	if want := "␛]0;evil␇\nこんにちは\nrest\uFFFD\n"; out.String() != want {
		t.Errorf("the output is %q, want %q", out.String(), want)
	}
}

func TestServerThatClosesEarlyLeavesInput(t *testing.T) {
	for name, interactive := range map[string]bool{"from a pipe": false, "typed by a person": true} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			in, typing := io.Pipe()
			defer typing.Close()
			ended := s.run(t.Context(), pipe.Config{In: in, Out: io.Discard, Interactive: interactive})
			conn := s.accept(t)
			fmt.Fprintln(conn, "a line")
			conn.Close()
			err := wait(t, ended)
			if interactive && err != nil {
				t.Errorf("a person who typed nothing sees %v", err)
			}
			if !interactive && (!errors.Is(err, pipe.ErrInputLeft) || !errors.Is(err, session.ErrServerClosed)) {
				t.Errorf("the pipe ended with %v, want both why and that input is left", err)
			}
		})
	}
}

func TestWhoIsTurnedAwayIsToldSo(t *testing.T) {
	for name, interactive := range map[string]bool{"from a pipe": false, "typed by a person": true} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			in, typing := io.Pipe()
			defer typing.Close()
			ended := s.run(t.Context(), pipe.Config{In: in, Out: io.Discard, Interactive: interactive})
			s.accept(t).Close()
			if err := wait(t, ended); !errors.Is(err, session.ErrTurnedAway) {
				t.Errorf("the pipe ended with %v", err)
			}
		})
	}
}

func TestFollowGoesOnAfterTheInputAndABreak(t *testing.T) {
	s := newServer(t)
	var out buffer
	events := make(chan session.Event, 10)
	ctx, interrupt := context.WithCancel(t.Context())
	ended := s.run(ctx, pipe.Config{
		In: strings.NewReader("hi\n"), Out: &out, Follow: true,
		Notify: func(event session.Event) { events <- event },
	})
	conn := s.accept(t)
	if _, err := io.ReadFull(conn, make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "one\n")
	out.wait(t, "one\n")
	conn.Close()
	conn = s.accept(t)
	fmt.Fprint(conn, "two\n")
	out.wait(t, "one\ntwo\n")
	if _, ok := (<-events).(session.Disconnected); !ok {
		t.Error("nobody was told of the break")
	}
	if _, ok := (<-events).(session.Connected); !ok {
		t.Error("nobody was told that it is over")
	}
	interrupt()
	if err := wait(t, ended); err != nil {
		t.Errorf("following ended with %v", err)
	}
}

func TestInterruptTellsOfLinesThatAreLeft(t *testing.T) {
	s := newServer(t)
	in, typing := io.Pipe()
	defer typing.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	lost := make(chan session.Event, 10)
	ended := s.run(ctx, pipe.Config{
		In: in, Out: io.Discard, Follow: true,
		Notify: func(event session.Event) { lost <- event },
	})
	conn := s.accept(t)
	s.Close()
	conn.Close()
	<-lost
	for range 2 { // when the second is read, the first is in the outbox
		fmt.Fprint(typing, "line\n")
	}
	interrupt()
	if err := wait(t, ended); !errors.Is(err, pipe.ErrInputLeft) {
		t.Errorf("the pipe ended with %v, want to be told of the lines that are left", err)
	}
}

func TestOutputThatFailsEndsThePipe(t *testing.T) {
	s := newServer(t)
	broken := errors.New("disk full")
	ended := s.run(t.Context(), pipe.Config{In: strings.NewReader(""), Out: &buffer{err: broken}, Follow: true})
	fmt.Fprint(s.accept(t), "line\n")
	if err := wait(t, ended); !errors.Is(err, broken) {
		t.Errorf("the pipe ended with %v, want %v", err, broken)
	}
}

func TestInputThatFailsEndsThePipe(t *testing.T) {
	s := newServer(t)
	broken := errors.New("disk gone")
	in, typing := io.Pipe()
	ended := s.run(t.Context(), pipe.Config{In: in, Out: io.Discard})
	s.accept(t)
	typing.CloseWithError(broken)
	if err := wait(t, ended); !errors.Is(err, broken) {
		t.Errorf("the pipe ended with %v, want %v", err, broken)
	}
}
