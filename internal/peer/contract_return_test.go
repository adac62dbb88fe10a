package peer_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/room"
	"bcast/internal/session"
	"bcast/internal/wire"
)

var longFlag = flag.Bool("long", false, "have the tests of broken connections say more, and break more")

func TestContract11_NothingIsLostOrDoubledHoweverConnectionsBreak(t *testing.T) {
	t.Parallel()
	number, messages, breaks := 20, 1000, 600
	switch {
	case *longFlag:
		messages, breaks = 5000, 2400
	case raceDetector || testing.Short():
		messages, breaks = 200, 200
	}
	all, err := breakTalk(t, number, messages, breaks, false)
	for _, r := range all {
		if err == nil && (r.sum != all[0].sum || r.last != all[0].last) {
			t.Errorf("client %d has seen other lines than client 0: up to %d, and up to %d", r.number, r.last, all[0].last)
		}
	}
}

func TestContract11_RoomThatIsFullGoesOnHoweverConnectionsBreak(t *testing.T) {
	t.Parallel()
	messages, breaks := 20000, 300
	if raceDetector || testing.Short() {
		messages, breaks = 4000, 100
	}
	if _, err := breakTalk(t, 8, messages, breaks, true); err != nil {
		t.Fatal("the room does not go on")
	}
}

