package session_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"bcast/internal/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what should happen at once.
const patience = 10 * time.Second

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

func accept(t *testing.T, ln net.Listener) *net.TCPConn {
	t.Helper()
	_ = ln.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn.(*net.TCPConn)
}

// A client is a session that runs, and what its handler was told.
type client struct {
	*session.Session
	events chan string
	ended  chan error
	stop   context.CancelFunc
}

func start(t *testing.T, ln net.Listener, change func(*session.Config)) *client {
	t.Helper()
	cfg := session.Config{Network: "tcp", Address: ln.Addr().String(), Plain: true}
	if change != nil {
		change(&cfg)
	}
	ctx, stop := context.WithCancel(t.Context())
	c := &client{Session: session.New(cfg), events: make(chan string, 10000), ended: make(chan error, 1), stop: stop}
	go func() {
		c.ended <- c.Run(ctx, func(event session.Event) {
			switch event := event.(type) {
			case session.Connected:
				c.events <- "connected"
			case session.Received:
				c.events <- "received " + string(event.Data)
			case session.Disconnected:
				c.events <- fmt.Sprint("disconnected ", event.Attempt)
			}
		})
	}()
	t.Cleanup(stop)
	return c
}

func (c *client) want(t *testing.T, events ...string) {
	t.Helper()
	for _, want := range events {
		select {
		case got := <-c.events:
			if got != want {
				t.Fatalf("event %q, want %q", got, want)
			}
		case <-time.After(patience):
			t.Fatalf("no event, want %q", want)
		}
	}
}

func (c *client) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-c.ended:
		return err
	case <-time.After(patience):
		t.Fatal("the session does not end")
		return nil
	}
}

func (c *client) send(t *testing.T, chunk string) {
	t.Helper()
	if _, err := c.Send(t.Context(), []byte(chunk)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, conn net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(conn, got); err != nil || string(got) != want {
		t.Fatalf("the server read %q (%v), want %q", got[:n], err, want)
	}
}

func TestFinishedSessionEndsWhenTheServerCloses(t *testing.T) {
	ln := listen(t)
	c := start(t, ln, nil)
	server := accept(t, ln)
	c.want(t, "connected")
	c.send(t, "one\ntwo\n")
	c.send(t, "rest")
	c.Finish()
	if got, err := io.ReadAll(server); string(got) != "one\ntwo\nrest" || err != nil {
		t.Errorf("the server read %q, %v; want all that was sent, then the end", got, err)
	}
	fmt.Fprint(server, "answer\n")
	c.want(t, "received answer\n")
	server.Close()
	if err := c.end(t); err != nil || c.Pending() != 0 {
		t.Errorf("the session ended with %v and %d lines pending", err, c.Pending())
	}
}

func TestFinishedSessionEndsWhenTheServerIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const silence = time.Second
		b := run(t, func(cfg *session.Config) { cfg.Plain, cfg.Silence = true, silence })
		f := b.accept(t)
		b.Finish()
		b.want(t, "plain")
		begin := time.Now()
		for i := range 8 { // a server that talks on is not silent
			time.Sleep(silence * 3 / 4) // in the bubble
			f.write(fmt.Sprintf("%d\n", i))
			b.want(t, fmt.Sprintf("received %d\n", i))
		}
		if err := b.end(t); err != nil {
			t.Errorf("the session ended with %v", err)
		}
		if took := time.Since(begin); took != silence*8*3/4+silence {
			t.Errorf("it ended after %v, want %v of silence at the end", took, silence)
		}
	})
}

func TestSessionThatWasNotFinishedSaysWhyItEnded(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(*net.TCPConn)
		want error
	}{
		"closed": {func(c *net.TCPConn) { c.Close() }, session.ErrServerClosed},
		"reset":  {func(c *net.TCPConn) { _ = c.SetLinger(0); c.Close() }, syscall.ECONNRESET},
	} {
		t.Run(name, func(t *testing.T) {
			ln := listen(t)
			c := start(t, ln, nil)
			server := accept(t, ln)
			c.want(t, "connected")
			test.end(server)
			if err := c.end(t); !errors.Is(err, test.want) {
				t.Errorf("the session ended with %v, want %v", err, test.want)
			}
		})
	}
}

func TestFirstConnectionThatCannotBeMadeIsAnError(t *testing.T) {
	ln := listen(t)
	ln.Close()
	c := start(t, ln, func(cfg *session.Config) { cfg.Reconnect = true })
	var dial *session.DialError
	if err := c.end(t); !errors.As(err, &dial) || dial.Address != ln.Addr().String() {
		t.Errorf("the session ended with %v, want a DialError that names the address", err)
	}
}

