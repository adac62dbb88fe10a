package peer_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"

	"bcast/internal/wire"
)

// nonce is one of a hello's.
const nonce = "9f86d081884c7d65"

// A talker is the far end of a framed connection.
type talker struct {
	*client
	in       *bufio.Reader
	greeting wire.Greeting
	welcome  *wire.Welcome
	ref      uint64
}

// greet connects a client that asks for frames.
func (v *venue) greet(t *testing.T) *talker {
	t.Helper()
	c := &talker{client: v.dial(t)}
	c.in = bufio.NewReaderSize(c.client, 64<<10)
	c.say(soh)
	greeting, err := c.in.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the greeting: %v", err)
	}
	if c.greeting, err = wire.ParseGreeting(greeting); err != nil {
		t.Fatalf("the greeting is %q", greeting)
	}
	return c
}

// enter has a framed member join as hello says.
func (v *venue) enter(t *testing.T, hello wire.Hello) *talker {
	t.Helper()
	c := v.greet(t)
	hello.Nonce = nonce
	c.send(&hello)
	frame := c.next()
	welcome, ok := frame.(*wire.Welcome)
	if !ok || welcome.Nonce != nonce {
		t.Fatalf("the first frame is %s", shown(frame))
	}
	c.welcome, c.ref = welcome, welcome.Acked
	return c
}

// named has a framed member of a name join, and returns when it has its welcome.
func (v *venue) named(t *testing.T, name string) *talker {
	t.Helper()
	return v.enter(t, wire.Hello{Name: name})
}

// again has a framed member come back that has all lines up to seq.
func (v *venue) again(t *testing.T, old *wire.Welcome, seq uint64) *talker {
	t.Helper()
	return v.enter(t, wire.Hello{Resume: &wire.Resume{Session: old.Session, Epoch: old.Epoch, Seq: seq}})
}

func (c *talker) send(frame wire.ClientFrame) { c.say(string(frame.Append(nil))) }

// message says something.
func (c *talker) message(text string) {
	c.ref++
	c.send(&wire.Say{Ref: c.ref, Text: []byte(text)})
}

// piece says something of a line that goes on.
func (c *talker) piece(text string) {
	c.ref++
	c.send(&wire.Say{Ref: c.ref, Text: []byte(text), More: true})
}

// read returns the next frame.
func (c *talker) read() (wire.ServerFrame, error) {
	line, err := c.in.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("read a frame: after %.200q: %w", line, err)
	}
	longest := wire.DefaultMaxLine
	if c.welcome != nil {
		longest = c.welcome.MaxLine
	}
	frame, err := wire.DecodeServer(line, longest)
	if err != nil {
		return nil, fmt.Errorf("decode %.200q: %w", line, err)
	}
	return frame, nil
}

func (c *talker) next() wire.ServerFrame {
	c.t.Helper()
	frame, err := c.read()
	if err != nil {
		c.t.Fatal(err)
	}
	return frame
}

// until returns the next frame of a type, passing over those that say who is there.
func until[F wire.ServerFrame](c *talker) F {
	c.t.Helper()
	for {
		frame := c.next()
		if wanted, ok := frame.(F); ok {
			return wanted
		}
		switch frame.(type) {
		case *wire.Join, *wire.Leave, *wire.Rename, *wire.Count:
		default:
			c.t.Fatalf("%s comes, want a %T", shown(frame), *new(F))
		}
	}
}

// hears checks that the next lines are those of an author, with numbers that follow.
func (c *talker) hears(from string, texts ...string) {
	c.t.Helper()
	for _, text := range texts {
		if line := until[*wire.Line](c); string(line.Text) != text || line.Name != from {
			c.t.Fatalf("heard %s, want %.100q of %s", shown(line), text, from)
		}
	}
}

// hearsEnd checks that the next frames are nothing but who comes and goes, then bye for a
// reason, and the end.
func (c *talker) hearsEnd(reason string) {
	c.t.Helper()
	if bye := until[*wire.Bye](c); bye.Reason != reason {
		c.t.Fatalf("bye for reason %q, want %q", bye.Reason, reason)
	}
	c.hearsNothing()
}

// hearsNothing checks that the connection ends here.
func (c *talker) hearsNothing() {
	c.t.Helper()
	if rest, err := io.ReadAll(c.in); err != nil || len(rest) > 0 {
		c.t.Fatalf("%.200q (%v) comes, want the end", rest, err)
	}
}

// refused checks that the next frame is an error.
func (c *talker) refused(code wire.Code, ref uint64, fatal bool) {
	c.t.Helper()
	got := until[*wire.Error](c)
	if got.Code != code || got.Ref != ref || got.Fatal != fatal || got.Message == "" {
		c.t.Fatalf("error %+v, want code %q, ref %d, fatal %v", got, code, ref, fatal)
	}
}

// alive checks that the connection goes on, and nothing else has come.
func (c *talker) alive() {
	c.t.Helper()
	c.send(&wire.Ping{ID: "alive"})
	if pong := until[*wire.Pong](c); pong.ID != "alive" {
		c.t.Fatalf("pong %q", pong.ID)
	}
}

// shown is a frame as it is sent.
func shown(frame wire.ServerFrame) string {
	return fmt.Sprintf("%.300s", strings.TrimSpace(string(frame.Append(nil))))
}
