package peer_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/contract"
	"bcast/internal/room"
)

// The ways in which a client may end. But for the half-close, they destroy what is
// still in the client's own system, so they wait until the server's has it.
var closes = []struct {
	name  string
	close func(*client)
	reads bool // it still receives
}{
	{"half-close", (*client).hangUp, true},
	{"half-close, then close with unread input", func(c *client) {
		c.hangUp()
		c.acknowledged()
		c.Close()
	}, false},
	{"close with unread input", func(c *client) {
		c.acknowledged()
		c.Close()
	}, false},
	{"reset", func(c *client) {
		c.acknowledged()
		c.reset()
	}, false},
}

// reset closes the connection without a FIN.
func (c *client) reset() {
	c.t.Helper()
	if err := c.SetLinger(0); err != nil {
		c.t.Fatal(err)
	}
	c.Close()
}

// A member leaves in every way while as much is on its way to it as it has sent
// itself. Sender 0 is that member, sender 1 the one it hears.
func TestContract08_ClosingDestroysNothing(t *testing.T) {
	script := contract.New(seed(t), 2, scaled(3_000)) // some 5 MB each: 4 MB fit into the system
	for _, test := range closes {
		t.Run(test.name, func(t *testing.T) {
			v := open(t)
			leaver, clients := v.joinSlow(t), v.join(t, 2)
			other, listener := clients[0], clients[1]
			if err := script.Speak(other, 1); err != nil {
				t.Fatal(err)
			}
			v.published(t, script.Bytes(0))

			var group errgroup.Group
			watcher, theOther, theLeaver := script.Watch(contract.Listener), script.Digest(), script.Digest()
			group.Go(func() error { return receive(watcher, listener, script.Bytes(contract.Listener)) })
			group.Go(func() error { return receive(theOther, other, script.Bytes(1)) })
			if err := script.Speak(leaver, 0); err != nil {
				t.Fatal(err)
			}
			test.close(leaver)
			if test.reads {
				v.published(t, script.Bytes(contract.Listener))
				if err := receive(theLeaver, leaver, script.Bytes(0)); err != nil {
					t.Errorf("the member that left: %v", err)
				}
				leaver.hearsEnd()
				leaver.Close()
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			if err := watcher.Complete(); err != nil {
				t.Fatal(err)
			}
			if got, want := theOther.Sum(), watcher.SumWithout(1); got != want {
				t.Errorf("the other sender received %v, want %v", got, want)
			}
			if got, want := theLeaver.Sum(), watcher.SumWithout(0); got != want && test.reads {
				t.Errorf("the member that left received %v, want %v", got, want)
			}
			for _, c := range clients {
				c.hangUp()
				c.hearsEnd()
			}
			eventually(t, "nobody is left", func() bool { return v.room.Stats().Members+v.server.Stats().Open == 0 })
		})
	}
}

func TestContract08_LeavingMemberGetsWhatWasPublishedBeforeItsFIN(t *testing.T) {
	const leavers = 8 // one after another, while the others talk
	v := open(t)
	script := contract.New(seed(t), 2, 5_000)
	clients := v.join(t, 3)
	for range leavers {
		clients = append(clients, v.joinSlow(t)) // they are far behind when they leave
	}
	var group errgroup.Group
	for sender := range 2 {
		group.Go(func() error { return script.Speak(clients[sender], sender) })
		group.Go(func() error { return receive(script.Digest(), clients[sender], script.Bytes(sender)) })
	}
	all := script.Watch(contract.Listener)
	group.Go(func() error { return receive(all, clients[2], script.Bytes(contract.Listener)) })

	for i, leaver := range clients[3:] {
		v.published(t, script.Bytes(contract.Listener)*int64(i+1)/(leavers+2))
		before := int64(v.room.Stats().Published)
		leaver.hangUp()
		group.Go(func() error {
			left := script.Watch(contract.Listener)
			if err := receive(left, leaver, before); err != nil {
				return err
			}
			if _, err := io.Copy(left, leaver); err != nil {
				return err
			}
			leaver.Close()
			return left.Whole()
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := all.Complete(); err != nil {
		t.Error(err)
	}
	for _, c := range clients[:3] {
		c.hangUp()
		c.hearsEnd()
	}
}

// The server has not read yet what its system has acknowledged: a reader that
// stands still holds the senders back until the member has closed.
func TestContract08_WhatIsAcknowledgedIsDeliveredThoughTheRoomWasFull(t *testing.T) {
	for _, test := range closes {
		t.Run(test.name, func(t *testing.T) {
			v := open(t, func(p *plan) {
				p.room.Backlog, p.room.Patience = room.MinBacklog(p.room.MaxChunk), patience
			})
			still, leaver, sender := v.joinSlow(t), v.joinSlow(t), v.join(t, 1)[0]
			const line, lines = "of the member that leaves\n", 3_800 // more than one read takes
			much, text := strings.Repeat("of the sender\n", 600_000), strings.Repeat(line, lines)
			var group errgroup.Group
			group.Go(func() error {
				_, err := io.WriteString(sender, much)
				return err
			})
			v.stall(t)
			leaver.say(text)
			test.close(leaver)

			if test.reads {
				group.Go(func() error {
					_, err := io.Copy(io.Discard, leaver)
					return err
				})
			}
			group.Go(func() error { return receive(io.Discard, sender, int64(len(text))) })
			var got bytes.Buffer
			if err := receive(&got, still, int64(len(much)+len(text))); err != nil {
				t.Error(err)
			}
			if n := strings.Count(got.String(), line); n != lines {
				t.Errorf("%d lines of the member that left were delivered, want %d", n, lines)
			}
			if err := group.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// stall waits until the room takes nothing more.
func (v *venue) stall(t *testing.T) {
	t.Helper()
	var last uint64
	since := time.Now()
	eventually(t, "the room is full", func() bool {
		if now := v.room.Stats().Published; now != last {
			last, since = now, time.Now()
		}
		return last > 0 && time.Since(since) > 50*time.Millisecond
	})
}

func TestContract08_UnfinishedLineIsDeliveredHoweverItsSenderCloses(t *testing.T) {
	for _, test := range closes {
		t.Run(test.name, func(t *testing.T) {
			v := open(t)
			clients := v.join(t, 3)
			leaver, other, listener := clients[0], clients[1], clients[2]
			other.say("unread\n")
			listener.hears("unread\n")
			leaver.say("a line\nand the rest")
			test.close(leaver)
			for _, c := range []*client{other, listener} {
				c.hears("a line\nand the rest")
				c.hangUp()
				c.hearsEnd()
			}
			leaver.Close()
		})
	}
}

func TestContract08_OnEOFListenKeepsAMemberAsAListener(t *testing.T) {
	v := open(t, func(p *plan) { p.peer.Listen = true })
	clients := v.join(t, 3)
	listener, other, gone := clients[0], clients[1], clients[2]
	listener.say("a line\nand the rest")
	listener.hangUp()
	other.hears("a line\nand the rest")
	gone.hears("a line\nand the rest")
	for range 100 {
		other.say("one more\n")
		listener.hears("one more\n")
	}
	other.hears("\n") // the room's, behind the rest

	gone.hangUp() // a listener too, and missed once its system does not answer
	gone.reset()
	eventually(t, "the listener that is gone was missed", func() bool {
		other.say("are you there?\n")
		listener.hears("are you there?\n")
		return v.room.Stats().Members == 2
	})

	stopped := make(chan error)
	go func() { stopped <- v.stop() }()
	for _, c := range []*client{listener, other} {
		c.hearsEnd()
		c.Close()
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
