package peer_test

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"bcast/internal/room"
	"bcast/internal/wire"
)

// lines checks that the next lines have the numbers from first up to last, and are what
// text says; other frames of the room may stand between.
func (c *talker) lines(first, last uint64, text func(seq uint64) string) {
	c.t.Helper()
	for seq := first; seq <= last; seq++ {
		if line := until[*wire.Line](c); line.Seq != seq || text != nil && string(line.Text) != text(seq) {
			c.t.Fatalf("heard %s, want line %d", shown(line), seq)
		}
	}
}

func numbered(seq uint64) string { return fmt.Sprintf("line %d", seq) }

// count says a number of lines, of which the first is the first in the room.
func count(t *testing.T, w io.Writer, first, last uint64) {
	t.Helper()
	var b strings.Builder
	for seq := first; seq <= last; seq++ {
		fmt.Fprintf(&b, "line %d\n", seq)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		t.Errorf("say lines %d to %d: %v", first, last, err)
	}
}

func TestContract11_HistoryIsTheLastLinesInOrderWithWhatFollows(t *testing.T) {
	for name, framed := range map[string]bool{"while another framed member is there": true, "with none": false} {
		t.Run(name, func(t *testing.T) {
			v := open(t)
			guest := v.join(t, 1)[0]
			count(t, guest, 1, 10)
			v.published(t, 10*7)
			if framed {
				v.named(t, "").lines(1, 10, numbered)
			}
			c := v.named(t, "")
			if c.welcome.Seq != 11 || c.welcome.Missed != 0 {
				t.Errorf("welcome %+v", c.welcome)
			}
			c.lines(1, 10, numbered)
			count(t, guest, 11, 3000)
			c.lines(11, 3000, numbered)
			late := v.named(t, "")
			if late.welcome.Seq != 3001 || late.welcome.Missed != 0 {
				t.Errorf("welcome %+v", late.welcome)
			}
			late.lines(2001, 3000, numbered)
			late.alive()
		})
	}
}

func TestContract11_HistoryHasNoGapWhileLinesKeepComing(t *testing.T) {
	v := open(t)
	guest := v.join(t, 1)[0]
	last := uint64(scaled(200_000))
	var speaking sync.WaitGroup
	defer speaking.Wait()
	defer guest.Close()
	speaking.Go(func() {
		for seq := uint64(1); seq <= last; seq += 100 {
			count(t, guest, seq, seq+99)
		}
	})
	var hearing sync.WaitGroup
	for range 8 {
		c := v.named(t, "")
		hearing.Go(func() {
			first := c.welcome.Seq - min(c.welcome.Seq-1, 1000)
			for seq := first; seq <= last; {
				frame, err := c.read()
				if err != nil {
					t.Error(err)
					return
				}
				line, ok := frame.(*wire.Line)
				if !ok {
					continue
				}
				if line.Seq != seq || string(line.Text) != numbered(seq) {
					t.Errorf("%s comes, want line %d", shown(line), seq)
					return
				}
				seq++
			}
		})
	}
	hearing.Wait()
}

func TestContract11_SameSessionGoesOnWhereItWas(t *testing.T) {
	for name, alone := range map[string]bool{"alone": true, "with another": false} {
		t.Run(name, func(t *testing.T) {
			v := open(t)
			guest := v.join(t, 1)[0]
			if !alone {
				v.named(t, "bob")
			}
			alice := v.named(t, "alice")
			count(t, guest, 1, 100)
			alice.lines(1, 100, numbered)
			alice.message("mine")
			alice.hears("alice", "mine")
			alice.Close()
			guest.hears("alice: mine\n")
			eventually(t, "the session has departed", func() bool { return v.room.Stats().Members == 1 })
			count(t, guest, 102, 200)
			c := v.again(t, alice.welcome, 50)
			w := c.welcome
			if w.Session != alice.welcome.Session || w.You != alice.welcome.You || w.Acked != 1 || w.Missed != 0 || w.Epoch != alice.welcome.Epoch {
				t.Errorf("welcome %+v behind %+v", w, alice.welcome)
			}
			c.lines(51, 100, numbered)
			c.hears("alice", "mine")
			c.lines(102, 200, numbered)
			c.ref = w.Acked
			c.message("again")
			c.hears("alice", "again")
			guest.hears("alice: again\n")
			c.alive()
		})
	}
}

func TestContract11_SessionIsCalledWhatItAskedForLast(t *testing.T) {
	v := open(t)
	bob, alice := v.named(t, "bob"), v.named(t, "alice")
	for _, step := range []struct{ ask, given string }{{"hanako", "hanako"}, {"bob", "bob-2"}, {"a:b", "bob-2"}} {
		alice.send(&wire.SetName{Name: step.ask})
		alice.message("hello")
		bob.hears(step.given, "hello")
	}
	alice.Close()
	until[*wire.Leave](bob)
	resume := &wire.Resume{Session: alice.welcome.Session, Epoch: alice.welcome.Epoch}
	if c := v.enter(t, wire.Hello{Name: "eve", Resume: resume}); c.welcome.You.Name != "bob-2" {
		t.Errorf("it is called %s", c.welcome.You.Name)
	}
}

func TestContract11_LiveSessionIsReplaced(t *testing.T) {
	v := open(t)
	guest := v.join(t, 1)[0]
	alice := v.named(t, "alice")
	for i := range 5 {
		alice.message("x")
		alice.hears("alice", "x")
		c := v.again(t, alice.welcome, uint64(i+1))
		if c.welcome.You != alice.welcome.You || c.welcome.Acked != uint64(i+1) {
			t.Fatalf("welcome %+v", c.welcome)
		}
		alice.hearsEnd(wire.ByeReplaced)
		alice = c
	}
	alice.alive()
	guest.hears(strings.Repeat("alice: x\n", 5))
	bob := v.named(t, "bob")
	if bob.welcome.Count != 3 {
		t.Errorf("%d members, want 3", bob.welcome.Count)
	}
}

