package session_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/session"
	"bcast/internal/wire"
)

// A hall is a framed server as doc/protocol.md has it, with one member, and a ghost
// that says something after each message.
type hall struct {
	mu    sync.Mutex
	lines []wire.Line // of the epoch, the first has the seq 1
	acked uint64
	left  chan struct{} // closed when the last connection has ended
}

func (h *hall) serve(conn net.Conn) {
	h.mu.Lock()
	before, done := h.left, make(chan struct{})
	h.left = done
	h.mu.Unlock()
	defer close(done)
	defer conn.Close()
	r := bufio.NewReader(conn)
	if c, err := r.ReadByte(); err != nil || c != wire.SOH {
		return
	}
	if _, err := conn.Write([]byte(greeting)); err != nil {
		return
	}
	frame, err := readFrame(r)
	hello, ok := frame.(*wire.Hello)
	if err != nil || !ok {
		return
	}
	if before != nil {
		<-before
	}
	h.mu.Lock()
	w := &wire.Welcome{
		Nonce: hello.Nonce, Session: secret, You: wire.Member{ID: "p1", Name: "me"}, Epoch: "e1",
		Seq: uint64(len(h.lines)) + 1, Acked: h.acked, Count: 1,
	}
	next := len(h.lines)
	h.mu.Unlock()
	if hello.Resume != nil {
		next = int(hello.Resume.Seq)
	}
	if _, err := conn.Write(w.Append(nil)); err != nil {
		return
	}
	more := make(chan struct{}, 1)
	more <- struct{}{}
	written := make(chan struct{})
	go func() { // serve waits for it
		defer close(written)
		defer conn.Close()
		for range more {
			h.mu.Lock()
			var out []byte
			for ; next < len(h.lines); next++ {
				out = h.lines[next].Append(out)
			}
			h.mu.Unlock()
			if _, err := conn.Write(out); err != nil {
				return
			}
		}
	}()
	for {
		frame, err := readFrame(r)
		if err != nil {
			break
		}
		if say, ok := frame.(*wire.Say); ok {
			h.said(say)
		}
		select {
		case more <- struct{}{}:
		default:
		}
	}
	close(more)
	<-written
}

func readFrame(r *bufio.Reader) (wire.ClientFrame, error) {
	raw, err := r.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	return wire.DecodeClient(raw, wire.DefaultMaxLine)
}

func (h *hall) said(say *wire.Say) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if say.Ref != h.acked+1 {
		return
	}
	h.acked++
	seq := uint64(len(h.lines)) + 1
	h.lines = append(h.lines,
		wire.Line{Seq: seq, From: "p1", Name: "me", Text: slices.Clone(say.Text), More: say.More, Ref: say.Ref},
		wire.Line{Seq: seq + 1, From: "p2", Name: "ghost", Text: fmt.Appendf(nil, "boo %d", say.Ref)})
}

// A frail connection breaks after some bytes, and cuts what is read and written
// into pieces.
type frail struct {
	half
	mu   sync.Mutex
	rand *rand.Rand
	left int
}

func (f *frail) piece(p []byte) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := min(len(p), 1+f.rand.IntN(300), f.left)
	f.left -= n
	if n == 0 {
		_ = f.Close()
		return p
	}
	return p[:n]
}

func (f *frail) Read(p []byte) (int, error) { return f.half.Read(f.piece(p)) }

func (f *frail) Write(p []byte) (done int, err error) {
	for done < len(p) && err == nil {
		var n int
		n, err = f.half.Write(f.piece(p[done:]))
		done += n
	}
	return done, err
}

func TestContract11_NothingIsLostOrDoubledHoweverOftenTheConnectionBreaks(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { chaos(t, rand.New(rand.NewPCG(seed, 0))) })
		})
	}
}

func chaos(t *testing.T, random *rand.Rand) {
	h := new(hall)
	var connections sync.WaitGroup
	breaks := 0
	cfg := session.Config{
		FirstWait: 5 * time.Millisecond, Patience: 100 * time.Minute, Framed: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			client, server := newHalves()
			connections.Go(func() { h.serve(server) })
			breaks++
			size := 200 + random.IntN(5000)
			if breaks == 1 {
				size = 5000 // the first connection is to say that the server is framed
			}
			return &frail{half: client, rand: rand.New(rand.NewPCG(random.Uint64(), 0)), left: size}, nil
		},
	}
	s := session.New(cfg)
	var want []string // the message with the id 1 first
	for i := range 100 {
		want = append(want, fmt.Sprintf("message %d %s\nand more", i, strings.Repeat("x", random.IntN(100))))
	}
	var got, ghost []string
	go func() { // Finish is its last word, Run ends after it
		for _, text := range want {
			for ok := false; !ok; {
				time.Sleep(time.Millisecond) // in the bubble: the outbox may be full
				_, ok = s.Offer([]byte(text + "\n"))
			}
		}
		s.Finish()
	}()
	var delivered []uint64
	err := s.Run(t.Context(), func(event session.Event) {
		switch e := event.(type) {
		case session.Line:
			if e.Own {
				got = append(got, string(e.Text))
			} else {
				ghost = append(ghost, string(e.Text))
			}
		case session.Delivered:
			delivered = append(delivered, e.ID)
			if e.Line == nil || string(e.Line.Text) != want[e.ID-1] {
				t.Errorf("the receipt of %d has another line", e.ID)
			}
		}
	})
	connections.Wait()
	if err != nil {
		t.Fatalf("the session ended with %v after %d connections", err, breaks)
	}
	if breaks < 4 {
		t.Fatalf("%d connections: this is no test", breaks)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the client saw %d of its %d messages", len(got), len(want))
	}
	var said, boo []string
	for _, line := range h.lines {
		if line.From == "p1" {
			said = append(said, string(line.Text))
		} else {
			boo = append(boo, string(line.Text))
		}
	}
	if !slices.Equal(said, want) {
		t.Errorf("the room has %d messages, want %d", len(said), len(want))
	}
	if len(delivered) != 100 || !slices.IsSorted(delivered) || len(slices.Compact(delivered)) != 100 {
		t.Errorf("delivered %v", delivered)
	}
	if n := len(ghost); n > len(boo) || n < len(boo)-1 || !slices.Equal(ghost, boo[:n]) {
		t.Errorf("the client saw %d lines of the ghost's %d", n, len(boo)) // the last may come after the end
	}
}