// breakTalk has clients talk while their connections break. Where they flood the room,
// which is small, lines may be missed that were said while a client was not there.
func breakTalk(t *testing.T, number, messages, breaks int, flood bool) ([]*returner, error) {
	t.Helper()
	v := open(t, func(p *plan) {
		if flood {
			p.room.Backlog = room.MinBacklog(p.room.MaxChunk)
		}
	})
	random := rand.New(rand.NewPCG(seed(t), 11))
	ctx, cancel := context.WithTimeout(t.Context(), longTalk)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	p := newBreaker(t, v.addr, breaks, random.Uint64())

	start := time.Now()
	var all []*returner
	for i := range number {
		r := newReturner(i, number, messages, p, flood, cancel)
		all = append(all, r)
		group.Go(func() error { return r.run(ctx) })
	}
	group.Go(func() error {
		for _, r := range all {
			select {
			case <-r.in:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		p.armed.Store(true)
		for _, r := range all {
			group.Go(func() error { return r.speak(ctx) })
		}
		return nil
	})
	err := group.Wait()
	t.Logf("%d clients, %d messages each, in %v: %v; %d connections, %d welcomes, cuts %v",
		number, messages, time.Since(start).Round(time.Millisecond), p, p.connections.Load(), welcomes(all), v.room.Stats().Cuts)
	for _, r := range all {
		if len(r.wrong) > 0 {
			t.Errorf("client %d: %s", r.number, strings.Join(r.wrong, "; "))
		}
	}
	if err != nil {
		for _, r := range all {
			t.Logf("client %d: %d messages heard, %d receipts, last event %s", r.number, r.heard.Load(), r.receipts.Load(), r.event.Load())
		}
		t.Error(err)
	}
	return all, err
}

func welcomes(all []*returner) (n int) {
	for _, r := range all {
		n += r.welcomes
	}
	return n
}

// A returner is a framed client that says messages and keeps an account of what it
// hears, over all its connections. Its fields are Run's, but for those that say so.
type returner struct {
	number, messages int
	breaker          *breaker
	flood            bool   // lines may be missed, and it speaks as fast as it can
	end              func() // of the test
	session          *session.Session
	in               chan struct{} // closed at the first welcome
	all              chan struct{} // closed when everything was heard and receipted

	welcomes int
	next     []int  // by author: the message that comes next
	last     uint64 // the seq of the last line
	sum      uint64 // of all lines up to the last message
	wrong    []string
	heard    atomic.Int64 // messages; anybody may ask
	receipts atomic.Int64 // likewise
	event    atomic.Value // likewise: the last event that is no line, as text
}

func newReturner(number, authors, messages int, b *breaker, flood bool, end func()) *returner {
	r := &returner{
		number: number, messages: messages, breaker: b, flood: flood, end: end, next: make([]int, authors),
		in: make(chan struct{}), all: make(chan struct{}),
	}
	cfg := session.Config{
		Network: "tcp", Address: b.addr(), Framed: true, Reconnect: true, FirstWait: 2 * time.Millisecond, MaxPending: 300,
	}
	if number%2 == 0 {
		cfg.Name = fmt.Sprintf("client%d", number)
	}
	r.session = session.New(cfg)
	r.event.Store("none")
	return r
}

// messageText is what an author says as one message: some have two lines.
func messageText(author, i int) string {
	text := fmt.Sprintf("%d %d %s", author, i, "0123456789abcdef"[:(author+i)%17])
	if i%16 == 3 {
		text += "\nand more"
	}
	return text
}

// speak says everything, as far as connections have broken meanwhile.
func (r *returner) speak(ctx context.Context) error {
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for i := 0; i < r.messages; {
		text := []byte(messageText(r.number, i) + "\n")
		switch due := r.breaker.share(r.messages); {
		case i >= due && !r.flood:
		case bytes.Count(text, []byte("\n")) == 1:
			if _, err := r.session.Send(ctx, text); err != nil {
				return fmt.Errorf("client %d sends: %w", r.number, err)
			}
			i++
			continue
		default: // as one message
			if _, ok := r.session.Offer(text); ok {
				i++
				continue
			}
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	select {
	case <-r.all:
		r.session.Finish()
		return nil
	case <-ctx.Done():
		return fmt.Errorf("client %d: %w", r.number, ctx.Err())
	}
}

func (r *returner) run(ctx context.Context) error {
	if err := r.session.Run(ctx, r.handle); err != nil {
		return fmt.Errorf("client %d: %w", r.number, err)
	}
	return nil
}

func (r *returner) isWrong(format string, args ...any) {
	if len(r.wrong) < 5 {
		r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
		r.end()
	}
}

func (r *returner) handle(event session.Event) {
	switch e := event.(type) {
	case session.Connected:
		if r.welcomes++; r.welcomes == 1 {
			close(r.in)
		} else if r.last += e.Missed; !e.Resumed || e.Missed > 0 && !r.flood {
			r.isWrong("welcome %d: %+v", r.welcomes, e)
		}
		r.event.Store(fmt.Sprintf("welcome %d", r.welcomes))
	case session.Disconnected:
		r.event.Store(fmt.Sprintf("disconnected: %v", e.Err))
		// A connection that ends before its hello is a plain one, which hears lines.
		if errors.Is(e.Err, session.ErrProtocol) && !strings.Contains(e.Err.Error(), "first frame is none") {
			r.isWrong("connection %d: %v", r.welcomes, e.Err)
		}
	case session.Line:
		r.line(e)
	case session.Delivered:
		r.delivered(e)
	case session.Gap, session.Refused, session.Received:
		r.isWrong("%T %+v", e, e)
	}
}

// line takes a line: each has the next seq, and each message of an author is the next
// of that author.
func (r *returner) line(e session.Line) {
	if r.last > 0 && e.Seq != r.last+1 {
		r.isWrong("line %d behind %d", e.Seq, r.last)
	}
	if r.heard.Load() == int64(len(r.next)*r.messages) {
		r.isWrong("line %d behind the last: %q", e.Seq, e.Text)
	}
	r.last = e.Seq
	sum := fnv.New64a()
	fmt.Fprint(sum, r.sum, e.Seq, e.From, e.Name, e.Ref, e.More, e.At)
	sum.Write(e.Text)
	r.sum = sum.Sum64()
	if len(e.Text) == 1 && e.Text[0] == wire.SOH {
		return // who asked for frames too late has said this, as a plain member
	}
	var author int
	if _, err := fmt.Sscan(string(e.Text), &author); err != nil || author < 0 || author >= len(r.next) {
		r.isWrong("line %d is %q", e.Seq, e.Text)
		return
	}
	if want := messageText(author, r.next[author]); string(e.Text) != want && !r.flood {
		r.isWrong("line %d is %q, want %q", e.Seq, e.Text, want)
	}
	if own := author == r.number; e.Own != own || (e.Ref == 0) {
		r.isWrong("line %d, %q: own is %v, ref is %d", e.Seq, e.Text, e.Own, e.Ref)
	}
	r.next[author]++
	r.heard.Add(1)
	r.complete()
}

// delivered takes a receipt: each message has one, in order.
func (r *returner) delivered(e session.Delivered) {
	n := r.receipts.Add(1)
	if e.ID != uint64(n) {
		r.isWrong("receipt %d is that of message %d", n, e.ID)
	}
	if want := messageText(r.number, int(n)-1); e.Line == nil && !r.flood || e.Line != nil && string(e.Line.Text) != want {
		r.isWrong("receipt %d has the line %v, want %q", n, e.Line, want)
	}
	r.complete()
}

func (r *returner) complete() {
	if (r.flood || r.heard.Load() == int64(len(r.next)*r.messages)) && r.receipts.Load() == int64(r.messages) {
		select {
		case <-r.all:
			if !r.flood {
				r.isWrong("there is more")
			}
		default:
			close(r.all)
		}
	}
}
