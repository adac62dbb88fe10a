//go:build linux

package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bcast/internal/contract"
)

const (
	talkers  = 20
	speakers = talkers - 1 // the last one listens only
	pace     = 4           // lines that each says in a second, of 1,750 bytes on average
)

// A debate is what 20 members say to each other, of whom half speak frames. All of it
// is checked: each line comes to everybody, whole and once, in one order.
type debate struct {
	script *contract.Script
	all    []*talker
}

// A talker is one of them. A framed one is sent its own lines too, and so is checked like a
// listener.
type talker struct {
	number int // as the script counts senders; the last one only listens
	framed bool
	conn   net.Conn
	in     *bufio.Reader
	id     string // of a framed one

	watcher *contract.Watcher
	left    int64         // bytes that are to come
	all     chan struct{} // closed when all have
	closed  chan struct{} // by the server, or for a fault
	leaves  atomic.Bool   // the server is about to close
}

// argue has members join, over TLS every other if there is an address for that, and talk
// for so long.
func argue(t *testing.T, plain, secured string, over time.Duration) *debate {
	t.Helper()
	c := &debate{script: contract.New(uint64(time.Now().UnixNano()), speakers, int(over.Seconds()*pace))}
	for i := range talkers {
		to := target{plain: plain}
		if i%2 == 1 {
			to.tls = secured
		}
		c.join(t, to, secured != "", i)
	}
	c.awaitAll(t, target{plain: plain}, secured != "")
	for _, m := range c.all {
		go m.hear(t) // the cleanup waits for it
		t.Cleanup(func() { m.leaves.Store(true); m.conn.Close(); <-m.closed })
		if m.number < speakers {
			go m.speak(t, c.script, over) // what does not arrive is missed by the others
		}
	}
	return c
}

