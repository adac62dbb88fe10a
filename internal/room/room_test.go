package room_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"bcast/internal/room"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errCut = errors.New("cut")

// A screen is a Sink that keeps what is written to it, and whose peer may read
// slowly or not at all.
type screen struct {
	mu      sync.Mutex
	got     bytes.Buffer
	stuck   bool
	step    time.Duration // how long the peer takes for a bite
	cut     chan struct{}
	cutOnce sync.Once
}

// bite is how many bytes a slow peer takes at a time.
const bite = 20

// at sets how many bytes a second the peer takes.
func (s *screen) at(rate int) *screen {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.step = bite * time.Second / time.Duration(rate)
	return s
}

func newScreen() *screen { return &screen{cut: make(chan struct{})} }

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	stuck, step := s.stuck, s.step
	s.mu.Unlock()
	if stuck {
		<-s.cut
		return 0, errCut
	}
	if step > 0 {
		select {
		case <-time.After(step):
			p = p[:min(bite, len(p))]
		case <-s.cut:
			return 0, errCut
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.Write(p)
}

// TryWrite takes a little, as a socket that is nearly full; and nothing where the
// peer is not quick.
func (s *screen) TryWrite(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stuck || s.step > 0 {
		return 0, nil
	}
	return s.got.Write(p[:min(len(p), 100)])
}

func (s *screen) Taken() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return uint64(s.got.Len())
}

func (s *screen) Cut() { s.cutOnce.Do(func() { close(s.cut) }) }

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.String()
}

const maxChunk = 1 << 10

func newRoom(t *testing.T, change func(*room.Config)) *room.Room {
	t.Helper()
	cfg := room.Config{MaxChunk: maxChunk, Backlog: 16 << 10}
	if change != nil {
		change(&cfg)
	}
	r, err := room.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func join(t *testing.T, r *room.Room, s *screen) *room.Member {
	t.Helper()
	m, err := r.Join(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func publish(t *testing.T, m *room.Member, chunk string) {
	t.Helper()
	if err := m.Publish([]byte(chunk)); err != nil {
		t.Errorf("publish %.20q: %v", chunk, err)
	}
}

func leave(t *testing.T, members ...*room.Member) {
	t.Helper()
	for _, m := range members {
		if err := m.Leave(t.Context()); err != nil {
			t.Errorf("leave: %v", err)
		}
	}
}

func TestContract01_LineReachesEveryOtherMemberAndNotItsSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		screens := []*screen{newScreen(), newScreen(), newScreen()}
		var members []*room.Member
		for _, s := range screens {
			members = append(members, join(t, r, s))
		}
		want := make([]string, 3)
		for n := range 100 {
			for i, m := range members {
				line := fmt.Sprintf("%d from %d\n", n, i)
				publish(t, m, line)
				for k := range want {
					if k != i {
						want[k] += line
					}
				}
			}
		}
		synctest.Wait()
		for i, s := range screens {
			if s.String() != want[i] {
				t.Errorf("member %d got %q, want %q", i, s, want[i])
			}
		}
		leave(t, members...)
	})
}

func TestContract02_AllMembersSeeOneOrder(t *testing.T) {
	r := newRoom(t, nil)
	watchers := []*screen{newScreen(), newScreen(), newScreen()}
	var members []*room.Member
	for _, s := range watchers {
		members = append(members, join(t, r, s))
	}
	var authors sync.WaitGroup
	for i := range 4 {
		authors.Go(func() {
			m := join(t, r, newScreen())
			for n := range 500 {
				publish(t, m, fmt.Sprintf("%d from %d\n", n, i))
			}
			leave(t, m)
		})
	}
	authors.Wait()
	leave(t, members...)
	for i, s := range watchers {
		if lines := strings.Count(s.String(), "\n"); lines != 2000 || s.String() != watchers[0].String() {
			t.Errorf("watcher %d has %d lines; the same as the first: %v", i, lines, s.String() == watchers[0].String())
		}
	}
}

func TestContract03_NewlineStandsBetweenTwoMembersBytes(t *testing.T) {
	for _, test := range []struct {
		name             string
		raw              bool
		script           string // who publishes what, in order
		a, b, c, c_joins string
	}{
		{"whole lines", false, "a:x\n b:y\n", "y\n", "x\n", "x\ny\n", ""},
		{"a rest, then another", false, "a:x b:y\n", "y\n", "x\n", "x\ny\n", ""},
		{"both unfinished", false, "a:x b:y a:z", "y\n", "x\nz", "x\ny\nz", ""},
		{"pieces of one line", false, "a:x a:y\n b:z\n", "z\n", "xy\n", "xy\nz\n", ""},
		{"pieces with another's line between", false, "a:x b:z\n a:y\n", "z\n", "x\ny\n", "x\nz\ny\n", ""},
		{"raw framing adds nothing", true, "a:x b:y a:z", "y", "xz", "xyz", ""},
		{"joined behind an unfinished line", false, "a:x c! b:y\n", "y\n", "x\n", "y\n", ""},
		{"joined inside an unfinished line", false, "a:x c! a:y b:z\n", "z\n", "xy\n", "y\nz\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(t, func(cfg *room.Config) { cfg.Raw = test.raw })
				screens := map[string]*screen{"a": newScreen(), "b": newScreen(), "c": newScreen()}
				members := make(map[string]*room.Member)
				for _, who := range []string{"a", "b", "c"} {
					if who != "c" || !strings.Contains(test.script, "c!") {
						members[who] = join(t, r, screens[who])
					}
				}
				for step := range strings.SplitSeq(test.script, " ") {
					if step == "c!" {
						members["c"] = join(t, r, screens["c"])
						continue
					}
					who, text, _ := strings.Cut(step, ":")
					publish(t, members[who], text)
				}
				for who, want := range map[string]string{"a": test.a, "b": test.b, "c": test.c} {
					leave(t, members[who])
					if got := screens[who].String(); got != want {
						t.Errorf("%s got %q, want %q", who, got, want)
					}
				}
			})
		})
	}
}

