package pipe_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"bcast/internal/pipe"
	"bcast/internal/session"
	"bcast/internal/wire"
)

// A fake is a framed server's side of a connection.
type fake struct {
	*net.TCPConn
	t *testing.T
	r *bufio.Reader
}

func (s server) framed(t *testing.T) *fake {
	t.Helper()
	conn := s.accept(t)
	return &fake{conn, t, bufio.NewReader(conn)}
}

// frame reads the next frame, but for pings: a slow test gets some.
func (f *fake) frame() wire.ClientFrame {
	f.t.Helper()
	raw, err := f.r.ReadBytes('\n')
	if err != nil {
		f.t.Fatalf("the client ended (%v), want a frame", err)
	}
	frame, err := wire.DecodeClient(raw, wire.DefaultMaxLine)
	if err != nil {
		f.t.Fatal(err)
	}
	if _, ok := frame.(*wire.Ping); ok {
		return f.frame()
	}
	return frame
}

// welcome greets and welcomes the client, where the next line has a seq.
func (f *fake) welcome(seq, acked uint64) *wire.Hello {
	f.t.Helper()
	if c, err := f.r.ReadByte(); err != nil || c != wire.SOH {
		f.t.Fatalf("the client began with %q (%v), want SOH", c, err)
	}
	fmt.Fprint(f, "\x01bcast/1 e1 0123456789abcdef\n")
	hello := f.frame().(*wire.Hello)
	f.send(&wire.Welcome{
		Nonce: hello.Nonce, Session: wire.NewSession([wire.SessionSize]byte{1}), You: wire.Member{ID: "p1", Name: "me"},
		Epoch: "e1", Seq: seq, Acked: acked, Count: 2,
	})
	return hello
}

