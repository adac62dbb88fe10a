package admin_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/admin"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/server"
	"bcast/internal/wire"
)

// TestClientThatHangsHoldsNobody has some that ask and do not read, and some that do not
// finish asking, while the room talks.
func TestClientThatHangsHoldsNobody(t *testing.T) {
	v := open(t)
	talker, listener := v.dial(t, 1), v.dial(t, 2)
	for _, hang := range []string{"", "GET /v1/mem", strings.Repeat("GET /v1/members HTTP/1.1\r\nHost: x\r\n\r\n", 20_000)} {
		conn, err := net.Dial("unix", v.socket)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(conn, hang) // as much as it takes
	}
	for range 100 {
		say(t, talker, "hello\n")
		hears(t, listener, "hello\n")
	}
	if members, err := v.ask.Members(t.Context()); err != nil || len(members) != 2 {
		t.Errorf("members are %v, %v", members, err)
	}
	v.dial(t, 3)
}

// TestClientThatHangsIsGivenUp has time of its own.
func TestClientThatHangsIsGivenUp(t *testing.T) {
	for name, hang := range map[string]func(*testing.T, net.Conn){
		"says nothing":  func(*testing.T, net.Conn) {},
		"half a header": func(t *testing.T, conn net.Conn) { say(t, conn, "GET /v1/members HT") },
		"half a body": func(t *testing.T, conn net.Conn) {
			say(t, conn, "POST /v1/bans HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
		},
		"nothing after it":    func(t *testing.T, conn net.Conn) { askAndRead(t, conn) },
		"reads no answer":     func(t *testing.T, conn net.Conn) { say(t, conn, "GET /v1/members HTTP/1.1\r\nHost: x\r\n\r\n") },
		"header without end":  func(t *testing.T, conn net.Conn) { sayAll(conn, "GET / HTTP/1.1\r\nX: "+strings.Repeat("x", 1<<20)) },
		"request without end": func(t *testing.T, conn net.Conn) { sayAll(conn, "GET /"+strings.Repeat("x", 1<<20)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ln := newPipes()
				stop := serveControl(t, ln)
				conn := ln.dial()
				defer conn.Close()
				hang(t, conn)
				time.Sleep(time.Minute) // in the bubble: past every time-out
				_ = conn.SetDeadline(time.Now().Add(time.Millisecond))
				// What was written for it may still come; then the connection is closed.
				if _, err := io.Copy(io.Discard, conn); err != nil {
					t.Errorf("after a minute: %v", err)
				}
				stop()
			})
		})
	}
}

func askAndRead(t *testing.T, conn net.Conn) {
	t.Helper()
	say(t, conn, "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
	if status, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(status, "200 OK") {
		t.Errorf("the answer begins with %q, %v", status, err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	_, _ = io.Copy(io.Discard, conn) // the rest of the answer
	_ = conn.SetReadDeadline(time.Time{})
}

// sayAll writes as much as is taken, and reads what is said against it.
func sayAll(conn net.Conn, text string) {
	var reading sync.WaitGroup
	reading.Go(func() { _, _ = io.Copy(io.Discard, conn) })
	_, _ = io.WriteString(conn, text)
	reading.Wait()
}

// serveControl serves a Control of an empty room on ln.
func serveControl(t *testing.T, ln net.Listener) (stop func()) {
	t.Helper()
	r, err := room.New(room.Config{MaxChunk: peer.MaxChunk(wire.DefaultMaxLine), Backlog: room.DefaultBacklog})
	if err != nil {
		t.Fatal(err)
	}
	members, err := peer.New(peer.Config{Room: r, MaxLine: wire.DefaultMaxLine})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := server.New(server.Config{Handler: members})
	if err != nil {
		t.Fatal(err)
	}
	control, err := admin.NewControl(admin.ControlConfig{
		Server: srv, Members: members, Room: r, Stopping: make(chan struct{}),
		Reload: func(context.Context) ([]admin.Change, error) { return nil, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- control.Serve(ln) }() // stop waits for it
	return func() {
		control.Close(t.Context())
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		r.Close()
	}
}

// pipes is a listener whose connections have no buffers, and time as the test has it.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	close  func()
}

func newPipes() *pipes {
	closed := make(chan struct{})
	return &pipes{make(chan net.Conn), closed, sync.OnceFunc(func() { close(closed) })}
}

func (p *pipes) dial() net.Conn {
	near, far := net.Pipe()
	p.conns <- far
	return near
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.close()
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "control", Net: "unix"} }