func TestContract06_MemberThatDoesNotReadIsCutAfterPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		stuck, reader := newScreen(), newScreen()
		stuck.stuck = true
		bad, good, sender := join(t, r, stuck), join(t, r, reader), join(t, r, newScreen())
		start := time.Now()
		line := strings.Repeat("x", 999) + "\n"
		for range 100 {
			publish(t, sender, line)
		}
		if held := time.Since(start); held > room.DefaultPatience*5/4 {
			t.Errorf("the sender was held for %v, patience is %v", held, room.DefaultPatience)
		}
		leave(t, good, sender)
		if got := reader.String(); got != strings.Repeat(line, 100) {
			t.Errorf("the reader got %d bytes, want %d", len(got), 100*len(line))
		}
		var cut *room.CutError
		if err := bad.Leave(t.Context()); !errors.As(err, &cut) || cut.Reason != room.Stalled || cut.Lines < 5 || cut.Bytes != cut.Lines*1000 {
			t.Errorf("leaving after the cut: %v, want a CutError with what was not delivered", err)
		}
		if s := r.Stats(); s.Members != 0 || s.Cuts[room.Stalled] != 1 || len(s.Cuts) != 1 || s.Published != 100_000 {
			t.Errorf("stats %+v, want one member cut as stalled", s)
		}
	})
}

func TestContract06_MemberThatReadsSlowlyHoldsTheSendersBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(c *room.Config) { c.MinRate = 1000 })
		slow := newScreen().at(1000) // a segment takes longer than patience
		reader, sender := join(t, r, slow), join(t, r, newScreen())
		line := strings.Repeat("x", 99) + "\n"
		for range 1000 {
			publish(t, sender, line)
		}
		leave(t, reader, sender)
		if got := slow.String(); got != strings.Repeat(line, 1000) {
			t.Errorf("the slow reader got %d bytes, want %d", len(got), 1000*len(line))
		}
	})
}

func TestContract06_MemberThatWokeJustNowIsNotBlamedForItsRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, func(c *room.Config) { c.MinRate = 10_000 })
		s := newScreen().at(10_000)
		reader, sender := join(t, r, s), join(t, r, newScreen())
		time.Sleep(time.Hour) // in the bubble: a long rest
		for range 40 {
			publish(t, sender, strings.Repeat("x", maxChunk))
		}
		leave(t, reader, sender)
		if got := len(s.String()); got != 40*maxChunk {
			t.Errorf("the reader got %d bytes, want %d", got, 40*maxChunk)
		}
	})
}

func TestContract06_IdleRoomCutsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		s := newScreen()
		s.stuck = true
		suspended, sender := join(t, r, s), join(t, r, newScreen())
		publish(t, sender, "hello\n")
		time.Sleep(time.Hour) // in the bubble: a quiet room
		select {
		case <-suspended.Done():
			t.Error("a member was cut that held nobody back")
		default:
		}
		s.Cut()
		if err := suspended.Leave(t.Context()); !errors.Is(err, errCut) {
			t.Errorf("leaving after the sink failed: %v, want the sink's error", err)
		}
		leave(t, sender)
	})
}

func TestContract08_LeavingMemberGetsWhatWasPublishedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		s := newScreen().at(1000)
		leaver, sender := join(t, r, s), join(t, r, newScreen())
		publish(t, sender, "before\n")
		left := make(chan error)
		go func() { left <- leaver.Leave(t.Context()) }()
		synctest.Wait()
		publish(t, sender, "after\n")
		if err := <-left; err != nil || s.String() != "before\n" {
			t.Errorf("the leaver got %q (%v), want what was published before", s, err)
		}
		leave(t, sender)
	})
}