func (f *fake) send(frames ...wire.ServerFrame) {
	f.t.Helper()
	for _, frame := range frames {
		if _, err := f.Write(frame.Append(nil)); err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f *fake) says(ref uint64, text string, more bool) {
	f.t.Helper()
	say := f.frame().(*wire.Say)
	if say.Ref != ref || string(say.Text) != text || say.More != more {
		f.t.Fatalf("the client says %d %q, more %v; want %d %q, %v", say.Ref, say.Text, say.More, ref, text, more)
	}
}

func (f *fake) ended() {
	f.t.Helper()
	rest, err := io.ReadAll(f.r)
	if err != nil {
		f.t.Fatalf("the client does not end its input: %v", err)
	}
	for frame := range strings.Lines(string(rest)) {
		if !strings.HasPrefix(frame, `{"type":"ping"`) {
			f.t.Fatalf("the client sent %q, want the end of input", rest)
		}
	}
}

func own(seq, ref uint64, text string) *wire.Line {
	return &wire.Line{Seq: seq, From: "p1", Name: "me", Text: []byte(text), Ref: ref}
}

func TestFramedPipeWaitsForEveryReceipt(t *testing.T) {
	s := newServer(t)
	ended := s.start(t.Context(), pipe.Config{In: strings.NewReader("one\ntwo\nrest"), Out: io.Discard, Name: "alice"})
	f := s.framed(t)
	if hello := f.welcome(1, 0); hello.Name != "alice" || hello.Lag != "" {
		t.Errorf("hello %+v, want the name and a room that waits", hello)
	}
	f.says(1, "one", false) // without the name
	f.says(2, "two", false)
	f.says(3, "rest", true)
	f.send(own(1, 1, "one"), own(2, 2, "two"))
	_ = f.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := f.r.ReadByte(); !isTimeout(err) {
		t.Fatalf("the client ended (%v) before the last receipt", err)
	}
	_ = f.SetReadDeadline(time.Now().Add(patience))
	f.send(own(3, 3, "rest"))
	f.ended()
	f.Close()
	if err := wait(t, ended); err != nil {
		t.Errorf("the pipe ended with %v", err)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func TestFramedPipeSendsAgainAfterABreak(t *testing.T) {
	s := newServer(t)
	events := make(chan session.Event, 10)
	ended := s.start(t.Context(), pipe.Config{
		In: strings.NewReader("one\ntwo\n"), Out: io.Discard, Timeout: patience,
		Notify: func(event session.Event) { events <- event },
	})
	f := s.framed(t)
	f.welcome(1, 0)
	f.says(1, "one", false)
	f.says(2, "two", false)
	f.Close()
	f = s.framed(t)
	if hello := f.welcome(2, 1); hello.Resume == nil {
		t.Error("the client does not resume")
	}
	f.says(2, "two", false)
	f.send(own(1, 1, "one"), own(2, 2, "two"))
	f.ended()
	f.Close()
	if err := wait(t, ended); err != nil {
		t.Errorf("the pipe ended with %v", err)
	}
	if _, ok := (<-events).(session.Disconnected); !ok {
		t.Error("nobody was told of the break")
	}
	if back, ok := (<-events).(session.Connected); !ok || !back.Resumed {
		t.Error("nobody was told that it is over")
	}
}

func TestFramedPipeGivesUpAfterItsTimeout(t *testing.T) {
	for _, timeout := range []time.Duration{0, time.Second} {
		var took time.Duration
		for range 5 { // the machine may be late, but not each time
			if took = giveUp(t, timeout); took <= timeout+100*time.Millisecond {
				break
			}
		}
		if took > timeout+100*time.Millisecond || took < timeout/4 {
			t.Errorf("timeout %v: it took %v", timeout, took)
		}
	}
}

// giveUp returns how long a pipe goes on whose server has gone.
func giveUp(t *testing.T, timeout time.Duration) time.Duration {
	t.Helper()
	s := newServer(t)
	ended := s.start(t.Context(), pipe.Config{In: strings.NewReader("one\n"), Out: io.Discard, Timeout: timeout})
	f := s.framed(t)
	f.welcome(1, 0)
	f.says(1, "one", false)
	s.Close()
	f.Close()
	begin := time.Now()
	var dial *session.DialError
	err := wait(t, ended)
	if !errors.Is(err, pipe.ErrInputLeft) || errors.As(err, &dial) != (timeout > 0) {
		t.Errorf("timeout %v: the pipe ended with %v", timeout, err)
	}
	return time.Since(begin)
}

func TestPersonSeesTheServersEndAsAGoodEnd(t *testing.T) {
	s := newServer(t)
	in, typing := io.Pipe()
	defer typing.Close()
	ended := s.start(t.Context(), pipe.Config{
		In: in, Out: io.Discard, Interactive: true, Timeout: time.Hour,
		Notify: func(event session.Event) { t.Errorf("a person is told %#v", event) },
	})
	f := s.framed(t)
	f.welcome(1, 0)
	fmt.Fprint(typing, "one\n")
	f.says(1, "one", false)
	f.send(own(1, 1, "one"), &wire.Line{Seq: 2, From: "p2", Name: "bob"}, &wire.Bye{Reason: wire.ByeStopping})
	f.Close()
	if err := wait(t, ended); err != nil {
		t.Errorf("the pipe ended with %v", err)
	}
}

func TestRefusedLineIsNotAGoodEnd(t *testing.T) {
	s := newServer(t)
	ended := s.start(t.Context(), pipe.Config{In: strings.NewReader("one\n"), Out: io.Discard, Timeout: patience})
	f := s.framed(t)
	f.welcome(1, 0)
	f.says(1, "one", false)
	f.send(&wire.Error{Code: "rude", Message: "no", Ref: 1})
	f = s.framed(t)
	f.welcome(1, 0)
	f.ended()
	f.Close()
	if err := wait(t, ended); !errors.Is(err, pipe.ErrInputLeft) {
		t.Errorf("the pipe ended with %v", err)
	}
}

// TestOutputIsWhatNCWouldGet has the bytes that the server sends to plain members.
func TestOutputIsWhatNCWouldGet(t *testing.T) {
	line := func(from, name, text string, more bool) *wire.Line {
		return &wire.Line{From: from, Name: name, Text: []byte(text), More: more}
	}
	for name, test := range map[string]struct {
		lines []*wire.Line
		want  string
	}{
		"a name":                 {[]*wire.Line{line("p2", "bob", "hi", false)}, "bob: hi\n"},
		"none":                   {[]*wire.Line{line("p3", "guest-3", "\x1b[31m\r\xff", false)}, "\x1b[31m\r\xff\n"},
		"several lines":          {[]*wire.Line{line("p2", "bob", "a\n\nb", false)}, "bob: a\nbob: \nbob: b\n"},
		"several without a name": {[]*wire.Line{line("p3", "guest-3", "a\n\nb", false)}, "a\n\nb\n"},
		"nothing":                {[]*wire.Line{line("p2", "bob", "", false), line("p3", "guest-3", "", false)}, "bob: \n\n"},
		"one's own":              {[]*wire.Line{line("p1", "me", "mine", false)}, ""},
		"a long line": {[]*wire.Line{
			line("p2", "bob", "a", true), line("p2", "bob", "b", true), line("p2", "bob", "", false), line("p2", "bob", "c", false),
		}, "bob: ab\nbob: c\n"},
		"a long one, and several": {[]*wire.Line{line("p2", "bob", "a", true), line("p2", "bob", "b\nc", false)}, "bob: ab\nbob: c\n"},
		"a rest":                  {[]*wire.Line{line("p3", "guest-3", "a\nb", true)}, "a\nb"},
		"another behind a rest":   {[]*wire.Line{line("p3", "guest-3", "a", true), line("p2", "bob", "b", false), line("p3", "guest-3", "c", true)}, "a\nbob: b\nc"},
		"mine behind a rest":      {[]*wire.Line{line("p3", "guest-3", "a", true), line("p1", "me", "b", true), line("p3", "guest-3", "c", false)}, "a\nc\n"},
		"a name behind mine":      {[]*wire.Line{line("p2", "bob", "a", true), line("p1", "me", "b", false), line("p2", "bob", "c", false)}, "bob: a\nbob: c\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			var out buffer
			in, typing := io.Pipe()
			ended := s.start(t.Context(), pipe.Config{In: in, Out: &out})
			f := s.framed(t)
			f.welcome(3, 0)
			f.send(&wire.Line{Seq: 1, From: "p2", Name: "bob", Text: []byte("history")}, &wire.Line{Seq: 2, From: "p2", Name: "bob", More: true})
			f.send(&wire.Join{Member: wire.Member{ID: "p4", Name: "eve"}, Count: 3})
			for i, line := range test.lines {
				line.Seq = uint64(3 + i)
				f.send(line)
			}
			typing.Close()
			f.ended()
			f.Close()
			if err := wait(t, ended); err != nil || out.String() != test.want {
				t.Errorf("the output is %q (%v), want %q", out.String(), err, test.want)
			}
		})
	}
}

func TestTerminalGetsCleanLinesOfAFramedServer(t *testing.T) {
	s := newServer(t)
	var out buffer
	ended := s.start(t.Context(), pipe.Config{In: strings.NewReader(""), Out: &out, Terminal: true})
	f := s.framed(t)
	f.welcome(1, 0)
	f.send(&wire.Line{Seq: 1, From: "p2", Name: "b\x1b[31mob", Text: []byte("\x1b]0;evil\x07")})
	out.wait(t, "b␛[31mob: ␛]0;evil␇\n")
	f.ended()
	f.Close()
	if err := wait(t, ended); err != nil {
		t.Errorf("the pipe ended with %v", err)
	}
}

func TestFollowPrintsWhatWasSaidSinceARestart(t *testing.T) {
	s := newServer(t)
	var out buffer
	ctx, interrupt := context.WithCancel(t.Context())
	ended := s.start(ctx, pipe.Config{In: strings.NewReader(""), Out: &out, Follow: true})
	f := s.framed(t)
	f.welcome(2, 0)
	f.send(&wire.Line{Seq: 1, From: "p2", Name: "bob", Text: []byte("old")}, &wire.Line{Seq: 2, From: "p2", Name: "bob", Text: []byte("one"), More: true})
	out.wait(t, "bob: one")
	f.Close()
	f = s.framed(t)
	_, _ = f.r.ReadByte() // SOH
	fmt.Fprint(f, "\x01bcast/1 e2 0123456789abcdef\n")
	hello := f.frame().(*wire.Hello)
	f.send(&wire.Welcome{Nonce: hello.Nonce, Session: wire.NewSession([wire.SessionSize]byte{2}), You: wire.Member{ID: "p1"}, Epoch: "e2", Seq: 2})
	f.send(&wire.Line{Seq: 1, From: "p2", Name: "bob", Text: []byte("two")}, &wire.Line{Seq: 2, From: "p2", Name: "bob", Text: []byte("three")})
	out.wait(t, "bob: one\nbob: two\nbob: three\n")
	interrupt()
	if err := wait(t, ended); err != nil {
		t.Errorf("the pipe ended with %v", err)
	}
}

func TestJSONIsWhatTheServerSends(t *testing.T) {
	s := newServer(t)
	var out buffer
	ended := s.start(t.Context(), pipe.Config{In: strings.NewReader("hi\n"), Out: &out, JSON: true})
	f := s.framed(t)
	f.welcome(2, 0)
	f.says(1, "hi", false)
	var want strings.Builder
	for _, frame := range []wire.ServerFrame{
		&wire.Line{Seq: 1, From: "p2", Name: "bob", Text: []byte("history")},
		own(2, 1, "hi"),
		&wire.Join{Member: wire.Member{ID: "p4", Name: "eve"}, Count: 3},
		&wire.Bye{Reason: wire.ByeEnd},
	} {
		f.send(frame)
		want.Write(frame.Append(nil))
	}
	f.ended()
	f.Close()
	if err := wait(t, ended); err != nil {
		t.Errorf("the pipe ended with %v", err)
	}
	welcome, rest, _ := strings.Cut(out.String(), "\n")
	if !strings.HasPrefix(welcome, `{"type":"welcome",`) || !strings.Contains(welcome, `"session":"",`) {
		t.Errorf("the first line is %s, want the welcome without its secret", welcome)
	}
	if rest != want.String() {
		t.Errorf("the output is %s, want %s", rest, want.String())
	}
}

func TestJSONNeedsFrames(t *testing.T) {
	s := newServer(t)
	var out buffer
	ended := s.start(t.Context(), pipe.Config{In: strings.NewReader("hi\n"), Out: &out, JSON: true, Follow: true})
	conn := s.accept(t)
	fmt.Fprint(conn, "a line\n")
	if err := wait(t, ended); !errors.Is(err, session.ErrNotFramed) {
		t.Errorf("the pipe ended with %v", err)
	}
	if got, _ := io.ReadAll(conn); string(got) != "\x01" || out.String() != "" {
		t.Errorf("the server got %q, the output %q", got, out.String())
	}
}

func TestPlainServerGetsTheSameBytesBehindOneThatTerminalsDoNotShow(t *testing.T) {
	s := newServer(t)
	var out buffer
	ended := s.start(t.Context(), pipe.Config{In: strings.NewReader("one\ntwo"), Out: &out, Name: "alice"})
	conn := s.accept(t)
	fmt.Fprint(conn, "at once\n") // and so no framed server
	if got, err := io.ReadAll(conn); string(got) != "\x01alice: one\nalice: two" || err != nil {
		t.Errorf("the server got %q (%v)", got, err)
	}
	conn.Close()
	if err := wait(t, ended); err != nil || out.String() != "at once\n" {
		t.Errorf("the pipe ended with %v, the output is %q", err, out.String())
	}
}

func TestLinesInAFloodOfFramesComeInOrder(t *testing.T) {
	s := newServer(t)
	const n = 20_000
	var input, want strings.Builder
	for i := range n {
		fmt.Fprintf(&input, "%d\n", i)
		fmt.Fprintf(&want, "echo %d\n", i)
	}
	var out buffer
	ended := s.start(t.Context(), pipe.Config{In: strings.NewReader(input.String()), Out: &out})
	f := s.framed(t)
	f.welcome(1, 0)
	w := bufio.NewWriter(f)
	for i := range uint64(n) {
		f.says(i+1, fmt.Sprint(i), false)
		b := own(2*i+1, i+1, fmt.Sprint(i)).Append(nil)
		b = (&wire.Line{Seq: 2*i + 2, From: "p3", Name: "guest-3", Text: fmt.Appendf(nil, "echo %d", i)}).Append(b)
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	f.ended()
	f.Close()
	if err := wait(t, ended); err != nil || out.String() != want.String() {
		t.Errorf("the pipe ended with %v and %d bytes, want %d", err, len(out.String()), want.Len())
	}
}
