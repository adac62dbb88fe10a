package peer_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/contract"
	"bcast/internal/wire"
)

// fullConn is a connection that has no room for the word with which TLS ends.
type fullConn struct{ *net.TCPConn }

func (c fullConn) CloseWrite() error {
	_ = c.SetWriteDeadline(time.Unix(1, 0))
	_, err := c.Write([]byte("the end"))
	return err
}

func TestContract10_MemberWithoutRoomForTheEndOfTLSIsCounted(t *testing.T) {
	v := open(t, func(p *plan) { p.wrap = func(conn net.Conn) net.Conn { return fullConn{conn.(*net.TCPConn)} } })
	clients := v.join(t, 2)
	clients[0].hangUp() // while the server goes on, nobody counts it
	eventually(t, "it has gone", func() bool { return v.server.Stats().Open == 1 })
	clients[0].Close()
	if err := <-stopWithin(v, 5*time.Second); err != nil {
		t.Error(err)
	}
	if got := v.members.Stats().Undelivered; got != 1 {
		t.Errorf("%d are counted as undelivered, want 1", got)
	}
}

// inTLS runs a test for each version.
func inTLS(t *testing.T, f func(*testing.T, func(*plan))) {
	for name, version := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) { f(t, overTLS(t, version)) })
	}
}

func TestContract01_02_03_ConversationOverTLS(t *testing.T) {
	inTLS(t, func(t *testing.T, overTLS func(*plan)) {
		const senders, listeners = 3, 3
		v := open(t, overTLS)
		script := contract.New(seed(t), senders, scaled(3_000))
		converse(t, v.join(t, senders+listeners), script, senders, atOnce)
		eventually(t, "nobody is left", func() bool { return v.room.Stats().Members+v.server.Stats().Open == 0 })
	})
}

func TestContract01_11_FramedMembersConverseOverTLS(t *testing.T) {
	v := open(t, overTLS(t, tls.VersionTLS13))
	alice, bob, plain := v.named(t, "alice"), v.named(t, "bob"), v.join(t, 1)[0]
	alice.message("hello")
	alice.hears("alice", "hello") // the receipt
	bob.hears("alice", "hello")
	plain.hears("alice: hello\n")
	plain.say("a plain line\n")
	alice.hears("guest-3", "a plain line")
	bob.hangUp()
	bob.hears("guest-3", "a plain line")
	bob.hearsEnd(wire.ByeEnd)
	bob.Close()
	plain.Close()
	alice.Close()
}

func TestContract06_MemberOverTLSThatNeverReadsIsCutAndReset(t *testing.T) {
	const patience, noise = 500 * time.Millisecond, 500 * time.Millisecond
	inTLS(t, func(t *testing.T, overTLS func(*plan)) {
		v := open(t, tightly, overTLS, func(p *plan) { p.room.Patience = patience })
		script := contract.New(seed(t), 1, 2_000)
		clients := v.join(t, 2)
		deaf := v.joinSlow(t)
		var cutAt, goneAt time.Time
		stopLooking := watch(t, time.Millisecond, func(now time.Time) {
			if cutAt.IsZero() && v.cut() > 0 {
				cutAt = now
			}
			if goneAt.IsZero() && v.server.Stats().Open == len(clients) {
				goneAt = now
			}
		})
		stop := v.watchStandstill(t)
		tell(t, script, clients[0], asReaders(clients[1:]))
		full := stop()
		eventually(t, "its connection is gone", func() bool { return v.server.Stats().Open == len(clients) })
		stopLooking()
		if v.cut() != 1 || full.times == 0 {
			t.Fatalf("%d were cut, and the room was full %d times: want one cut, because of that", v.cut(), full.times)
		}
		if held := cutAt.Sub(full.first); held > 2*patience+noise {
			t.Errorf("it was cut %v after the room was full, patience is %v", held, patience)
		}
		if took := goneAt.Sub(cutAt); took > noise {
			t.Errorf("its connection was gone %v after the cut", took)
		}
		if _, err := io.Copy(io.Discard, deaf.TCPConn); err == nil {
			t.Error("it read until a good end, want it reset")
		}
		if err := v.stopHearing(clients); err != nil {
			t.Error(err)
		}
	})
}

