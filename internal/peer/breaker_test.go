package peer_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A fault is what a breaker does to a connection.
type fault int

const (
	cut     fault = iota // both sides are closed
	reset                // both sides are reset
	ended                // the server sees the end of input
	mute                 // the client sees the end of input
	stalled              // nothing passes for up to a second, and then goes on
	lost                 // stalled, and then reset
	left                 // the client sees a reset, and the server nothing for a while
	late                 // likewise, and then the server gets what the client said before
	faults  = iota
)

var faultNames = [faults]string{"cut", "reset", "ended", "mute", "stalled", "lost", "left", "late"}

// A breaker stands between clients and a server, and breaks a number of their
// connections, once it is armed.
type breaker struct {
	ln          net.Listener
	server      string
	most        int64
	armed       atomic.Bool
	broken      atomic.Int64
	connections atomic.Int64
	done        [faults]atomic.Int64
	quit        chan struct{}
	running     sync.WaitGroup

	mu   sync.Mutex
	rand *rand.Rand
}

// newBreaker opens a breaker, which is closed when the test ends.
func newBreaker(t *testing.T, server string, most int, seed uint64) *breaker {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &breaker{ln: ln, server: server, most: int64(most), quit: make(chan struct{}), rand: rand.New(rand.NewPCG(seed, 0))}
	b.running.Go(b.accept)
	t.Cleanup(func() {
		close(b.quit)
		ln.Close()
		b.running.Wait()
	})
	return b
}

func (b *breaker) addr() string { return b.ln.Addr().String() }

// share is the part of n that corresponds to the breaks so far.
func (b *breaker) share(n int) int { return int(int64(n) * min(b.broken.Load()+1, b.most) / b.most) }

func (b *breaker) String() string {
	text := fmt.Sprintf("%d breaks", b.broken.Load())
	for f := range b.done {
		text += fmt.Sprintf(", %d %s", b.done[f].Load(), faultNames[f])
	}
	return text
}

func (b *breaker) accept() {
	for {
		client, err := b.ln.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", b.server)
		if err != nil {
			client.Close()
			continue
		}
		b.connections.Add(1)
		c := &carrier{breaker: b, client: client.(*net.TCPConn), server: server.(*net.TCPConn)}
		b.running.Go(c.carry)
	}
}

// chance returns a fault, and when it comes: some come while a client is greeted, most
// while it speaks, some when it has caught up long since.
func (b *breaker) chance() (f fault, after time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f = fault(b.rand.IntN(faults))
	after = []time.Duration{2, 30, 100, 300}[b.rand.IntN(4)] * time.Millisecond
	return f, time.Duration(b.rand.Int64N(int64(after)))
}

// pause is how long a stall takes: most are short.
func (b *breaker) pause() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	most := []time.Duration{20, 200, 1000}[b.rand.IntN(3)] * time.Millisecond
	return time.Duration(b.rand.Int64N(int64(most)))
}

// wait waits, unless the breaker is closed.
func (b *breaker) wait(d time.Duration) {
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-over.C:
	case <-b.quit:
	}
}

// A carrier is one connection through a breaker.
type carrier struct {
	breaker        *breaker
	client, server *net.TCPConn

	mu   sync.Mutex
	held chan struct{} // nothing passes until it is closed; nil: all passes
}

func (c *carrier) carry() {
	ends := make(chan error, 2)
	c.breaker.running.Go(func() { ends <- c.pass(c.server, c.client) })
	c.breaker.running.Go(func() { ends <- c.pass(c.client, c.server) })
	f, after := c.breaker.chance()
	due := time.NewTimer(after)
	defer due.Stop()
	broken := false // once is enough: it ends by that
	for running := 2; running > 0; {
		select {
		case err := <-ends:
			running--
			if err != nil {
				c.close(false)
			}
		case <-due.C:
			if c.breaker.armed.Load() && c.breaker.broken.Load() < c.breaker.most {
				c.fail(f)
				broken = f != stalled
			}
			if !broken {
				f, after = c.breaker.chance()
				due.Reset(after + time.Millisecond)
			}
		case <-c.breaker.quit:
			c.close(true)
			for ; running > 0; running-- {
				<-ends //nolint:errcheck // it is broken on purpose
			}
		}
	}
	c.close(false)
}

func (c *carrier) close(hard bool) {
	for _, conn := range []*net.TCPConn{c.client, c.server} {
		if hard {
			_ = conn.SetLinger(0)
		}
		conn.Close()
	}
}

func (c *carrier) fail(f fault) {
	b := c.breaker
	b.done[f].Add(1)
	if f != stalled {
		b.broken.Add(1)
	}
	switch f {
	case cut:
		c.close(false)
	case reset:
		c.close(true)
	case ended:
		_ = c.server.CloseWrite() // the connection may have ended
	case mute:
		_ = c.client.CloseWrite()
	case stalled, lost:
		release := c.hold()
		b.wait(b.pause())
		if f == lost {
			c.close(true)
		}
		release()
	case left, late:
		release := c.hold()
		b.wait(b.pause() / 10)
		_ = c.client.SetLinger(0)
		c.client.Close()
		if f == left {
			b.wait(b.pause())
			c.close(true)
		} else {
			b.wait(b.pause() / 20) // about when the client comes back
		}
		release()
	}
}

// hold lets nothing pass until release is called.
func (c *carrier) hold() (release func()) {
	held := make(chan struct{})
	c.mu.Lock()
	c.held = held
	c.mu.Unlock()
	return func() {
		c.mu.Lock()
		c.held = nil
		c.mu.Unlock()
		close(held)
	}
}

// pass takes what comes from one side to the other. The end of input is passed on, too,
// and is no error.
func (c *carrier) pass(to, from *net.TCPConn) error {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		c.mu.Lock()
		held := c.held
		c.mu.Unlock()
		if held != nil {
			<-held
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return err
		}
		switch {
		case errors.Is(err, io.EOF):
			return to.CloseWrite()
		case err != nil:
			return err
		}
	}
}
