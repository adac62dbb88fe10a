package peer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/contract"
)

// paced is a writer for a sender that takes its time: one write a beat.
type paced struct {
	io.Writer
	beat <-chan time.Time
}

func (w paced) Write(p []byte) (int, error) {
	<-w.beat
	return w.Writer.Write(p)
}

// descriptors is how many files the process has open, where that can be known.
func descriptors() int {
	files, _ := os.ReadDir("/proc/self/fd")
	return len(files)
}

// idle returns how many files and goroutines a venue without clients has: the server
// makes what it waits with for the first one.
func (v *venue) idle(t *testing.T) (files, goroutines int) {
	t.Helper()
	first := v.join(t, 1)[0]
	first.Close()
	eventually(t, "nobody is there", func() bool { return v.server.Stats().Open == 0 })
	return descriptors(), runtime.NumGoroutine()
}

// annoy connects and breaks off, in a way that depends on n. Nothing that it sends
// is to be relayed.
func annoy(address string, n int) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	tcp := conn.(*net.TCPConn)
	switch n % 4 {
	case 0:
		return nil
	case 1:
		_, err = io.WriteString(conn, "GET / HTTP/1.1\r\n\r\n")
	case 2:
		err = tcp.CloseWrite()
	}
	return errors.Join(err, tcp.SetLinger(0))
}

// annoyWhile makes a thousand attempts a second, or as many as the machine can,
// until ctx ends. It returns how many.
func annoyWhile(ctx context.Context, address string) (attempts int, err error) {
	beat := time.NewTicker(time.Millisecond)
	defer beat.Stop()
	for start := time.Now(); ; {
		select {
		case <-ctx.Done():
			return attempts, nil
		case <-beat.C:
		}
		for due := int(time.Since(start).Milliseconds()); attempts < due && ctx.Err() == nil; attempts++ {
			if err := annoy(address, attempts); err != nil {
				return attempts, err
			}
		}
	}
}

func TestContract09_AThousandResetsASecondDisturbNobody(t *testing.T) {
	v := open(t)
	files, goroutines := v.idle(t)
	script := contract.New(seed(t), 3, scaled(2_000))
	clients := v.join(t, 6)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	attempts, annoyed := 0, make(chan error, 1)
	go func() {
		var err error
		attempts, err = annoyWhile(ctx, v.addr)
		annoyed <- err
	}()
	start := time.Now()
	converse(t, clients, script, 3, func(w io.Writer) io.Writer { // for some 5 seconds
		return paced{w, time.Tick(20 * time.Millisecond)}
	})
	took := time.Since(start)
	cancel()
	if err := <-annoyed; err != nil {
		t.Fatal(err)
	}

	rate := float64(attempts) / took.Seconds()
	t.Logf("%d attempts in %v, %.0f a second", attempts, took.Round(time.Millisecond), rate)
	if rate < 200 {
		t.Errorf("only %.0f attempts a second", rate)
	}
	eventually(t, "nothing is left behind", func() bool {
		return v.server.Stats().Open == 0 && v.room.Stats().Members == 0 &&
			descriptors() <= files && runtime.NumGoroutine() <= goroutines
	})
	if r, s := v.room.Stats(), v.server.Stats(); len(r.Cuts) > 0 || s.Panics > 0 || s.Accepted < uint64(attempts) {
		t.Errorf("stats are %+v and %+v, want %d accepted, nobody cut and no panic", r, s, attempts)
	}
}

// explosive panics when it is to read from a client that says so. It has no
// descriptor that could be read behind its back.
type explosive struct{ net.Conn }

func (c explosive) CloseWrite() error { return c.Conn.(*net.TCPConn).CloseWrite() }

func (c explosive) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if bytes.Contains(p[:n], []byte("panic")) {
		panic("as you wish")
	}
	return n, err
}

func TestContract09_APanicLeavesTheRoomAndTheOthersAlone(t *testing.T) {
	v := open(t, func(p *plan) {
		p.wrap = func(conn net.Conn) net.Conn { return explosive{conn} }
	})
	clients := v.join(t, 4)
	others := func() bool {
		return v.room.Stats().Members == len(clients) && v.server.Stats().Open == len(clients)
	}
	for _, text := range []string{"", "a line\n", "a line\nand half of one"} {
		victim := v.join(t, 1)[0]
		victim.say(text)
		for _, c := range clients {
			c.hears(text[:strings.Index(text, "\n")+1])
		}
		victim.say("panic")
		victim.hearsEnd()
		eventually(t, "the victim is gone", others)
	}

	deaf := v.joinSlow(t) // much is on its way to this one
	s := seed(t)
	script := contract.New(s, 1, 5_000)
	var group errgroup.Group
	group.Go(func() error { return script.Speak(clients[0], 0) })
	for _, c := range clients[1:] {
		group.Go(func() error { return receive(io.Discard, c, script.Bytes(contract.Listener)) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	deaf.say("panic")
	eventually(t, "the victim that did not read is gone", others)

	if got := v.server.Stats().Panics; got != 4 {
		t.Errorf("%d panics counted, want 4", got)
	}
	converse(t, clients, contract.New(s, 2, 500), 2, atOnce)
}