// join connects one talker.
func (c *debate) join(t *testing.T, to target, guarded bool, i int) {
	t.Helper()
	m := &talker{
		number: i, framed: i < talkers/2,
		all: make(chan struct{}), closed: make(chan struct{}),
	}
	var err error
	await(t, func() bool { // who is so busy that it asks for frames too late is a plain member
		if m.conn, err = to.connect(); err != nil {
			t.Fatal(err)
		}
		m.in = bufio.NewReaderSize(m.conn, 512<<10)
		if !m.framed {
			return true
		}
		var w welcomed
		if w, err = handshake(m.conn, m.in, guarded); err != nil {
			m.conn.Close()
		}
		m.id = w.You.ID
		return err == nil
	}, func() string { return err.Error() })
	t.Cleanup(func() { m.conn.Close() })
	member := i
	switch {
	case m.framed:
		member = contract.Listener // its own lines come as receipts
	case guarded:
		if _, err := io.WriteString(m.conn, token+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	if i == speakers {
		member = contract.Listener
	}
	m.watcher, m.left = c.script.Watch(member), c.script.Bytes(member)
	c.all = append(c.all, m)
}

// awaitAll waits until the server counts them all.
func (c *debate) awaitAll(t *testing.T, to target, guarded bool) {
	t.Helper()
	count := 0
	await(t, func() bool {
		conn, err := to.connect()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		w, err := handshake(conn, bufio.NewReader(conn), guarded)
		count = w.Count
		return err == nil && count > talkers
	}, func() string { return fmt.Sprintf("the room has %d members, want %d", count-1, talkers) })
}

// awaitEnd waits until everybody has heard everything, and checks it.
func (c *debate) awaitEnd(t *testing.T) {
	t.Helper()
	late, cancel := context.WithTimeout(t.Context(), 2*patience) // its speakers are at the end
	defer cancel()
	for _, m := range c.all {
		select {
		case <-m.all:
		case <-m.closed:
		case <-late.Done():
			m.leaves.Store(true)
			m.conn.Close()
			<-m.closed // the watcher is its hearer's until then
		}
		if err := m.watcher.Complete(); err != nil && !t.Failed() {
			t.Errorf("%v has not heard everything: %v", m, err)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	listener := c.all[speakers].watcher
	for _, m := range c.all {
		want := listener.Sum()
		if !m.framed && m.number < speakers {
			want = listener.SumWithout(m.number)
		}
		if got := m.watcher.Sum(); got != want {
			t.Errorf("%v has heard %v, want %v: in another order", m, got, want)
		}
		m.leaves.Store(true)
	}
}

// awaitClosed waits until the server has closed the connections, in good order.
func (c *debate) awaitClosed(t *testing.T) {
	t.Helper()
	late := time.After(patience)
	for _, m := range c.all {
		select {
		case <-m.closed:
		case <-late:
			t.Fatalf("the server has not closed the connection of %v", m)
		}
	}
}

func (m *talker) String() string {
	dialect := "plain"
	if m.framed {
		dialect = "framed"
	}
	if _, ok := m.conn.(*tls.Conn); ok {
		dialect += " over TLS"
	}
	return fmt.Sprintf("member %d (%s)", m.number, dialect)
}

// hear checks what comes until the end.
func (m *talker) hear(t *testing.T) {
	defer close(m.closed)
	var err error
	if m.framed {
		err = m.hearFrames()
	} else {
		_, err = io.Copy(&sieve{to: m}, m.in)
	}
	switch {
	case m.leaves.Load() && errors.Is(err, net.ErrClosed): // by the cleanup
	case err != nil:
		t.Errorf("%v: %v", m, err)
		_, _ = io.Copy(io.Discard, m.in) // or it would be cut, and hold the others up until then
	case !m.leaves.Load():
		t.Errorf("%v: the server has closed the connection", m)
	}
}

// Write is told what came of the others.
func (m *talker) Write(p []byte) (int, error) {
	n, err := m.watcher.Write(p)
	if m.left -= int64(n); m.left == 0 && n > 0 {
		close(m.all)
	}
	return n, err
}

// A sieve lets through the lines of the conversation. All others, which no line of it begins
// like, are what attackers may say; but not what they must not.
type sieve struct {
	to    io.Writer
	begun bool // a line
	ours  bool // it is one of the conversation
}

// evil is what an attacker says that nobody is to hear.
const evil = "evil is not to be heard\n"

// isOurs tells whether a line that begins with c is one of the conversation.
func isOurs(c byte) bool { return '0' <= c && c < '0'+speakers }

func (s *sieve) Write(p []byte) (int, error) {
	for part := range bytes.Lines(p) {
		if !s.begun {
			s.ours = isOurs(part[0])
			if bytes.HasPrefix(part, []byte(evil[:8])) {
				return 0, fmt.Errorf("hears %q", part)
			}
		}
		s.begun = part[len(part)-1] != '\n'
		if !s.ours {
			continue
		}
		if _, err := s.to.Write(part); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// A frameOf is what a talker looks at in a frame.
type frameOf struct {
	Type, Reason string
	Seq          int
	Text         string
	Data         []byte
	More         bool
}

// longestOurs is longer than the frames of the conversation's lines.
const longestOurs = 6*contract.MaxLine + 1024

// hearFrames checks that lines are counted without a gap, too.
func (m *talker) hearFrames() error {
	to := &sieve{to: m}
	for seq := 0; ; {
		frame, err := m.in.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("no bye before %w", err)
		}
		if len(frame) > longestOurs {
			if seq > 0 && bytes.HasPrefix(frame, []byte(`{"type":"line"`)) {
				seq++
			}
			continue
		}
		var f frameOf
		if err := json.Unmarshal(frame, &f); err != nil {
			return err
		}
		switch f.Type {
		case "line":
			if seq++; seq > 1 && f.Seq != seq {
				return fmt.Errorf("line %d comes behind %d", f.Seq, seq-1)
			}
			seq = f.Seq
			text := append(f.Data, f.Text...)
			if !f.More {
				text = append(text, '\n')
			}
			to.begun = false // what this author's line goes on with begins like none of the conversation
			if _, err := to.Write(text); err != nil {
				return err
			}
		case "gap", "error":
			return fmt.Errorf("%s", frame)
		case "bye":
			if f.Reason != "stopping" {
				return fmt.Errorf("bye for %s", f.Reason)
			}
			_, err := m.in.ReadByte()
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return err
		}
	}
}

// speak says what the script has for it, at an even pace.
func (m *talker) speak(t *testing.T, script *contract.Script, over time.Duration) {
	total := script.Bytes(contract.Listener) - script.Bytes(m.number)
	var to io.Writer = m.conn
	if m.framed {
		to = &sayer{to: m.conn}
	}
	w := &paced{to: to, begin: time.Now(), over: over, total: total, stop: t.Context()}
	if err := script.Speak(w, m.number); err != nil && t.Context().Err() == nil {
		t.Errorf("%v: %v", m, err)
	}
}

// A paced writer writes so much in a time, evenly.
type paced struct {
	to          io.Writer
	begin       time.Time
	over        time.Duration
	sent, total int64
	stop        context.Context
}

func (w *paced) Write(p []byte) (int, error) {
	due := w.begin.Add(time.Duration(float64(w.over) * float64(w.sent) / float64(w.total)))
	if err := pause(w.stop, time.Until(due)); err != nil {
		return 0, err
	}
	n, err := w.to.Write(p)
	w.sent += int64(n)
	return n, err
}

// pause waits, unless ctx ends, which is its error.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A sayer writes lines as frames.
type sayer struct {
	to    io.Writer
	begun []byte
	ref   int
}

func (s *sayer) Write(p []byte) (int, error) {
	s.begun = append(s.begun, p...)
	for {
		line, rest, whole := bytes.Cut(s.begun, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		s.ref++
		frame, err := json.Marshal(map[string]any{"type": "say", "ref": s.ref, "data": line})
		if err != nil {
			return 0, err
		}
		if _, err := s.to.Write(append(frame, '\n')); err != nil {
			return 0, err
		}
		s.begun = rest
	}
}

// A welcomed is what a framed member looks at in its welcome.
type welcomed struct {
	Type  string
	You   struct{ ID string }
	Count int
}

// handshake makes a framed member of a connection, in five seconds or not at all.
func handshake(conn net.Conn, in *bufio.Reader, guarded bool) (w welcomed, err error) {
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	defer func() { _ = conn.SetDeadline(time.Time{}) }()
	if _, err := conn.Write([]byte{1}); err != nil {
		return w, err
	}
	greeting, err := in.ReadString('\n')
	words := strings.Fields(greeting)
	if err != nil || len(words) < 3 || words[0] != "\x01bcast/1" {
		return w, fmt.Errorf("greeted with %q: %w", greeting, err)
	}
	if _, err := conn.Write(hello(words[2], guarded)); err != nil {
		return w, err
	}
	frame, err := in.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(frame, &w)
	}
	if err == nil && w.Type != "welcome" {
		err = fmt.Errorf("welcomed with %s", frame)
	}
	return w, err
}

// hello is the first frame of a member, with a proof that it has the token where the room is
// guarded.
func hello(challenge string, guarded bool) []byte {
	nonce := rand.Text()
	frame := map[string]any{"type": "hello", "nonce": nonce}
	if guarded {
		frame["auth"] = proof(token, challenge, nonce)
	}
	text, _ := json.Marshal(frame) // strings are never refused
	return append(text, '\n')
}

func proof(token, challenge, nonce string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("c" + challenge + nonce)) // never fails
	return hex.EncodeToString(mac.Sum(nil))
}

// connect makes the connection of a member, over TLS if there is an address for that.
func (at target) connect() (net.Conn, error) {
	if at.tls == "" {
		conn, err := at.dial(false, 1)
		if err != nil {
			return nil, err
		}
		return conn, conn.SetDeadline(time.Time{})
	}
	conn, err := at.dial(true, 1)
	if err != nil {
		return nil, err
	}
	secured := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // pins and authorities have tests of their own
	return secured, errors.Join(secured.Handshake(), conn.SetDeadline(time.Time{}))
}
