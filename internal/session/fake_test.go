package session_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bcast/internal/session"
	"bcast/internal/wire"
)

// A half is one end of a connection in memory, each direction of which can be ended.
type half struct {
	net.Conn // what is read
	to       net.Conn
}

func (h half) Write(p []byte) (int, error)        { return h.to.Write(p) }
func (h half) SetWriteDeadline(t time.Time) error { return h.to.SetWriteDeadline(t) }
func (h half) CloseWrite() error                  { return h.to.Close() }

// Close ends what is written last: who has read the end knows that all is closed.
func (h half) Close() error {
	_ = h.Conn.Close()
	return h.to.Close()
}

func newHalves() (client, server half) {
	up, fromClient := net.Pipe()
	down, fromServer := net.Pipe()
	return half{down, up}, half{fromClient, fromServer}
}

// A bubble is where a session and the servers it connects to live, on fake time.
type bubble struct {
	*client
	dialled chan half
	refuse  chan error                          // an error for the next dial
	heard   atomic.Pointer[func(session.Event)] // called for each event
}

// run starts a session in a bubble of testing/synctest.
func run(t *testing.T, change func(*session.Config)) *bubble {
	t.Helper()
	b := &bubble{dialled: make(chan half), refuse: make(chan error, 1)}
	cfg := session.Config{
		Name: "me", Quiet: true, Reconnect: true,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			client, server := newHalves()
			select {
			case b.dialled <- server:
				return client, nil
			case err := <-b.refuse:
				return nil, err
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}
	if change != nil {
		change(&cfg)
	}
	ctx, stop := context.WithCancel(t.Context())
	b.client = &client{Session: session.New(cfg), events: make(chan string, 10000), ended: make(chan error, 1), stop: stop}
	go func() {
		b.ended <- b.Run(ctx, func(event session.Event) {
			if said := say(event); said != "" {
				b.events <- said
			}
			if heard := b.heard.Load(); heard != nil {
				(*heard)(event)
			}
		})
	}()
	t.Cleanup(stop)
	return b
}

// want is client.want with the patience of fake time.
func (b *bubble) want(t *testing.T, events ...string) {
	t.Helper()
	for _, want := range events {
		select {
		case got := <-b.events:
			if got != want {
				t.Fatalf("event %q, want %q", got, want)
			}
		case err := <-b.ended:
			b.ended <- err
			t.Fatalf("the session ended with %v, want %q", err, want)
		case <-time.After(time.Hour):
			t.Fatalf("no event, want %q", want)
		}
	}
}

// end is client.end with the patience of fake time.
func (b *bubble) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-b.ended:
		return err
	case <-time.After(time.Hour):
		t.Fatal("the session does not end")
		return nil
	}
}

// say is an event in a few words.
func say(event session.Event) string {
	var b strings.Builder
	add := func(yes bool, format string, args ...any) {
		if yes {
			fmt.Fprintf(&b, format, args...)
		}
	}
	switch e := event.(type) {
	case session.Connected:
		add(!e.Framed, "plain")
		add(e.Framed, "framed as %s", e.You.Name)
		add(e.Resumed, ", resumed")
		add(e.Missed > 0, ", missed %d", e.Missed)
		add(e.Restarted, ", restarted, repeated %d", e.Repeated)
	case session.Received:
		add(true, "received %s", e.Data)
	case session.Line:
		add(true, "line %d %s: %.20s", e.Seq, e.Name, e.Text)
		add(e.More, ", more")
		add(e.Own, ", own")
		add(e.History, ", history")
	case session.Frame:
		add(true, "frame %s", e.JSON)
	case session.Joined:
		add(true, "joined %s, %d", e.Name, e.Count)
	case session.Left:
		add(true, "left %s, %d", e.Name, e.Count)
	case session.Renamed:
		add(true, "renamed %s", e.Name)
	case session.Counted:
		add(true, "count %d", e.Count.Count)
	case session.Gap:
		add(true, "gap %d", e.Missed)
	case session.Delivered:
		add(true, "delivered %d", e.ID)
		add(e.Line != nil, " by line")
		if e.Line != nil {
			add(true, " %d", e.Line.Seq)
		}
	case session.Refused:
		add(true, "refused %d, %s", e.ID, e.Code)
	case session.RoundTrip:
		add(true, "round trip %v", e.Took)
	case session.Disconnected:
		add(true, "disconnected %d: %v", e.Attempt, e.Err)
	}
	return b.String()
}

