package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"bcast/internal/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo serves a connection until its client ends it; it takes no notice of Shutdown.
var echo = server.HandlerFunc(func(_ context.Context, conn net.Conn) {
	for {
		if _, err := io.Copy(conn, conn); !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		_ = conn.SetReadDeadline(time.Time{})
	}
})

func newServer(t *testing.T, cfg server.Config) *server.Server {
	t.Helper()
	srv, err := server.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return srv
}

// start serves ln and returns where the result of Serve will be. When the test
// ends, the server is shut down; its clients have to be gone by then.
func start(t *testing.T, srv *server.Server, ln net.Listener) <-chan error {
	t.Helper()
	result, done := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(done)
		result <- srv.Serve(ln)
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Errorf("shutdown when the test ended: %v", err)
		}
		<-done
	})
	return result
}

// startTCP serves a loopback port and returns its address.
func startTCP(t *testing.T, srv *server.Server) string {
	t.Helper()
	lns, err := server.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	start(t, srv, lns[0])
	return lns[0].Addr().String()
}

// dialTCP connects; the connection is closed when the test ends, and fails rather
// than let a broken test hang.
func dialTCP(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// roundTrip says something and checks that an echo comes back.
func roundTrip(t *testing.T, conn net.Conn) {
	t.Helper()
	const said = "are you there?"
	if _, err := io.WriteString(conn, said); err != nil {
		t.Fatal(err)
	}
	heard := make([]byte, len(said))
	if _, err := io.ReadFull(conn, heard); err != nil || string(heard) != said {
		t.Fatalf("echo of %q is %q, %v", said, heard, err)
	}
}

// wantClosed checks that the server closes the connection without another byte.
func wantClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	if n, err := conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Fatalf("read %d bytes, error %v; want the end of input", n, err)
	}
}

// fakeListener accepts what the test gives it: the test waits until Serve asks.
type fakeListener struct {
	accepts chan accepted
	closed  chan struct{}
	close   func()
}

type accepted struct {
	conn net.Conn
	err  error
}

func newFakeListener() *fakeListener {
	closed := make(chan struct{})
	return &fakeListener{
		accepts: make(chan accepted),
		closed:  closed,
		close:   func() { close(closed) }, // panics when called twice
	}
}

func (l *fakeListener) Accept() (net.Conn, error) {
	select {
	case a := <-l.accepts:
		return a.conn, a.err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *fakeListener) Close() error {
	l.close()
	return nil
}

func (l *fakeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1234} }

func (l *fakeListener) fail(err error) { l.accepts <- accepted{err: err} }

// dial returns the client's end of a connection that Serve has accepted.
func (l *fakeListener) dial(t *testing.T) net.Conn {
	t.Helper()
	client, conn := net.Pipe()
	t.Cleanup(func() { client.Close() })
	l.accepts <- accepted{conn: conn}
	return client
}

// logBuffer keeps what a server logs.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) logger() *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// lines returns what was logged at level, INFO for example, one line each.
func (b *logBuffer) lines(level string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []string
	for line := range strings.Lines(b.buf.String()) {
		if strings.Contains(line, "level="+level) {
			found = append(found, line)
		}
	}
	return found
}

// opened is Open as a Handler.
type opened func(net.Conn, func()) func(context.Context) bool

func (f opened) Open(conn net.Conn, wake func()) func(context.Context) bool { return f(conn, wake) }

// eventually waits until something is true.
func eventually(t *testing.T, what string, isTrue func() bool) {
	t.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(10 * time.Second); !isTrue(); <-again.C {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to pass that %s", what)
		}
	}
}