func TestContract06_MemberOverTLSThatReadsAtTheLeastRateLosesNothing(t *testing.T) {
	const rate, beat = 400 << 10, 10 * time.Millisecond // bytes a second
	held := 3 * time.Second
	v := open(t, tightly, overTLS(t, tls.VersionTLS13))
	script := contract.New(seed(t), 1, (tight+int(held.Seconds()*rate))/(contract.MaxLine*7/16))
	clients := v.join(t, 2)
	slow := v.joinSlow(t)
	hurry := make(chan struct{})
	readers := append(asReaders(clients[1:]), &steady{Reader: slow, rate: rate, hurry: hurry, beat: time.Tick(beat)})
	start := time.Now()
	var took time.Duration
	stopLooking := watch(t, time.Millisecond, func(now time.Time) {
		if took == 0 && int64(v.room.Stats().Published) == script.Bytes(contract.Listener) {
			took = now.Sub(start)
			close(hurry)
		}
	})
	tell(t, script, clients[0], readers)
	stopLooking()
	if took < held/2 {
		t.Errorf("the sender was held for %v only, so that nothing is shown", took)
	}
	if v.cut() != 0 {
		t.Errorf("%d were cut", v.cut())
	}
	if err := v.stopHearing(append(clients, slow)); err != nil {
		t.Error(err)
	}
}

func TestContract07_MemberOverTLSThatIsIdleHasNoBuffer(t *testing.T) {
	const members, most = 100, 64 << 10 // bytes for both ends of a connection
	for name, said := range map[string][2]string{
		"with a rest":                 {"a line\n", "and a rest"}, // which is kept
		"as much as is read at first": {strings.Repeat("x", 1<<10-1) + "\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := open(t, overTLS(t, tls.VersionTLS13))
			first := v.join(t, 1)[0]
			collect()
			before := memory()
			clients := v.join(t, members)
			for _, c := range clients {
				c.say(said[0] + said[1])
				first.hears(said[0])
			}
			isIdle := func() bool {
				collect()
				return (memory()-before)/members <= most
			}
			eventually(t, fmt.Sprintf("an idle connection has %d bytes at most", most), isIdle)
			runtime.KeepAlive(clients)
			for _, c := range append(clients, first) {
				c.Close()
			}
		})
	}
}

// All that was published before its end of input is delivered, and TLS ends behind it.
func TestContract08_LeaverOverTLSGetsEverythingAndAGoodEnd(t *testing.T) {
	inTLS(t, func(t *testing.T, overTLS func(*plan)) {
		t.Parallel()
		v := open(t, overTLS)
		script := contract.New(seed(t), 1, 3_000) // some 5 MB
		slow := v.joinSlow(t)
		speakToAll(t, v, script)
		slow.hangUp()
		const rate, beats = 1_000_000, 100 // bytes and beats, each in a second
		heard := script.Watch(contract.Listener)
		reader := slowly{slow, rate / beats, time.Tick(time.Second / beats)}
		if err := receive(heard, reader, script.Bytes(contract.Listener)); err != nil {
			t.Fatal(err)
		}
		if err := heard.Complete(); err != nil {
			t.Error(err)
		}
		slow.hearsEnd()
		slow.Close()
		eventually(t, "nobody is left", func() bool { return v.server.Stats().Open == 0 })
	})
}

