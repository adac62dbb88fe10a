package peer_test

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/contract"
	"bcast/internal/framed"
	"bcast/internal/journal"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/server"
	"bcast/internal/wire"
)

const (
	// patience is how long anything may take before a test fails rather than hang.
	patience = 20 * time.Second

	// longTalk is how long a conversation may take.
	longTalk = 80 * time.Second
)

var seedFlag = flag.Uint64("seed", 0, "what the conversations of the tests are made of; 0: anything")

// seed is printed by every test that asks for it and fails.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := *seedFlag
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	return s
}

// scaled is n, or a tenth of it in a short test.
func scaled(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

// A plan is what a venue is made of: as the command does it, unless a test
// changes it.
type plan struct {
	room room.Config
	peer peer.Config
	wrap func(net.Conn) net.Conn // what the handler gets for a connection
	tls  *identity               // connections are over TLS; nil: they are not
}

func rawFraming(p *plan) {
	p.room.Raw, p.peer.MaxLine = true, 0
}

// wrapping is the handler for connections as a plan wraps them.
type wrapping struct {
	*peer.Handler
	wrap func(net.Conn) net.Conn
}

func (w wrapping) Open(conn net.Conn, wake func()) func(context.Context) bool {
	return w.Handler.Open(w.wrap(conn), wake)
}

// A venue is a server with one room, on a loopback port.
type venue struct {
	room    *room.Room
	members *peer.Handler
	server  *server.Server
	addr    string
	tls     *identity // nil: connections are plain
}

// open opens a venue, which is closed when the test ends.
func open(t *testing.T, changes ...func(*plan)) *venue {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	p := plan{
		room: room.Config{MaxChunk: peer.MaxChunk(wire.DefaultMaxLine), Backlog: room.DefaultBacklog},
		peer: peer.Config{MaxLine: wire.DefaultMaxLine, HTTPGuard: true, DrainTimeout: 15 * time.Second, Logger: log},
		wrap: func(conn net.Conn) net.Conn { return conn },
	}
	for _, change := range changes {
		change(&p)
	}
	v := &venue{tls: p.tls}
	p.peer.Admits = func(conn net.Conn) bool { return v.server.Admits(conn) }
	var err error
	if v.room, err = room.New(p.room); err != nil {
		t.Fatal(err)
	}
	p.peer.Room = v.room
	if !p.room.Raw {
		p.peer.Hub, err = framed.New(framed.Config{
			Room: v.room, MaxChunk: p.room.MaxChunk, Backlog: p.room.Backlog, Patience: p.room.Patience, MinRate: p.room.MinRate,
			History: 1000, Keep: journal.Keep{Lines: 1000, Bytes: 1 << 20},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if v.members, err = peer.New(p.peer); err != nil {
		t.Fatal(err)
	}
	if v.server, err = server.New(server.Config{Handler: wrapping{v.members, p.wrap}, Logger: log}); err != nil {
		t.Fatal(err)
	}
	listeners, err := server.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v.addr = listeners[0].Addr().String()
	var serving sync.WaitGroup
	serve := v.server.Serve
	if v.tls != nil {
		serve = func(ln net.Listener) error { return v.server.ServeTLS(ln, v.tls.server) }
	}
	serving.Go(func() {
		if err := serve(listeners[0]); !errors.Is(err, server.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(func() {
		if err := v.stop(); err != nil {
			t.Errorf("the venue does not close: %v", err)
		}
		serving.Wait()
	})
	return v
}

// stop ends everything in the order in which the command does. It may be called
// again.
func (v *venue) stop() error {
	v.room.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return v.server.Shutdown(ctx)
}

// A client is the far end of a connection to a venue.
type client struct {
	*net.TCPConn
	t    *testing.T
	over *tls.Conn // TLS over TCPConn; or nil
}

// Close closes the connection: after that, nothing can go wrong.
func (c *client) Close() { _ = c.TCPConn.Close() }

// dial connects, over TLS where the venue has that.
func (v *venue) dial(t *testing.T) *client {
	t.Helper()
	c := &client{TCPConn: v.connect(t), t: t}
	if v.tls != nil {
		c.over = v.tls.secure(t, c.TCPConn)
	}
	return c
}

// connect connects and says nothing; the connection is closed when the test ends.
func (v *venue) connect(t *testing.T) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", v.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(longTalk)); err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// join connects a number of clients and waits until they are members.
func (v *venue) join(t *testing.T, number int) []*client {
	t.Helper()
	before := v.room.Stats().Members
	var clients []*client
	for range number {
		clients = append(clients, v.dial(t))
	}
	eventually(t, "all have joined", func() bool { return v.room.Stats().Members >= before+number })
	return clients
}

// joinSlow connects one whose system takes little until it is read.
func (v *venue) joinSlow(t *testing.T) *client {
	t.Helper()
	c := v.join(t, 1)[0]
	if err := c.SetReadBuffer(64 << 10); err != nil {
		t.Fatal(err)
	}
	return c
}

// published waits until the room has a number of bytes.
func (v *venue) published(t *testing.T, n int64) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d bytes are published", n), func() bool { return int64(v.room.Stats().Published) >= n })
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

// say sends text in one write.
func (c *client) say(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatalf("say %.40q: %v", text, err)
	}
}

// hears checks that what the client receives next is text.
func (c *client) hears(text string) {
	c.t.Helper()
	got := make([]byte, len(text))
	if n, err := io.ReadFull(c, got); err != nil || string(got) != text {
		c.t.Fatalf("heard %.200q (%v), want %.200q", got[:n], err, text)
	}
}

// hearsEnd checks that the server ends the connection, and sends nothing before.
func (c *client) hearsEnd() {
	c.t.Helper()
	if err := end(c); err != nil {
		c.t.Fatal(err)
	}
}

// hangUp ends what the client sends.
func (c *client) hangUp() {
	c.t.Helper()
	if err := c.CloseWrite(); err != nil {
		c.t.Fatal(err)
	}
}

// receive takes n bytes from r to w.
func receive(w io.Writer, r io.Reader, n int64) error {
	got, err := io.CopyBuffer(w, io.LimitReader(r, n), make([]byte, 128<<10))
	if err == nil && got < n {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("receive %d bytes: after %d: %w", n, got, err)
	}
	return nil
}

// end returns nil if the next thing that comes from r is its end.
func end(r io.Reader) error {
	next := make([]byte, 100)
	switch n, err := r.Read(next); {
	case n > 0:
		return fmt.Errorf("received %q, want the end of the connection", next[:n])
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("wait for the end of the connection: %w", err)
	}
	return nil
}

// An ear is what hears a conversation: a Watcher, or a Digest.
type ear interface {
	io.Writer
	Sum() contract.Sum
}

// ears returns one for each of a number of clients, of which the first ones are
// the senders of script. The first listener has the watcher.
func ears(script *contract.Script, senders, clients int) (*contract.Watcher, []ear) {
	watcher, all := script.Watch(contract.Listener), make([]ear, clients)
	for i := range all {
		all[i] = script.Digest()
	}
	all[senders] = watcher
	return watcher, all
}

// heardTheSame checks that everybody received what the watcher did, in its order,
// and no sender its own lines.
func heardTheSame(t *testing.T, watcher *contract.Watcher, all []ear, senders int) {
	t.Helper()
	for i, e := range all {
		want := watcher.Sum()
		if i < senders {
			want = watcher.SumWithout(i)
		}
		if got := e.Sum(); got != want {
			t.Errorf("client %d received %v, want %v as the first listener saw it", i, got, want)
		}
	}
}

// converse has all senders of a script speak at once, each to a writer that speak
// makes of its connection, while all clients listen; the first ones are the
// senders. It checks that everybody received what the contract says, all in one
// order, and nothing behind it. It closes the clients.
func converse(t *testing.T, clients []*client, script *contract.Script, senders int, speak func(io.Writer) io.Writer) {
	t.Helper()
	closeAll := func() {
		for _, c := range clients {
			c.Close()
		}
	}
	defer closeAll()
	for _, c := range clients {
		if err := c.SetDeadline(time.Now().Add(longTalk)); err != nil {
			t.Fatal(err)
		}
	}
	group, ctx := errgroup.WithContext(t.Context())
	defer context.AfterFunc(ctx, func() {
		if !errors.Is(context.Cause(ctx), context.Canceled) { // one has failed
			closeAll()
		}
	})()
	watcher, all := ears(script, senders, len(clients))
	for i, c := range clients {
		member := contract.Listener
		if i < senders {
			member = i
			group.Go(func() error { return script.Speak(speak(c), i) })
		}
		group.Go(func() error {
			if err := receive(all[i], c, script.Bytes(member)); err != nil {
				return fmt.Errorf("client %d: %w", i, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := watcher.Complete(); err != nil {
		t.Fatal(err)
	}
	heardTheSame(t, watcher, all, senders)
	for _, c := range clients {
		c.hangUp()
		c.hearsEnd()
	}
}

// atOnce is for senders that speak as fast as they can.
func atOnce(w io.Writer) io.Writer { return w }
