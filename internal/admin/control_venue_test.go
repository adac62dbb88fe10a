package admin_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bcast/internal/admin"
	"bcast/internal/framed"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/server"
	"bcast/internal/wire"
)

// patience is how long anything may take before a test fails rather than hang.
const patience = 20 * time.Second

// A venue is a server with one room, on a loopback port, and a Control for it.
type venue struct {
	server  *server.Server
	members *peer.Handler
	room    *room.Room
	addr    string
	socket  string
	control *admin.Control
	ask     *admin.Client

	stop func() // begins to stop, for the Control

	reloaded func(context.Context) ([]admin.Change, error)
}

// open opens a venue, which is closed when the test ends.
func open(t *testing.T) *venue {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	v := new(venue)
	var err error
	if v.room, err = room.New(room.Config{MaxChunk: peer.MaxChunk(wire.DefaultMaxLine), Backlog: room.DefaultBacklog}); err != nil {
		t.Fatal(err)
	}
	hub, err := framed.New(framed.Config{Room: v.room, MaxChunk: peer.MaxChunk(wire.DefaultMaxLine), Backlog: room.DefaultBacklog})
	if err != nil {
		t.Fatal(err)
	}
	if v.members, err = peer.New(peer.Config{Room: v.room, Hub: hub, MaxLine: wire.DefaultMaxLine, Logger: log}); err != nil {
		t.Fatal(err)
	}
	if v.server, err = server.New(server.Config{Handler: v.members, Logger: log}); err != nil {
		t.Fatal(err)
	}
	stopping, stop := context.WithCancel(t.Context())
	v.stop = stop
	v.control, err = admin.NewControl(admin.ControlConfig{
		Server: v.server, Members: v.members, Room: v.room, Version: "v1.2.3", Stopping: stopping.Done(), Logger: log,
		Reload: func(ctx context.Context) ([]admin.Change, error) { return v.reloaded(ctx) },
	})
	if err != nil {
		t.Fatal(err)
	}
	lns, err := server.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v.addr = lns[0].Addr().String()
	v.socket = socketPath(t)
	socket, err := admin.ListenControl(t.Context(), v.socket)
	if err != nil {
		t.Fatal(err)
	}
	v.ask = admin.NewClient(v.socket)

	var serving sync.WaitGroup
	serving.Go(func() {
		if err := v.server.Serve(lns[0]); !errors.Is(err, server.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	serving.Go(func() {
		if err := v.control.Serve(socket); err != nil {
			t.Errorf("serve the control: %v", err)
		}
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		v.room.Close()
		if err := v.server.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		v.control.Close(ctx)
		serving.Wait()
		if _, err := os.Lstat(v.socket); !os.IsNotExist(err) {
			t.Errorf("the socket is still there: %v", err)
		}
	})
	return v
}

// socketPath is where nothing is yet.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bcast") //nolint:usetesting // the paths of t.TempDir are too long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "control")
}

// dial connects, and waits until it is a member, the number-th.
func (v *venue) dial(t *testing.T, number int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", v.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it has joined", func() bool { return len(v.members.Members()) == number })
	return conn
}

// named joins the framed side under a name.
func (v *venue) named(t *testing.T, name string, number int) net.Conn {
	t.Helper()
	conn := v.dial(t, number)
	say(t, conn, "\x01")
	lines := bufio.NewReader(conn)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	say(t, conn, `{"type":"hello","nonce":"0123456789abcdef0123456789abcdef","name":"`+name+`"}`+"\n")
	if welcome, err := lines.ReadString('\n'); err != nil {
		t.Fatalf("instead of a welcome: %q, %v", welcome, err)
	}
	return conn
}

func say(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
}

func hears(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	heard := make([]byte, len(text))
	if _, err := io.ReadFull(conn, heard); err != nil || string(heard) != text {
		t.Fatalf("heard %q, %v; want %q", heard, err, text)
	}
}

// hearsEnd reads on until the server ends the connection.
func hearsEnd(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the connection does not end")
	}
}

// eventually waits until something is true.
func eventually(t *testing.T, what string, isTrue func() bool) {
	t.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(patience); !isTrue(); <-again.C {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to pass that %s", what)
		}
	}
}
