package peer_test

import (
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/contract"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/wire"
)

// A limited client is at one end of a pipe, and a handler with limits at the other.
type limited struct {
	net.Conn
	members *peer.Handler
	served  chan struct{} // closed when serve has returned
}

// pipe connects clients to a room in the test's bubble.
func pipe(t *testing.T, number int, change func(*peer.Config)) []limited {
	t.Helper()
	r, err := room.New(room.Config{MaxChunk: peer.MaxChunk(wire.DefaultMaxLine), Backlog: room.DefaultBacklog})
	if err != nil {
		t.Fatal(err)
	}
	cfg := peer.Config{Room: r, MaxLine: wire.DefaultMaxLine}
	change(&cfg)
	members, err := peer.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var all []limited
	for range number {
		client, conn := net.Pipe()
		served := make(chan struct{})
		serve := members.Open(conn, nil)
		go func() {
			defer close(served)
			defer conn.Close()
			serve(t.Context())
		}()
		t.Cleanup(func() { client.Close(); <-served })
		all = append(all, limited{client, members, served})
	}
	return all
}

func (c limited) say(t *testing.T, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatalf("say: %v", err)
	}
}

func TestRateMakesTheReaderPauseAndDropsNothing(t *testing.T) {
	for _, test := range []struct {
		name        string
		rate, burst int
		size, lines int // bytes of a line
		least, most time.Duration
	}{
		{"within the burst", 1000, 5000, 100, 50, 0, 0},
		{"a burst as large as the rate", 1000, 0, 100, 50, 3900 * time.Millisecond, 4 * time.Second},
		{"lines longer than the burst", 1000, 100, 1000, 10, 8900 * time.Millisecond, 9 * time.Second},
		{"no limit", 0, 0, 100, 50, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clients := pipe(t, 2, func(c *peer.Config) { c.Rate, c.Burst = test.rate, test.burst })
				sender, reader := clients[0], clients[1]
				line := strings.Repeat("x", test.size-1) + "\n"
				start := time.Now()
				go func() {
					for range test.lines {
						_, _ = sender.Write([]byte(line))
					}
				}()
				if err := receive(countingLines(t, line), reader, int64(test.size*test.lines)); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took < test.least || took > test.most {
					t.Errorf("it took %v, want %v to %v", took, test.least, test.most)
				}
			})
		})
	}
}

// aKiBASecond is a pace for members of whom one line of 32 KiB makes the reader pause for half a minute.
func aKiBASecond(c *peer.Config) { c.Rate, c.Burst = 1<<10, 1<<10 }

func TestMemberThatThePaceHoldsUpCanBePutOut(t *testing.T) {
	inBubble(t, func(b *bubble) {
		paused, other := b.connect(), b.connect()
		other.say("hello\n")
		paused.say(strings.Repeat("x", 32<<10) + "\n")
		if !b.members.Kick(1) {
			b.t.Fatal("there is nobody to put out")
		}
		before := paused.heard()
		other.say("are you here?\n")
		if got := paused.heard(); got != before {
			b.t.Errorf("it hears %q behind %q", got[len(before):], before)
		}
		pass(3 * time.Second) // it does not close its side
		if n := len(b.members.Members()); n != 1 {
			b.t.Errorf("there are %d members", n)
		}
	}, aKiBASecond)
}

func TestContract11_SessionThatThePaceHoldsUpIsReplaced(t *testing.T) {
	inBubble(t, func(b *bubble) {
		enter := func(hello wire.Hello) (c *caller, welcome *wire.Welcome) {
			c = b.connect()
			c.say(soh)
			begin := len(c.heard())
			hello.Nonce = nonce
			c.say(string(hello.Append(nil)))
			for line := range strings.Lines(c.heard()[begin:]) {
				if frame, _ := wire.DecodeServer([]byte(line), wire.DefaultMaxLine); welcome == nil {
					welcome, _ = frame.(*wire.Welcome)
				}
			}
			if welcome == nil {
				b.t.Fatalf("there is no welcome in %q", c.heard())
			}
			return c, welcome
		}
		paused, first := enter(wire.Hello{Name: "hanako"})
		say := wire.Say{Ref: 1, Text: []byte(strings.Repeat("x", 32<<10))}
		paused.say(string(say.Append(nil)))
		_, second := enter(wire.Hello{Resume: &wire.Resume{Session: first.Session, Epoch: first.Epoch}})
		if second.Session != first.Session || second.Acked != 1 {
			b.t.Errorf("it comes back as %+v, was %+v", second, first)
		}
		if bye := string((&wire.Bye{Reason: wire.ByeReplaced}).Append(nil)); !strings.HasSuffix(paused.heard(), bye) {
			b.t.Errorf("the old connection goes on")
		}
	}, aKiBASecond)
}

