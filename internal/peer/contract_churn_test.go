package peer_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/contract"
)

var churnFlag = flag.Duration("churn", 0, "how long members come and go in the test of that; 0: some seconds")

// stray begins every line that is not of the script: what is sent by those whose
// end may destroy some of it.
const stray = '#'

// A sieve passes the lines on that are of the script, and counts them.
type sieve struct {
	out   io.Writer
	heard [contract.MaxSenders]atomic.Int64 // lines of each sender
	line  byte                              // what the line has begun with; 0: none has begun
}

func (s *sieve) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if s.line == 0 {
			s.line = rest[0]
		}
		end := bytes.IndexByte(rest, '\n') + 1
		piece := rest[:end]
		if end == 0 {
			piece = rest
		}
		rest = rest[len(piece):]
		if s.line != stray {
			if _, err := s.out.Write(piece); err != nil {
				return 0, err
			}
		}
		if end > 0 {
			if s.line != stray {
				s.heard[s.line-'0'].Add(1) // out knows whose it is
			}
			s.line = 0
		}
	}
	return len(p), nil
}

// A crowd is members that come and go in a venue, at random, until ctx ends.
type crowd struct {
	t      *testing.T
	venue  *venue
	script *contract.Script
	visits atomic.Int64

	*audience
}

// populate has one visitor after another in a place, of which the first few speak
// the script: what one has said the next one goes on with.
func (c *crowd) populate(ctx context.Context, place, speakers int, src *rand.Rand) error {
	said := 0
	for ; ctx.Err() == nil; c.visits.Add(1) {
		conn, err := net.Dial("tcp", c.venue.addr)
		if err != nil {
			return err
		}
		visitor := &client{TCPConn: conn.(*net.TCPConn), t: c.t}
		if place < speakers {
			lines := 1 + src.IntN(3)
			err = c.speak(visitor, place, said, lines, src)
			said += lines
		} else {
			err = c.disturb(visitor, src)
		}
		visitor.Close()
		if err != nil {
			return fmt.Errorf("visitor in place %d: %w", place, err)
		}
	}
	return nil
}

// speak says some lines and leaves in any of the ways that lose nothing. It returns
// when they were heard.
func (c *crowd) speak(visitor *client, sender, from, lines int, src *rand.Rand) error {
	var text []byte
	for n := range lines {
		text = c.script.AppendLine(text, sender, from+n)
	}
	for len(text) > 0 {
		n := 1 + src.IntN(len(text))
		if _, err := visitor.Write(text[:n]); err != nil {
			return err
		}
		text = text[n:]
	}
	if err := stay(visitor, src); err != nil {
		return err
	}
	ways := closes
	if runtime.GOOS != "linux" {
		ways = closes[:1] // for the others it must be known what is acknowledged
	}
	way := ways[src.IntN(len(ways))]
	way.close(visitor)
	if way.reads {
		if err := visitor.SetDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, visitor); err != nil {
			return err
		}
	}
	return c.heard(sender, from+lines)
}

// heard waits until a number of lines of a sender were heard, or nobody hears any more.
func (c *crowd) heard(sender, lines int) error {
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(patience); ; {
		select {
		case <-c.hearing.Done():
			return context.Cause(c.hearing)
		case now := <-again.C:
			if got := int(c.sieve.heard[sender].Load()); got >= lines {
				return nil
			} else if now.After(deadline) {
				return fmt.Errorf("%d lines of sender %d were heard, want %d", got, sender, lines)
			}
		}
	}
}

// disturb sends anything or nothing, stays or not, and ends in any way.
func (c *crowd) disturb(visitor *client, src *rand.Rand) error {
	var text []byte
	for range src.IntN(3) {
		text = append(text, bytes.Repeat([]byte{stray}, 1+src.IntN(1_000))...)
		text = append(text, '\n')
	}
	if len(text) > 0 && src.IntN(2) == 0 {
		text = text[:len(text)-1] // the room is to end the line
	}
	if _, err := visitor.Write(text); err != nil {
		return err
	}
	if src.IntN(4) > 0 {
		if err := stay(visitor, src); err != nil {
			return err
		}
	}
	switch src.IntN(4) {
	case 0:
		return nil
	case 1:
		return visitor.SetLinger(0)
	}
	if err := visitor.CloseWrite(); err != nil {
		return err
	}
	if src.IntN(2) == 0 {
		return stay(visitor, src)
	}
	return nil
}

// stay reads for up to a second.
func stay(visitor *client, src *rand.Rand) error {
	if err := visitor.SetReadDeadline(time.Now().Add(time.Duration(src.Int64N(int64(time.Second))))); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, visitor)
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return err
}

