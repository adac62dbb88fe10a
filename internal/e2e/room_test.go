//go:build unix

package e2e_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A room is a bcast-server that runs.
type room struct {
	*process
	tcp, unix string // where it listens
}

// listening is what the log says of each listener: its address, and what to type.
var listening = regexp.MustCompile(`msg=listening address=(\S+) join="([^"]+)"`)

// openRoom starts a server on a port of 127.0.0.1 and a Unix socket. It is
// stopped when the test ends, and has to end well.
func openRoom(t *testing.T, flags ...string) *room {
	t.Helper()
	return openRoomAt(t, "127.0.0.1:0", scratchPath(), flags...)
}

// openRoomAt starts a server where the test says.
func openRoomAt(t *testing.T, tcp, unix string, flags ...string) *room {
	t.Helper()
	return openRoomOf(t, 2, tcp, unix, flags...)
}

// openRoomOf is openRoomAt for a server with more listeners than these two.
func openRoomOf(t *testing.T, listeners int, tcp, unix string, flags ...string) *room {
	t.Helper()
	r := &room{process: run(t, serverAt(t, tcp, unix, flags...))}
	await(t, func() bool { return len(listening.FindAllString(r.stderr.String(), -1)) == listeners || !r.running() },
		func() string { return "the server does not say where it listens" })
	found := listening.FindAllStringSubmatch(r.stderr.String(), -1)
	if len(found) != listeners {
		t.Fatalf("the server did not start: %s", r.stderr)
	}
	r.tcp, r.unix = found[0][1], found[1][1]
	t.Cleanup(func() {
		if !r.running() || t.Failed() {
			return
		}
		if !r.signalled {
			r.signal(t, syscall.SIGTERM)
		}
		r.wantExit(t, 0)
	})
	return r
}

// serverAt is the command of a server whose log says who comes and goes.
func serverAt(t *testing.T, tcp, unix string, flags ...string) *exec.Cmd {
	t.Helper()
	args := append([]string{"--listen", tcp, "--listen", "unix:" + unix, "--log-level", "debug"}, flags...)
	return command(program(t, "bcast-server"), args...)
}

// address is where the room is, on a network that is "tcp" or "unix".
func (r *room) address(network string) string {
	if network == "unix" {
		return r.unix
	}
	return r.tcp
}

// awaitMembers waits until the room has so many members: to have connected is
// not enough to receive what others say next.
func (r *room) awaitMembers(t *testing.T, want int) {
	t.Helper()
	members := func() int {
		log := r.stderr.String()
		return strings.Count(log, "msg=joined") - strings.Count(log, "msg=left")
	}
	await(t, func() bool { return members() == want },
		func() string { return fmt.Sprintf("the room has %d members, want %d", members(), want) })
}

// A member is a connection that the test itself has. What it receives is
// collected.
type member struct {
	conn net.Conn
	*output
	closed chan struct{} // by the server
}

// join connects as a member, and waits until it is one, the n-th.
func (r *room) join(t *testing.T, network string, n int) *member {
	t.Helper()
	m := r.dial(t, network, n)
	m.listen(t)
	return m
}

// dial is join for a member that does not read until it is told to listen.
func (r *room) dial(t *testing.T, network string, n int) *member {
	t.Helper()
	conn, err := net.Dial(network, r.address(network))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	r.awaitMembers(t, n)
	return &member{conn: conn, output: new(output), closed: make(chan struct{})}
}

func (m *member) listen(t *testing.T) {
	go func() { // the cleanup waits for it
		defer close(m.closed)
		_, _ = io.Copy(m.output, m.conn) // what has come is looked at
	}()
	t.Cleanup(func() { m.conn.Close(); <-m.closed })
}

func (m *member) say(t *testing.T, text string) {
	t.Helper()
	_ = m.conn.SetWriteDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(m.conn, text); err != nil {
		t.Fatal(err)
	}
}

// finish tells the server the end of input.
func (m *member) finish(t *testing.T) {
	t.Helper()
	if err := m.conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
}

// awaitClosed waits until the server closes the connection.
func (m *member) awaitClosed(t *testing.T) {
	t.Helper()
	select {
	case <-m.closed:
	case <-time.After(patience):
		t.Fatal("the server does not close the connection")
	}
}

// freePort returns an address on which nobody listens, and that the system will
// not give to anybody by itself, nor this function to another test, so that it stays free.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(10000+rand.IntN(20000)))
		if _, taken := ports.LoadOrStore(address, true); taken {
			continue
		}
		if ln, err := net.Listen("tcp", address); err == nil {
			ln.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

// ports are those that freePort has given.
var ports sync.Map
