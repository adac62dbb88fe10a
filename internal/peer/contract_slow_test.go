package peer_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/contract"
	"bcast/internal/room"
)

const (
	// tight is a small backlog in bytes: members that lag soon hold the others back.
	tight = 1 << 20

	// tightSystem is how much the server's system keeps for a member, in bytes.
	tightSystem = 64 << 10
)

// tightly makes the venue one where a member that lags soon holds the others back.
func tightly(p *plan) {
	p.room.Backlog = tight
	p.wrap = func(conn net.Conn) net.Conn {
		_ = socketOf(conn).SetWriteBuffer(tightSystem)
		return conn
	}
}

// take is receive with a small buffer, where the test looks at memory.
func take(w io.Writer, r io.Reader, n int64) error {
	got, err := io.CopyBuffer(w, struct{ io.Reader }{io.LimitReader(r, n)}, make([]byte, 16<<10))
	if err == nil && got < n {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("take %d bytes: after %d: %w", n, got, err)
	}
	return nil
}

// tell has sender 0 say a script, and each of readers hear all of it. It returns
// when they have, or the first of them has not.
func tell(t *testing.T, script *contract.Script, sender *client, readers []io.Reader) {
	t.Helper()
	var group errgroup.Group
	group.Go(func() error { return script.Speak(sender, 0) })
	watcher, all := ears(script, 0, len(readers))
	for i, r := range readers {
		group.Go(func() error {
			if err := take(all[i], r, script.Bytes(contract.Listener)); err != nil {
				return fmt.Errorf("reader %d: %w", i, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := watcher.Complete(); err != nil {
		t.Fatal(err)
	}
	heardTheSame(t, watcher, all, 0)
}

// asReaders is what tell asks for.
func asReaders(clients []*client) []io.Reader {
	var readers []io.Reader
	for _, c := range clients {
		readers = append(readers, c)
	}
	return readers
}

func TestContract06_07_MembersThatNeverReadCostTheOthersOnePatienceAtMost(t *testing.T) {
	const noise = time.Second
	members := max(10, scaled(50))                          // that read, and as many that do not
	script := contract.New(seed(t), 1, 8_000+scaled(8_000)) // the systems of each take 4 MB
	backlog := room.DefaultBacklog
	if testing.Short() {
		backlog = tight
	}
	talk := func(stuck int) time.Duration {
		v := open(t, func(p *plan) { p.room.Backlog = backlog })
		for range stuck {
			v.joinSlow(t)
		}
		clients := v.join(t, members+1)
		start := time.Now()
		tell(t, script, clients[0], asReaders(clients[1:]))
		took := time.Since(start)
		if got := v.cut(); got != uint64(stuck) {
			t.Errorf("%d were cut, want %d", got, stuck)
		}
		eventually(t, "those who read are left", func() bool { return v.room.Stats().Members == members+1 })
		if err := v.stopHearing(clients); err != nil {
			t.Error(err)
		}
		return took
	}
	var cost time.Duration
	for range 3 { // the machine may have had something else to do, but not each time
		memoryIsBounded := watchMemory(t, backlog, 2*members)
		alone, among := talk(0), talk(members)
		memoryIsBounded()
		t.Logf("it took %v, and %v without those who never read", among.Round(time.Millisecond), alone.Round(time.Millisecond))
		if cost = among - alone; cost <= room.DefaultPatience+noise {
			return
		}
	}
	t.Errorf("%d that never read cost the others %v, patience is %v", members, cost, room.DefaultPatience)
}

// stopHearing stops the venue, and has clients go when it says so.
func (v *venue) stopHearing(clients []*client) error {
	stopped := make(chan error, 1)
	go func() { stopped <- v.stop() }()
	var errs []error
	for _, c := range clients {
		errs = append(errs, end(c))
		c.Close()
	}
	return errors.Join(append(errs, <-stopped)...)
}

// A steady reader takes rate bytes a second on average, in small steps, from the
// first byte until hurry is closed, and then as much as there is.
type steady struct {
	io.Reader
	rate  int
	hurry <-chan struct{}
	beat  <-chan time.Time

	start time.Time
	taken int
}

func (r *steady) Read(p []byte) (int, error) {
	for {
		select {
		case <-r.hurry:
			return r.Reader.Read(p)
		default:
		}
		due := 1
		if !r.start.IsZero() {
			due = int(time.Since(r.start).Seconds()*float64(r.rate)) - r.taken
		}
		if due > 0 {
			n, err := r.Reader.Read(p[:min(len(p), due)])
			if r.start.IsZero() {
				r.start = time.Now()
			}
			r.taken += n
			return n, err
		}
		select {
		case <-r.hurry:
		case <-r.beat:
		}
	}
}

func TestContract06_07_MembersThatReadAtTheLeastRateLoseNothing(t *testing.T) {
	const rate, beat = 400 << 10, 10 * time.Millisecond // bytes a second, in steps of 4 KiB
	held, members := 6*time.Second, 50                  // that read so, and as many that read at once
	if testing.Short() {
		held, members = 2500*time.Millisecond, 10
	}
	v := open(t, tightly)
	script := contract.New(seed(t), 1, (tight+int(held.Seconds()*rate))/(contract.MaxLine*7/16))
	memoryIsBounded := watchMemory(t, tight, 2*members)
	hurry := make(chan struct{})
	clients := v.join(t, 2*members+1)
	readers := asReaders(clients[1:])
	for i := range members {
		size := tightSystem
		if i%5 == 0 {
			size = 1 << 20 // one whose system takes much, and tells of room in large steps
		}
		if err := clients[1+i].SetReadBuffer(size); err != nil {
			t.Fatal(err)
		}
		readers[i] = &steady{Reader: clients[1+i], rate: rate, hurry: hurry, beat: time.Tick(beat)}
	}
	start := time.Now()
	var took time.Duration // until everything was published: nobody holds anybody back from there on
	stopLooking := watch(t, time.Millisecond, func(now time.Time) {
		if took == 0 && int64(v.room.Stats().Published) == script.Bytes(contract.Listener) {
			took = now.Sub(start)
			close(hurry)
		}
	})
	tell(t, script, clients[0], readers)
	stopLooking()
	t.Logf("%d bytes were held for %v", script.Bytes(contract.Listener), took.Round(time.Millisecond))
	if took < held*2/3 {
		t.Errorf("the sender was held for %v only, so that nothing is shown: want %v", took, held)
	}
	if s := v.room.Stats(); len(s.Cuts) > 0 || s.Members != 2*members+1 {
		t.Errorf("stats are %+v, want nobody cut", s)
	}
	if err := v.stopHearing(clients); err != nil {
		t.Error(err)
	}
	memoryIsBounded()
}

func TestContract06_MemberThatReadsALittleIsCutWithinTwoPatiences(t *testing.T) {
	for _, test := range []struct {
		name         string
		bytesPerBeat int
		beat         time.Duration
		patience     time.Duration
	}{
		{"1 byte a second", 1, time.Second, 500 * time.Millisecond},
		{"80 KiB a second", 8 << 10, time.Second / 10, room.DefaultPatience}, // progress that shows, and a third of the least rate
	} {
		t.Run(test.name, func(t *testing.T) {
			const noise = 300 * time.Millisecond
			v := open(t, tightly, func(p *plan) { p.room.Patience = test.patience })
			script := contract.New(seed(t), 1, 2_000)
			clients := v.join(t, 3)
			slow := clients[2]
			var reading errgroup.Group
			reading.Go(func() error {
				_, err := io.Copy(io.Discard, slowly{slow, test.bytesPerBeat, time.Tick(test.beat)})
				return err
			})
			var cutAt time.Time
			stopLooking := watch(t, 2*time.Millisecond, func(now time.Time) {
				if cutAt.IsZero() && v.cut() > 0 {
					cutAt = now
				}
			})
			stop := v.watchStandstill(t)
			tell(t, script, clients[0], asReaders(clients[1:2]))
			full := stop()
			stopLooking()
			if v.cut() != 1 || full.times == 0 {
				t.Fatalf("%d were cut, and the room was full %d times: want one cut, because of that", v.cut(), full.times)
			}
			took := cutAt.Sub(full.first)
			t.Logf("cut %v after the room was full", took.Round(time.Millisecond))
			if took > 2*test.patience+noise {
				t.Errorf("it was cut %v after the room was full, patience is %v", took, test.patience)
			}
			slow.Close()
			if reading.Wait() == nil {
				t.Error("the slow one read until a good end, want it reset")
			}
		})
	}
}

func TestContract06_MembersThatStallOneAfterAnotherHoldTheRoomForOnePatienceInAll(t *testing.T) {
	const stallers = 30
	patience, every := time.Second, 120*time.Millisecond
	if testing.Short() {
		patience, every = 500*time.Millisecond, 80*time.Millisecond
	}
	v := open(t, tightly, func(p *plan) {
		p.room.Backlog, p.room.Patience = 4<<20, patience
	})
	script := contract.New(seed(t), 1, 1) // for its digests
	clients := v.join(t, 2)
	sender, reader := clients[0], clients[1]
	sent, heard := script.Digest(), script.Digest()
	over := make(chan struct{})
	var group errgroup.Group
	group.Go(func() error {
		line := make([]byte, 0, 16<<10)
		for beat := time.Tick(time.Millisecond); ; <-beat {
			select {
			case <-over:
				return sender.CloseWrite()
			default:
			}
			line = append(strconv.AppendInt(line[:0], sent.Sum().Bytes, 10), ' ')
			line = append(line[:cap(line)-1], '\n')
			if _, err := io.MultiWriter(sender, sent).Write(line); err != nil {
				return err
			}
		}
	})
	group.Go(func() error {
		_, err := io.Copy(heard, struct{ io.Reader }{reader})
		return err
	})

	stop := v.watchStandstill(t)
	arrival := time.NewTicker(every)
	defer arrival.Stop()
	for range stallers {
		if err := v.dial(t).SetReadBuffer(tightSystem); err != nil {
			t.Fatal(err)
		}
		<-arrival.C
	}
	eventually(t, "all that stall are cut", func() bool { return v.cut() == stallers })
	held := stop()
	close(over)
	eventually(t, "everything is published", func() bool { return v.room.Stats().Members == 1 })
	stopped := stopWithin(v, 5*time.Second)
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	reader.Close()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if heard.Sum() != sent.Sum() {
		t.Errorf("the reader received %v, want %v", heard.Sum(), sent.Sum())
	}
	t.Logf("%d that stalled held the room for %v in all, %d times", stallers, held.total.Round(time.Millisecond), held.times)
	if held.times == 0 || held.total > patience*3/2 {
		t.Errorf("%d that stalled held the room for %v, %d times; want one patience of %v in all", stallers, held.total, held.times, patience)
	}
}
