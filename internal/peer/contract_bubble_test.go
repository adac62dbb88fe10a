package peer_test

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/framed"
	"bcast/internal/journal"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/wire"
)

// A bubble is a room whose connections are pipes and whose time is that of a synctest
// bubble.
type bubble struct {
	t       *testing.T
	room    *room.Room
	members *peer.Handler
	ctx     context.Context
	serving sync.WaitGroup
	clients []*caller
}

// inBubble has f use a room, which is closed when f returns.
func inBubble(t *testing.T, f func(*bubble), changes ...func(*peer.Config)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b := &bubble{t: t, ctx: ctx}
		var err error
		if b.room, err = room.New(room.Config{MaxChunk: peer.MaxChunk(wire.DefaultMaxLine), Backlog: room.DefaultBacklog}); err != nil {
			t.Fatal(err)
		}
		hub, err := framed.New(framed.Config{
			Room: b.room, MaxChunk: peer.MaxChunk(wire.DefaultMaxLine), Backlog: room.DefaultBacklog,
			History: 1000, Keep: journal.Keep{Lines: 1000, Bytes: 1 << 20},
		})
		if err != nil {
			t.Fatal(err)
		}
		cfg := peer.Config{Room: b.room, Hub: hub, MaxLine: wire.DefaultMaxLine, HTTPGuard: true}
		for _, change := range changes {
			change(&cfg)
		}
		b.members, err = peer.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer b.serving.Wait()
		defer cancel()
		defer func() {
			for _, c := range b.clients {
				c.Close()
			}
		}()
		f(b)
	})
}

// A caller is the client's end of a connection. What comes is heard at once.
type caller struct {
	net.Conn
	t     *testing.T
	ended chan struct{} // closed when nothing more can come

	mu  sync.Mutex
	got bytes.Buffer
}

// placed is a connection from somewhere.
type placed struct {
	net.Conn
	from net.Addr
}

func (c placed) RemoteAddr() net.Addr { return c.from }

// connect makes one more connection.
func (b *bubble) connect() *caller {
	b.t.Helper()
	near, far := net.Pipe()
	return b.serve(near, far)
}

// connectFrom makes one more connection, from an IP address.
func (b *bubble) connectFrom(ip string) *caller {
	b.t.Helper()
	near, far := net.Pipe()
	return b.serve(near, placed{far, net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(ip), 1234))})
}

func (b *bubble) serve(near, far net.Conn) *caller {
	b.t.Helper()
	c := &caller{Conn: near, t: b.t, ended: make(chan struct{})}
	b.clients = append(b.clients, c)
	serve := b.members.Open(far, nil)
	if serve == nil {
		b.t.Fatal("the room is closed")
	}
	b.serving.Go(func() {
		serve(b.ctx)
		far.Close()
	})
	b.serving.Go(c.hear)
	return c
}

func (c *caller) hear() {
	defer close(c.ended)
	p := make([]byte, 4096)
	for {
		n, err := c.Read(p)
		c.mu.Lock()
		c.got.Write(p[:n])
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// heard returns what has come so far.
func (c *caller) heard() string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.got.String()
}

// say sends text, which is read at once.
func (c *caller) say(text string) {
	c.t.Helper()
	_ = c.SetWriteDeadline(time.Now().Add(time.Minute))
	if _, err := c.Write([]byte(text)); err != nil {
		c.t.Fatalf("say %.40q: %v", text, err)
	}
	synctest.Wait()
}

// pass lets time pass in a bubble.
func pass(d time.Duration) { <-time.After(d) }