// One that has stopped reading, with answers that wait, must not keep its successor out.
func TestContract11_SessionWithAnswersThatNobodyReadsIsReplaced(t *testing.T) {
	v := open(t)
	guest := v.join(t, 1)[0]
	alice, bob := v.named(t, "alice"), v.named(t, "bob")
	if err := alice.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, guest) //nolint:errcheck // until it is closed
	count(t, guest, 1, 100_000)   // more than both systems take, less than the backlog
	for range 20 {
		alice.send(&wire.Ping{})
	}
	bob.lines(1, 100_000, numbered)
	start := time.Now()
	c := v.again(t, alice.welcome, 100_000)
	if took := time.Since(start); took > time.Second || c.welcome.You != alice.welcome.You {
		t.Errorf("%+v came back as %+v, in %v", alice.welcome.You, c.welcome.You, took)
	}
	c.alive()
}

func TestContract11_UnknownSessionIsANewMember(t *testing.T) {
	v := open(t)
	guest := v.join(t, 1)[0]
	count(t, guest, 1, 2000)
	v.published(t, 2000*8)
	old := v.named(t, "alice").welcome
	for _, test := range []struct {
		name        string
		session     byte
		epoch       string
		seq, missed uint64
		first       uint64
	}{
		{"same epoch", 1, old.Epoch, 500, 0, 501},
		{"same epoch, from the beginning", 1, old.Epoch, 0, 0, 1},
		{"same epoch, a number that is not there yet", 1, old.Epoch, 1 << 40, 0, 2001},
		{"another epoch", 1, "another", 1500, 0, 1001},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := v.enter(t, wire.Hello{Name: "eve", Resume: &wire.Resume{
				Session: wire.NewSession([16]byte{test.session}), Epoch: test.epoch, Seq: test.seq,
			}})
			if w := c.welcome; w.Session == old.Session || w.You.ID == old.You.ID || w.Acked != 0 || w.Missed != test.missed || w.Epoch != old.Epoch {
				t.Errorf("welcome %+v", w)
			}
			c.lines(test.first, 2000, numbered)
			c.alive()
			c.hangUp()
			c.hearsEnd(wire.ByeEnd)
		})
	}
}

func TestContract11_LinesThatAreGoneAreCounted(t *testing.T) {
	for name, alone := range map[string]bool{"alone": true, "with another": false} {
		t.Run(name, func(t *testing.T) {
			v := open(t, func(p *plan) { p.room.Backlog = 5 << 20 })
			guest := v.join(t, 1)[0]
			alice := v.named(t, "alice")
			if !alone {
				other := v.named(t, "bob")
				go io.Copy(io.Discard, other) //nolint:errcheck // until it is closed
			}
			count(t, guest, 1, 10)
			alice.lines(1, 10, numbered)
			alice.Close()
			eventually(t, "it has gone", func() bool { return v.room.Stats().Members == 1 })
			const last = 1_000_000
			for seq := uint64(11); seq < last; seq += 1000 {
				count(t, guest, seq, min(last, seq+999))
			}
			guest.say("the last\n")
			guest.hangUp()
			guest.hearsEnd()
			c := v.again(t, alice.welcome, 10)
			w := c.welcome
			if w.Missed == 0 || w.Missed > last-100_000/8 || w.Session != alice.welcome.Session {
				t.Fatalf("welcome %+v", w)
			}
			c.lines(10+w.Missed+1, last, numbered)
			if line := until[*wire.Line](c); string(line.Text) != "the last" || line.Seq != last+1 || c.welcome.Seq != line.Seq+1 {
				t.Errorf("%s is the last", shown(line))
			}
			c.alive()
		})
	}
}

func TestContract11_MemberThatStopsReadingIsCutAndOthersLoseNothing(t *testing.T) {
	v := open(t, func(p *plan) { p.room.Backlog, p.room.Patience = 5<<20, patience/10 })
	guest := v.join(t, 1)[0]
	stuck, good := v.named(t, "stuck"), v.named(t, "good")
	if err := stuck.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	const last = 1000
	line := strings.Repeat("x", 64<<10-1)
	var speaking sync.WaitGroup
	speaking.Go(func() {
		for range last {
			if _, err := io.WriteString(guest, line+"\n"); err != nil {
				t.Error(err)
				return
			}
		}
	})
	good.lines(1, last, func(uint64) string { return line })
	speaking.Wait()
	good.alive()
	if _, err := io.Copy(io.Discard, stuck); err == nil {
		t.Error("the one that does not read was not cut")
	}
	if cuts := v.room.Stats().Cuts; cuts[room.Stalled] > 0 && len(cuts) > 0 {
		t.Errorf("the plain room has cut %v", cuts)
	}
}

func TestContract11_LineThatABreakInterruptsGoesOn(t *testing.T) {
	v := open(t)
	listener := v.join(t, 1)[0]
	alice := v.named(t, "alice")
	alice.piece("one line in ")
	if line := until[*wire.Line](alice); line.Seq != 1 {
		t.Fatalf("line %d, want the receipt", line.Seq)
	}
	alice.reset()
	again := v.again(t, alice.welcome, 1)
	again.message("two pieces")
	listener.hears("alice: one line in two pieces\n")
	again.Close()
}