// live is how many bytes of the heap are in use.
func live() int {
	collect()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// An audience is members that stay, and hear everything.
type audience struct {
	*errgroup.Group
	hearing context.Context // ends when a fault is heard
	sieve   sieve
	watcher *contract.Watcher
	streams []*contract.Digest // of each member
}

// attend has clients hear what is said, until they are closed.
func attend(t *testing.T, script *contract.Script, clients []*client) *audience {
	t.Helper()
	a := &audience{watcher: script.Watch(contract.Listener)}
	a.Group, a.hearing = errgroup.WithContext(t.Context())
	a.sieve.out = a.watcher
	for i, c := range clients {
		stream := script.Digest()
		a.streams = append(a.streams, stream)
		out := io.Writer(stream)
		if i == 0 {
			out = io.MultiWriter(stream, &a.sieve)
		}
		if err := c.SetDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		a.Go(func() error {
			defer c.Close()
			_, err := io.CopyBuffer(out, struct{ io.Reader }{c}, make([]byte, 128<<10))
			return err
		})
	}
	return a
}

// heardAll checks that all in the audience heard one and the same stream of a number
// of bytes, and the script in it without fault.
func (a *audience) heardAll(t *testing.T, bytes int64) {
	t.Helper()
	if err := a.watcher.Whole(); err != nil {
		t.Error(err)
	}
	for i, stream := range a.streams {
		if got, want := stream.Sum(), a.streams[0].Sum(); got != want || got.Bytes != bytes {
			t.Errorf("listener %d received %v, want %d bytes like the first, who received %v", i, got, bytes, want)
		}
	}
}

func TestContract07_09_MembersThatComeAndGoDisturbNobodyAndLeaveNothingBehind(t *testing.T) {
	duration, places := 5*time.Second, 500
	if raceDetector {
		places = 200
	}
	if testing.Short() {
		duration, places = time.Second, places/5
	}
	if *churnFlag > 0 {
		duration = *churnFlag
	}
	const lines = 1_000_000 // more than anybody gets to say
	s := seed(t)
	v := open(t, func(p *plan) {
		p.room.Backlog, p.room.Patience = tight, patience // slow as this machine may be, nobody is cut
	})
	clients := v.join(t, 4)
	staying := func() bool { return v.room.Stats().Members == len(clients) && v.server.Stats().Open == len(clients) }
	speakers := places / 8
	script := contract.New(s, speakers, lines)
	listeners, host := attend(t, script, clients[:3]), clients[3]
	if err := host.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	listeners.Go(func() error {
		defer host.Close()
		_, err := io.Copy(io.Discard, host)
		return err
	})
	talk := func() { // of a length that uses every part of the log
		before := v.room.Stats().Published
		text := bytes.Repeat([]byte("#a long talk\n"), 4*tight/13)
		host.say(string(text))
		v.published(t, int64(before)+int64(len(text)))
	}
	talk() // now everything is there that will stay
	files, goroutines, heap := descriptors(), runtime.NumGoroutine(), live()

	c := &crowd{t: t, venue: v, script: script, audience: listeners}
	ctx, cancel := context.WithTimeout(listeners.hearing, duration)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	most := 0
	stopLooking := watch(t, 10*time.Millisecond, func(time.Time) { most = max(most, v.room.Stats().Members) })
	for place := range places {
		group.Go(func() error { return c.populate(ctx, place, speakers, rand.New(rand.NewPCG(s, uint64(place)))) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	stopLooking()
	eventually(t, "the visitors are gone", func() bool {
		return staying() && descriptors() <= files && runtime.NumGoroutine() <= goroutines
	})
	t.Logf("%d visits in %v, up to %d members at a time, %d bytes published", c.visits.Load(), duration, most, v.room.Stats().Published)

	talk()                      // a cursor that was left behind would keep its part
	const stays = tight + 1<<20 // bytes: the log in its full length, and what the runtime keeps of goroutines
	eventually(t, "nothing is kept of the visitors", func() bool { return live() <= heap+stays })
	if err := errors.Join(v.stop(), listeners.Wait()); err != nil {
		t.Fatal(err)
	}
	listeners.heardAll(t, int64(v.room.Stats().Published))
	if most < places/2 || c.visits.Load() < int64(places) {
		t.Errorf("%d visits of up to %d members, want more", c.visits.Load(), most)
	}
	if s := v.server.Stats(); len(v.room.Stats().Cuts) > 0 || s.Panics > 0 {
		t.Errorf("stats are %+v and %+v, want nobody cut and no panic", v.room.Stats(), s)
	}
}
