package peer_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"bcast/internal/peer"
	"bcast/internal/wire"
)

func TestContract09_FramedMembersGetWhatWasAcceptedAndBye(t *testing.T) {
	v := open(t)
	guest := v.join(t, 1)[0]
	idle, busy, behind := v.named(t, "idle"), v.named(t, "busy"), v.named(t, "behind")
	if err := behind.SetReadBuffer(64 << 10); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, guest)  //nolint:errcheck // until it is closed
	last := uint64(scaled(20_000)) // less than the backlog
	count(t, guest, 1, last)
	v.published(t, int64(last)*8)
	var speaking, stopping sync.WaitGroup
	speaking.Go(func() { // until it is not taken any more
		for ref := uint64(1); ref < 30_000; ref++ {
			if _, err := busy.Write((&wire.Say{Ref: ref, Text: []byte("x")}).Append(nil)); err != nil {
				return
			}
		}
	})
	heard := make(chan struct{})
	stopping.Go(func() {
		<-heard
		if err := v.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	receipts := uint64(0)
	end := func(c *talker) (total uint64) {
		for seq := uint64(1); ; {
			frame, err := c.read()
			if err != nil {
				t.Fatalf("no bye: %v", err)
			}
			switch frame := frame.(type) {
			case *wire.Line:
				if frame.Seq != seq {
					t.Fatalf("line %d, want %d", frame.Seq, seq)
				}
				if seq++; frame.From == busy.welcome.You.ID && c == busy {
					if receipts = frame.Ref; receipts == 1 {
						close(heard)
					}
				}
			case *wire.Bye:
				if frame.Reason != wire.ByeStopping {
					t.Errorf("bye for reason %q", frame.Reason)
				}
				c.hearsNothing()
				c.Close()
				return seq - 1
			}
		}
	}
	first := end(busy)
	busy.Close()
	if n := end(idle); n != first || first != last+receipts {
		t.Errorf("%d and %d lines, want %d and %d receipts", n, first, last, receipts)
	}
	if n := end(behind); n != first {
		t.Errorf("the one that is behind heard %d lines, want %d", n, first)
	}
	speaking.Wait()
	stopping.Wait()
}

func TestContract09_FramedMemberThatSpeaksWhenTheRoomHasClosedIsToldSo(t *testing.T) {
	v := open(t)
	alice := v.named(t, "alice")
	v.room.Close()
	alice.message("too late")
	alice.hearsEnd(wire.ByeStopping)
}

// What plain members hear must not depend on framed ones, but for what those say.
func TestContract02_PlainMembersHearTheSameWithFramedOnesAmongThem(t *testing.T) {
	var all [2]string
	for i, framed := range []bool{false, true} {
		v := open(t)
		clients := v.join(t, 3)
		a, b, reader := clients[0], clients[1], clients[2]
		var talkers []*talker
		for n := range 3 {
			if framed {
				talkers = append(talkers, v.named(t, fmt.Sprintf("framed%d", n)))
			}
		}
		var want, got bytes.Buffer
		for n := range 300 {
			text := fmt.Sprintf("%d\x00\xff\r", n)
			switch n % 7 {
			case 0, 1, 2:
				text += "\n"
			case 3: // unfinished, and in pieces
				text = strings.Repeat(text, 70_000/len(text))
			}
			speaker := []*client{a, b}[n/10%2]
			before := int64(v.room.Stats().Published)
			speaker.say(text + "\n")
			v.published(t, before+int64(len(text))+1)
			want.WriteString(text + "\n")
			for _, c := range talkers {
				if n%50 == 0 {
					c.message("said")
					fmt.Fprintf(&want, "%s: said\n", c.welcome.You.Name)
					v.published(t, before+int64(len(text))+2)
					for own := false; !own; {
						line, ok := c.next().(*wire.Line)
						own = ok && line.From == c.welcome.You.ID && line.Ref == c.ref
					}
					c.send(&wire.Ping{})
				}
			}
		}
		a.hangUp()
		if _, err := io.CopyN(&got, reader, int64(want.Len())); err != nil || got.String() != want.String() {
			t.Fatalf("the transcript has %d bytes (%v), want %d, the same: %v", got.Len(), err, want.Len(), got.String() == want.String())
		}
		reader.hangUp()
		reader.hearsEnd()
		for line := range strings.Lines(got.String()) {
			if !strings.HasPrefix(line, "framed") {
				all[i] += line
			}
		}
	}
	if all[0] != all[1] {
		t.Error("the transcripts are not the same")
	}
}

func TestContract11_LargeRoomOnlyCounts(t *testing.T) {
	inBubble(t, func(b *bubble) {
		guests := make([]*caller, 0, wire.MaxRoster)
		for range wire.MaxRoster - 1 {
			guests = append(guests, b.connect())
		}
		pass(window)
		enter := func() *caller {
			c := b.connect()
			c.say(soh)
			c.say(`{"type":"hello","nonce":"` + nonce + `"}` + "\n")
			return c
		}
		first := enter() // the last one that is named
		if got := first.heard(); !strings.Contains(got, `"count":500,"peers":[`) {
			t.Errorf("the welcome is %.300q", got)
		}
		second := enter()
		if got := second.heard(); !strings.Contains(got, `"count":501`) || strings.Contains(got, `"peers"`) {
			t.Errorf("the second welcome is %.300q", got)
		}
		for range 150 {
			guests = append(guests, b.connect())
		}
		pass(2 * time.Second)
		before := len(first.heard())
		for _, c := range guests[:100] {
			c.Close()
		}
		pass(2 * time.Second)
		got := first.heard()[before:]
		if strings.Contains(got, `"leave"`) {
			t.Errorf("%.300q tells who has left", got)
		}
		if !strings.Contains(got, `{"type":"count","count":551}`) {
			t.Errorf("%.300q does not come to the count", got)
		}
	})
}

func TestContract11_MembersAreToldWhoComesAndGoes(t *testing.T) {
	v := open(t)
	alice := v.named(t, "alice")
	guest := v.dial(t)
	guest.say("hello\n")
	join := alice.next()
	for j, ok := join.(*wire.Join); ok && j.ID == alice.welcome.You.ID; j, ok = join.(*wire.Join) {
		join = alice.next()
	}
	came, ok := join.(*wire.Join)
	if !ok || came.Count != 2 || !strings.HasPrefix(came.Name, "guest-") {
		t.Fatalf("%s comes, want a join", shown(join))
	}
	if line := alice.next().(*wire.Line); line.From != came.ID || line.Name != came.Name {
		t.Errorf("%s behind %s", shown(line), shown(came))
	}
	guest.hangUp()
	guest.hearsEnd()
	if left := alice.next().(*wire.Leave); left.Member != came.Member || left.Count != 1 {
		t.Errorf("%s behind %s", shown(left), shown(came))
	}
	for range 3 {
		v.greet(t).Close() // comes as a guest, with its SOH
		for _, want := range []string{"join", "line", "leave"} {
			if got := alice.next(); !strings.Contains(shown(got), want) {
				t.Fatalf("%s comes, want a %s", shown(got), want)
			}
		}
	}
}

func TestContract05_IdleFramedMemberIsToldSo(t *testing.T) {
	v := open(t, func(p *plan) { p.peer.IdleTimeout = 200 * time.Millisecond })
	v.named(t, "alice").hearsEnd(wire.ByeIdle)
	if s := v.members.Stats(); s != (peer.Stats{Idle: 1}) {
		t.Errorf("stats %+v", s)
	}
}

func TestContract05_AnswersThatNobodyReadsStopTheReading(t *testing.T) {
	v := open(t)
	alice, bob := v.named(t, "alice"), v.named(t, "bob")
	if err := alice.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if err := alice.SetWriteDeadline(time.Now().Add(time.Second / 2)); err != nil {
		t.Fatal(err)
	}
	ping := bytes.Repeat((&wire.Ping{ID: strings.Repeat("x", 64)}).Append(nil), 100)
	written := 0
	var err error
	for err == nil && written < 100<<20 {
		var n int
		n, err = alice.Write(ping)
		written += n
	}
	if err == nil {
		t.Errorf("%d bytes were taken of one that reads no answers", written)
	}
	bob.message("x")
	bob.hears("bob", "x")
	start := time.Now()
	c := v.again(t, alice.welcome, 1) // which must not wait for them
	c.alive()
	if took := time.Since(start); took > time.Second || c.welcome.You != alice.welcome.You {
		t.Errorf("%+v came back as %+v, in %v", alice.welcome.You, c.welcome.You, took)
	}
}
