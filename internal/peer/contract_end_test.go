package peer_test

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/contract"
	"bcast/internal/room"
)

// stopWithin stops the venue in the background; the result says whether that took
// longer than it may.
func stopWithin(v *venue, most time.Duration) <-chan error {
	result := make(chan error, 1)
	go func() {
		start := time.Now()
		err := v.stop()
		if took := time.Since(start); err == nil && took > most {
			err = errors.New("it took " + took.String())
		}
		result <- err
	}()
	return result
}

func TestContract10_WhatWasAcceptedReachesEveryoneWhenTheServerStops(t *testing.T) {
	const senders, listeners = 3, 3
	v := open(t)
	script := contract.New(seed(t), senders, 50_000) // more than they will get to say
	clients := v.join(t, senders+listeners)
	watcher, all := ears(script, senders, len(clients))
	var group errgroup.Group
	for i, c := range clients {
		if i < senders {
			group.Go(func() error {
				err := script.Speak(c, i)
				for _, end := range []error{net.ErrClosed, syscall.EPIPE, syscall.ECONNRESET} {
					if errors.Is(err, end) {
						return nil // nobody reads any more
					}
				}
				return err
			})
		}
		group.Go(func() error {
			_, err := io.CopyBuffer(all[i], struct{ io.Reader }{c}, make([]byte, 128<<10)) // a FIN, no reset
			c.Close()
			return err
		})
	}
	v.published(t, 5_000_000)
	stopped := stopWithin(v, 10*time.Second)
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}

	if err := watcher.Whole(); err != nil {
		t.Fatal(err)
	}
	if got, want := watcher.Sum().Bytes, int64(v.room.Stats().Published); got != want {
		t.Errorf("the first listener received %d bytes, %d were published", got, want)
	}
	heardTheSame(t, watcher, all, senders)
	if s := v.members.Stats(); s.Undelivered != 0 {
		t.Errorf("%d did not get everything", s.Undelivered)
	}
}

// slowly is a reader of bytesPerBeat at most in each beat.
type slowly struct {
	io.Reader
	bytesPerBeat int
	beat         <-chan time.Time
}

func (r slowly) Read(p []byte) (int, error) {
	<-r.beat
	return r.Reader.Read(p[:min(len(p), r.bytesPerBeat)])
}

// speakToAll has sender 0 say a script, and everyone but those who are deaf hear it.
func speakToAll(t *testing.T, v *venue, script *contract.Script) {
	t.Helper()
	clients := v.join(t, 3)
	var group errgroup.Group
	watcher := script.Watch(contract.Listener)
	group.Go(func() error { return script.Speak(clients[0], 0) })
	group.Go(func() error { return receive(watcher, clients[1], script.Bytes(contract.Listener)) })
	group.Go(func() error { return receive(io.Discard, clients[2], script.Bytes(contract.Listener)) })
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := watcher.Complete(); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		c.hangUp()
		c.hearsEnd()
	}
}

func TestContract10_SlowReaderGetsEverythingWhenTheServerStops(t *testing.T) {
	t.Parallel()                      // it takes as long as it is to take
	const rate, beats = 1_000_000, 20 // bytes and beats, each in a second
	v := open(t)
	script := contract.New(seed(t), 1, scaled(4_700)) // 8 seconds, some 8 MB
	slow := v.joinSlow(t)
	speakToAll(t, v, script)

	stopped := stopWithin(v, 14*time.Second)
	watcher := script.Watch(contract.Listener)
	reader := slowly{slow, rate / beats, time.Tick(time.Second / beats)}
	if err := receive(watcher, reader, script.Bytes(contract.Listener)); err != nil {
		t.Fatal(err)
	}
	if err := watcher.Complete(); err != nil {
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
}

func TestContract10_ReaderThatNeverReadsIsCountedWhenTheTimeIsOver(t *testing.T) {
	wantNeverReadingCounted(t)
}

func wantNeverReadingCounted(t *testing.T, changes ...func(*plan)) {
	t.Helper()
	changes = append(changes, func(p *plan) { p.peer.DrainTimeout = 300 * time.Millisecond })
	for _, test := range []struct {
		name  string
		lines int
		cuts  uint64 // by the room: what it has not written; the rest waits in the system
	}{
		{"12 MB", 7_000, 1},
		{"200 KB", 120, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := open(t, changes...)
			deaf := v.joinSlow(t)
			speakToAll(t, v, contract.New(seed(t), 1, test.lines))
			if err := <-stopWithin(v, 5*time.Second); err != nil {
				t.Error(err)
			}
			if got := v.members.Stats().Undelivered; got != 1 {
				t.Errorf("%d are counted as undelivered, want 1", got)
			}
			if got := v.room.Stats().Cuts[room.Undelivered]; got != test.cuts {
				t.Errorf("the room has cut %d, want %d", got, test.cuts)
			}
			deaf.Close()
		})
	}
}

func TestContract10_ClientThatBreaksOffDoesNotHoldUpTheEnd(t *testing.T) {
	v := open(t)
	deaf := v.joinSlow(t)
	speakToAll(t, v, contract.New(seed(t), 1, 120)) // all of it waits in the system
	stopped := stopWithin(v, 5*time.Second)
	eventually(t, "the member has left", func() bool { return v.room.Stats().Members == 0 })
	deaf.reset()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