func TestReconnectSendsWhatWasKept(t *testing.T) {
	ln := listen(t)
	c := start(t, ln, func(cfg *session.Config) { cfg.Reconnect = true })
	first := accept(t, ln)
	c.want(t, "connected")
	c.send(t, "before\n")
	read(t, first, "before\n")
	first.Close()
	c.want(t, "disconnected 1")
	c.send(t, "meanwhile 1\n")
	c.send(t, "meanwhile 2\n")
	second := accept(t, ln)
	c.want(t, "connected")
	read(t, second, "meanwhile 1\nmeanwhile 2\n")
	c.stop()
	if err := c.end(t); !errors.Is(err, context.Canceled) {
		t.Errorf("the session ended with %v", err)
	}
}

func TestLineThatABreakCutIsSentAgainWhole(t *testing.T) {
	ln := listen(t)
	c := start(t, ln, func(cfg *session.Config) { cfg.Reconnect = true })
	first := accept(t, ln)
	_ = first.SetReadBuffer(4096)
	var all []string
	for i := range 200 { // more than the system's buffers take
		all = append(all, fmt.Sprintf("%04d %s\n", i, strings.Repeat("x", 60_000)))
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for _, line := range all {
			c.send(t, line)
		}
		c.Finish()
	}()
	read(t, first, all[0])
	_ = first.SetLinger(0)
	first.Close()
	second := accept(t, ln)
	got, err := io.ReadAll(second)
	if err != nil {
		t.Fatal(err)
	}
	<-sent
	lines := strings.SplitAfter(string(got), "\n")
	lines = lines[:len(lines)-1]
	if from := slices.Index(all, lines[0]); from < 1 || !slices.Equal(all[from:], lines) {
		t.Errorf("the second connection got %d lines from %d on, want the rest, whole and in order", len(lines), from)
	}
	second.Close()
	if err := c.end(t); err != nil {
		t.Errorf("the session ended with %v", err)
	}
}

func TestOutboxIsBounded(t *testing.T) {
	s := session.New(session.Config{Network: "tcp", Address: "127.0.0.1:1", MaxPending: 10})
	for range 5 {
		if _, err := s.Send(t.Context(), []byte("line\n")); err != nil {
			t.Fatal(err)
		}
		if _, ok := s.Offer([]byte("line\n")); !ok {
			t.Fatal("an outbox with room did not take what was offered")
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Send(ctx, []byte("one more\n")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Send into a full outbox: %v, want it to wait", err)
	}
	if _, ok := s.Offer([]byte("one more\n")); ok {
		t.Error("a full outbox took what was offered")
	}
	if s.Pending() != 10 {
		t.Errorf("%d lines pending, want 10", s.Pending())
	}
}

func TestOutboxIsBoundedInBytes(t *testing.T) {
	s := session.New(session.Config{Network: "tcp", Address: "127.0.0.1:1"})
	large := bytes.Repeat([]byte("x"), 5<<20)
	if _, ok := s.Offer(large); !ok {
		t.Fatal("an empty outbox did not take what was offered")
	}
	if _, ok := s.Offer(large); ok {
		t.Error("an outbox took more than 8 MiB")
	}
	if _, ok := s.Offer([]byte("small\n")); !ok {
		t.Error("an outbox with room did not take what was offered")
	}
}

func TestChunkOfMoreLinesThanTheOutboxHoldsPasses(t *testing.T) {
	ln := listen(t)
	c := start(t, ln, func(cfg *session.Config) { cfg.MaxPending = 10 })
	server := accept(t, ln)
	chunk := strings.Repeat("x\n", 1000)
	c.send(t, chunk)
	c.send(t, chunk)
	c.Finish()
	if got, err := io.ReadAll(server); string(got) != chunk+chunk {
		t.Errorf("the server read %d bytes (%v), want %d", len(got), err, 2*len(chunk))
	}
	server.Close()
	if err := c.end(t); err != nil {
		t.Error(err)
	}
}

func TestEverythingReceivedIsHandedOverInOrder(t *testing.T) {
	ln := listen(t)
	var got bytes.Buffer
	s := session.New(session.Config{Network: "tcp", Address: ln.Addr().String(), Plain: true})
	ended := make(chan error, 1)
	go func() {
		ended <- s.Run(t.Context(), func(event session.Event) {
			if received, ok := event.(session.Received); ok {
				got.Write(received.Data)
			}
		})
	}()
	server := accept(t, ln)
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	if _, err := server.Write(want); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if err := <-ended; !errors.Is(err, session.ErrServerClosed) || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got %d bytes and %v, want %d and the server's close", got.Len(), err, len(want))
	}
}