func TestContract08_LeavingMemberThatReadsNothingIsGivenUp(t *testing.T) {
	for _, test := range []struct {
		reason  room.Reason
		timeout time.Duration
		want    time.Duration
	}{
		{room.Unreachable, time.Hour, room.DefaultFarewell},
		{room.Undelivered, time.Second, time.Second},
	} {
		t.Run(test.reason.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(t, nil)
				s := newScreen()
				s.stuck = true
				leaver, sender := join(t, r, s), join(t, r, newScreen())
				publish(t, sender, "a\nb\n")
				ctx, cancel := context.WithTimeout(t.Context(), test.timeout)
				defer cancel()
				start := time.Now()
				err := leaver.Leave(ctx)
				var cut *room.CutError
				if !errors.As(err, &cut) || *cut != (room.CutError{Reason: test.reason, Bytes: 4, Lines: 2}) {
					t.Errorf("leave: %v, want it cut as %v with 4 bytes, 2 lines", err, test.reason)
				}
				if took := time.Since(start); took < test.want || took > test.want*5/4 {
					t.Errorf("it took %v, want %v", took, test.want)
				}
				leave(t, sender)
			})
		})
	}
}

func TestClosedRoomTakesNothingAndKeepsNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		s := newScreen()
		s.stuck = true
		stuck, sender := join(t, r, s), join(t, r, newScreen())
		blocked := make(chan error)
		go func() {
			for {
				if err := sender.Publish(make([]byte, maxChunk)); err != nil {
					blocked <- err
					return
				}
			}
		}()
		synctest.Wait()
		r.Close()
		if err := <-blocked; !errors.Is(err, room.ErrClosed) {
			t.Errorf("publish: %v, want ErrClosed", err)
		}
		if _, err := r.Join(newScreen()); !errors.Is(err, room.ErrClosed) {
			t.Errorf("join: %v, want ErrClosed", err)
		}
		leave(t, sender)
		s.Cut()
		_ = stuck.Leave(t.Context())
	})
}

// A window is a Sink whose peer takes everything at once. That anybody waits for
// it is a fault.
type window struct{ *screen }

func (w window) TryWrite(p []byte) (int, error) { return w.screen.Write(p) }

func (w window) Write(p []byte) (int, error) {
	return 0, fmt.Errorf("%d bytes were written by somebody who may wait", len(p))
}

func TestMembersThatReadNeedNoGoroutineEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		sender := join(t, r, newScreen())
		var windows []window
		var members []*room.Member
		for range 100 {
			w := window{newScreen()}
			m, err := r.Join(w)
			if err != nil {
				t.Fatal(err)
			}
			windows, members = append(windows, w), append(members, m)
		}
		want := ""
		for i := range 50 {
			line := fmt.Sprintf("line %d\n", i)
			publish(t, sender, line)
			want += line
		}
		synctest.Wait()
		leave(t, append(members, sender)...)
		for i, w := range windows {
			if w.String() != want {
				t.Errorf("member %d got %q", i, w)
			}
		}
	})
}

// reversed is an Ordering that decides later and elsewhere: it keeps what it is
// given and appends it, last first, when told.
type reversed struct {
	mu      sync.Mutex
	entries []room.Entry
	append  func(room.Entry) error
}

func (o *reversed) Submit(e room.Entry, append_ func(room.Entry) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	e.Chunk = bytes.Clone(e.Chunk)
	o.entries, o.append = append(o.entries, e), append_
	return nil
}

func (o *reversed) decide(t *testing.T) {
	for i := len(o.entries) - 1; i >= 0; i-- {
		if err := o.append(o.entries[i]); err != nil {
			t.Error(err)
		}
	}
}

func TestOrderIsWhatTheOrderingDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		order := &reversed{}
		r := newRoom(t, func(cfg *room.Config) { cfg.Ordering = order })
		sa, sb, sc := newScreen(), newScreen(), newScreen()
		a, b, c := join(t, r, sa), join(t, r, sb), join(t, r, sc)
		publish(t, a, "a\n")
		publish(t, b, "b\n")
		order.decide(t)
		leave(t, a, b, c)
		if sa.String() != "b\n" || sb.String() != "a\n" || sc.String() != "b\na\n" {
			t.Errorf("got %q, %q, %q, want the order that was decided", sa, sb, sc)
		}
	})
}

func TestMembersThatComeAndGoLeaveNothingBehind(t *testing.T) {
	r := newRoom(t, nil)
	talker := join(t, r, newScreen())
	var visitors sync.WaitGroup
	for range 8 {
		visitors.Go(func() {
			for range 200 {
				m := join(t, r, newScreen())
				publish(t, m, "hi\n")
				leave(t, m)
			}
		})
	}
	for range 200 {
		publish(t, talker, "hello\n")
	}
	visitors.Wait()
	leave(t, talker)
	if s := r.Stats(); s.Members != 0 {
		t.Errorf("%d members are left", s.Members)
	}
}

func TestBoundsAreChecked(t *testing.T) {
	for _, cfg := range []room.Config{
		{},
		{MaxChunk: 100, Backlog: 100},
		{MaxChunk: 100, Backlog: 1 << 20, Patience: -1},
		{MaxChunk: 100, Backlog: 1 << 20, Farewell: -1},
	} {
		if _, err := room.New(cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}