func TestContract08_WhatIsSentOverTLSIsDeliveredHoweverItsSenderCloses(t *testing.T) {
	text := strings.Repeat("of the member that leaves\n", 10_000) + "and the rest"
	for _, test := range closes {
		t.Run(test.name, func(t *testing.T) {
			v := open(t, overTLS(t, tls.VersionTLS13))
			clients := v.join(t, 2)
			leaver, listener := clients[0], clients[1]
			var group errgroup.Group
			group.Go(func() error {
				var got strings.Builder
				if err := receive(&got, listener, int64(len(text))); err != nil {
					return err
				}
				if got.String() != text {
					t.Error("something else was delivered")
				}
				return nil
			})
			leaver.say(text)
			test.close(leaver)
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			listener.hangUp()
			listener.hearsEnd()
			leaver.Close()
		})
	}
}

func TestContract10_WhatWasAcceptedReachesEveryoneOverTLSWhenTheServerStops(t *testing.T) {
	inTLS(t, func(t *testing.T, overTLS func(*plan)) {
		t.Parallel()
		const rate, beats = 1_000_000, 100 // bytes and beats, each in a second
		v := open(t, overTLS)
		script := contract.New(seed(t), 1, scaled(4_700)) // 8 seconds, some 8 MB
		slow := v.joinSlow(t)
		speakToAll(t, v, script)
		stopped := stopWithin(v, 14*time.Second)
		heard := script.Watch(contract.Listener)
		if err := receive(heard, slowly{slow, rate / beats, time.Tick(time.Second / beats)}, script.Bytes(contract.Listener)); err != nil {
			t.Fatal(err)
		}
		if err := heard.Complete(); err != nil {
			t.Error(err)
		}
		slow.hearsEnd()
		slow.Close()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		if s := v.members.Stats(); s.Undelivered != 0 {
			t.Errorf("%d did not get everything", s.Undelivered)
		}
	})
}

func TestContract10_TheConnectionUnderTLSEndsAtOnceToo(t *testing.T) {
	v := open(t, overTLS(t, tls.VersionTLS13))
	c := v.join(t, 1)[0]
	stopped := stopWithin(v, 5*time.Second)
	start := time.Now()
	_, err := io.Copy(io.Discard, c.TCPConn) // a client that takes no notice of what TLS says
	if took := time.Since(start); err != nil || took > time.Second {
		t.Errorf("it ended after %v, %v", took, err)
	}
	c.Close()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestContract10_MemberOverTLSThatNeverReadsIsCountedWhenTheTimeIsOver(t *testing.T) {
	wantNeverReadingCounted(t, overTLS(t, tls.VersionTLS13))
}

// A listener whose connection breaks is noticed before anything is said to it.
func TestContract08_ListenerThatIsResetLeavesAtOnce(t *testing.T) {
	secured := overTLS(t, tls.VersionTLS13)
	for name, test := range map[string]struct {
		change func(*plan)
		more   func(*client)
	}{
		"behind the end of TLS": {secured, func(*client) {}},
		"behind a FIN":          {secured, func(c *client) { _ = c.TCPConn.CloseWrite() }},
		"behind more":           {secured, func(c *client) { _, _ = c.TCPConn.Write(make([]byte, 5000)) }},
		"without TLS":           {asTheyAre, func(*client) {}},
	} {
		t.Run(name, func(t *testing.T) {
			v := open(t, test.change, func(p *plan) { p.peer.Listen = true })
			clients := v.join(t, 2)
			listener, other := clients[0], clients[1]
			listener.say("all that I say\n")
			listener.hangUp()
			other.hears("all that I say\n")
			test.more(listener)
			other.say("to a listener\n")
			listener.hears("to a listener\n")
			_ = listener.SetLinger(0)
			listener.TCPConn.Close()
			eventually(t, "the listener has left", func() bool { return v.server.Stats().Open == 1 && v.room.Stats().Members == 1 })
			other.Close()
		})
	}
}

func TestContract10_ListenersOverTLSEndWithTheServer(t *testing.T) {
	v := open(t, overTLS(t, tls.VersionTLS13), func(p *plan) { p.peer.Listen = true })
	listener := v.join(t, 1)[0]
	listener.hangUp()
	stopped := stopWithin(v, 5*time.Second)
	listener.hearsEnd()
	listener.Close()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