// quiet checks that nothing else has happened for a while.
func (b *bubble) quiet(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case event := <-b.events:
		t.Fatalf("event %q, want none", event)
	case err := <-b.ended:
		t.Fatalf("the session ended with %v", err)
	case <-time.After(d):
	}
}

// A fake is the server's side of a connection.
type fake struct {
	half
	t       *testing.T
	r       *bufio.Reader
	maxLine int
}

func (b *bubble) accept(t *testing.T) *fake {
	t.Helper()
	select {
	case conn := <-b.dialled:
		return b.fake(t, conn)
	case err := <-b.ended:
		b.ended <- err
		t.Fatalf("the session ended with %v, want another connection", err)
	case <-time.After(time.Hour):
		t.Fatal("the session does not connect")
	}
	return nil
}

func (b *bubble) fake(t *testing.T, conn half) *fake {
	t.Cleanup(func() { conn.Close() })
	return &fake{half: conn, t: t, r: bufio.NewReader(conn), maxLine: wire.DefaultMaxLine}
}

func (f *fake) write(text string) {
	f.t.Helper()
	if _, err := io.WriteString(f, text); err != nil {
		f.t.Fatalf("the client does not read %.100q: %v", text, err)
	}
}

func (f *fake) send(frames ...wire.ServerFrame) {
	f.t.Helper()
	for _, frame := range frames {
		f.write(string(frame.Append(nil)))
	}
}

// greeting is what the fake says to SOH.
const greeting = "\x01bcast/1 e1 0123456789abcdef\n"

// probed reads the client's first byte.
func (f *fake) probed() {
	f.t.Helper()
	if c, err := f.r.ReadByte(); err != nil || c != wire.SOH {
		f.t.Fatalf("the client began with %q (%v), want SOH", c, err)
	}
}

// frame reads a frame of the client.
func (f *fake) frame() wire.ClientFrame {
	f.t.Helper()
	raw, err := f.r.ReadBytes('\n')
	if err != nil {
		f.t.Fatalf("the client ended (%v), want a frame", err)
	}
	frame, err := wire.DecodeClient(raw, f.maxLine)
	if err != nil {
		f.t.Fatalf("the client sent %.100q: %v", raw, err)
	}
	return frame
}

// greet greets and returns the client's hello.
func (f *fake) greet() *wire.Hello {
	f.t.Helper()
	f.probed()
	f.write(greeting)
	hello, ok := f.frame().(*wire.Hello)
	if !ok {
		f.t.Fatal("the client's first frame is no hello")
	}
	return hello
}

// The session that the fake gives, and another one.
var (
	secret  = wire.NewSession([wire.SessionSize]byte{1})
	another = wire.NewSession([wire.SessionSize]byte{2})
)

// welcome answers a hello. change, if any, changes the answer.
func (f *fake) welcome(hello *wire.Hello, change func(*wire.Welcome)) {
	f.t.Helper()
	w := &wire.Welcome{
		Nonce: hello.Nonce, Session: secret, You: wire.Member{ID: "p1", Name: "me"},
		Epoch: "e1", Seq: 1, Count: 2, Peers: []wire.Member{{ID: "p2", Name: "bob"}},
	}
	if change != nil {
		change(w)
	}
	f.send(w)
}

// says checks which message comes next, and gives it no receipt.
func (f *fake) says(ref uint64, text string) {
	f.t.Helper()
	switch say := f.frame().(type) {
	case *wire.Say:
		if say.Ref != ref || string(say.Text) != text || say.More {
			f.t.Fatalf("the client says %d %.100q, more %v; want %d %q", say.Ref, say.Text, say.More, ref, text)
		}
	default:
		f.t.Fatalf("the client sent %T, want message %d", say, ref)
	}
}

// line is a line of bob's.
func line(seq uint64, text string) *wire.Line {
	return &wire.Line{Seq: seq, From: "p2", Name: "bob", Text: []byte(text)}
}

// receipt is a line of the client's own.
func receipt(seq, ref uint64, text string) *wire.Line {
	return &wire.Line{Seq: seq, From: "p1", Name: "me", Text: []byte(text), Ref: ref}
}

// ended checks that the client has ended its input.
func (f *fake) ended() {
	f.t.Helper()
	if rest, err := io.ReadAll(f.r); len(rest) > 0 || err != nil {
		f.t.Fatalf("the client sent %.100q (%v), want the end of input", rest, err)
	}
}

// closed checks that the client has closed the connection.
func (f *fake) closed() {
	f.t.Helper()
	f.ended()
	if _, err := f.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		f.t.Fatalf("the client reads on (%v), want the connection closed", err)
	}
}