// countingLines checks that what is written to it repeats a line.
func countingLines(t *testing.T, line string) writerFunc {
	n := 0
	return func(p []byte) (int, error) {
		for i := range p {
			if p[i] != line[(n+i)%len(line)] {
				t.Fatalf("byte %d is %q", n+i, p[i])
			}
		}
		n += len(p)
		return len(p), nil
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestConnectionIsEndedOnceNothingHasComeOrGoneForTheIdleTimeout(t *testing.T) {
	const timeout = time.Minute
	synctest.Test(t, func(t *testing.T) {
		clients := pipe(t, 2, func(c *peer.Config) { c.IdleTimeout = timeout })
		speaker, listener := clients[0], clients[1]
		for range 10 { // what one sends, the other receives: neither is idle
			speaker.say(t, "x\n")
			if err := receive(countingLines(t, "x\n"), listener, 2); err != nil {
				t.Fatal(err)
			}
			time.Sleep(timeout * 9 / 10) // in the bubble: nearly idle
		}
		speaker.say(t, "and a rest")
		start := time.Now()
		// Bytes of a line that it does not end: that keeps it busy and nobody else.
		listener.say(t, "y")
		time.AfterFunc(timeout*9/10, func() { listener.say(t, "y") })
		if err := receive(countingLines(t, "and a rest"), listener, int64(len("and a rest"))); err != nil {
			t.Fatal(err) // it is relayed when the speaker is ended
		}
		if took := time.Since(start); took < timeout || took > timeout*5/4 {
			t.Errorf("ended after %v, want %v or a quarter more", took, timeout)
		}
		<-speaker.served
		go func() { _, _ = io.Copy(io.Discard, listener) }()
		<-listener.served
		if n := speaker.members.Stats().Idle; n != 2 {
			t.Errorf("%d were ended as idle, want 2", n)
		}
	})
}

// On sockets a connection that waits has no goroutine that could be interrupted.
func TestConnectionThatWaitsIsEndedWhenItIsIdle(t *testing.T) {
	v := open(t, func(p *plan) { p.peer.IdleTimeout = 200 * time.Millisecond })
	for _, silent := range v.join(t, 2) {
		silent.hearsEnd()
		silent.Close()
	}
	eventually(t, "both are counted", func() bool { return v.members.Stats().Idle == 2 })
}

// However many have begun a line, or want to publish, there are few buffers.
func TestContract07_MembersThatHaveBegunALineTakeLittleMemory(t *testing.T) {
	const members = 300
	most := 24 << 10 // bytes for each, the test's side included
	if raceDetector {
		most *= 2 // it throws away what is pooled, now and then
	}
	v := open(t)
	clients := v.join(t, members)
	collect()
	before := memory()
	for _, c := range clients {
		c.say("a line that goes on")
	}
	clients[0].say(" and ends\n")
	clients[1].hears("a line that goes on and ends\n")
	for _, c := range clients[1:] {
		c.say(" and ends\n")
	}
	collect()
	if took := memory() - before; took > members*most {
		t.Errorf("%d members took %d bytes each, want at most %d", members, took/members, most)
	}
	for _, c := range clients {
		c.Close()
	}
}

// There are more senders than places for those who are read.
func TestManySendersTakeTurns(t *testing.T) {
	const senders = 100
	v := open(t)
	script := contract.New(seed(t), senders, 50)
	converse(t, v.join(t, senders+1), script, senders, atOnce)
}

// gone is a connection whose peer does not answer any more.
type gone struct{ net.Conn }

func (gone) Read([]byte) (int, error) { return 0, syscall.ETIMEDOUT }

func TestConnectionThatTheSystemGivesUpIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := pipe(t, 1, func(*peer.Config) {})[0]
		_, conn := net.Pipe()
		if waits := other.members.Open(gone{conn}, nil)(t.Context()); waits {
			t.Error("the handler waits for a connection that is broken")
		}
		if n := other.members.Stats().Vanished; n != 1 {
			t.Errorf("%d are counted, want 1", n)
		}
	})
}
