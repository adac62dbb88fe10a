package peer_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"bcast/internal/contract"
	"bcast/internal/wire"
)

func TestContract01_LinesReachEveryOtherClientAndNotTheirSender(t *testing.T) {
	v := open(t)
	clients := v.join(t, 4)
	for n := range 100 {
		for i, c := range clients {
			line := fmt.Sprintf("%d of client %d\n", n, i)
			c.say(line)
			for k, other := range clients {
				if k != i { // an echo would come before the next line
					other.hears(line)
				}
			}
		}
	}
	for _, c := range clients {
		c.hangUp()
		c.hearsEnd()
	}
}

func TestContract02_03_AllReadersHaveAllLinesWholeInOneOrder(t *testing.T) {
	const senders = 8
	lines, listeners := scaled(20_000), scaled(50)
	if raceDetector {
		lines, listeners = scaled(2_000), scaled(20)
	}
	v := open(t)
	script := contract.New(seed(t), senders, lines)
	converse(t, v.join(t, senders+listeners), script, senders, atOnce)
	if s := v.room.Stats(); int64(s.Published) != script.Bytes(contract.Listener) || len(s.Cuts) > 0 {
		t.Errorf("stats are %+v, want %d bytes and nobody cut", s, script.Bytes(contract.Listener))
	}
}

func TestContract03_OneSendersStreamArrivesBitExact(t *testing.T) {
	random := make([]byte, scaled(50_000_000))
	s := seed(t)
	src := rand.NewPCG(s, s)
	for i := range random {
		random[i] = byte(src.Uint64())
	}
	random[0] = 'x'
	for _, test := range []struct {
		name   string
		stream func() []byte
	}{
		{"with a last newline", func() []byte {
			random[len(random)-1] = '\n'
			return random
		}},
		{"without a last newline", func() []byte {
			random[len(random)-1] = 'x'
			return random
		}},
		{"without any newline", func() []byte {
			return bytes.ReplaceAll(random[:len(random)/10], []byte("\n"), []byte("\r"))
		}},
		{"that begins with SOH", func() []byte {
			random[0] = 1
			return random
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			stream := test.stream()
			want := sha256.Sum256(stream)
			v := open(t)
			clients := v.join(t, 4)
			sender, readers := clients[0], clients[1:]
			var group errgroup.Group
			group.Go(func() error {
				for _, p := range [][]byte{stream[:1], stream[1:]} {
					if _, err := sender.Write(p); err != nil {
						return err
					}
				}
				if err := sender.CloseWrite(); err != nil {
					return err
				}
				_, err := io.Copy(io.Discard, sender)
				return err
			})
			for i, c := range readers {
				group.Go(func() error {
					got := sha256.New()
					if err := receive(got, c, int64(len(stream))); err != nil {
						return fmt.Errorf("reader %d: %w", i, err)
					}
					if !bytes.Equal(got.Sum(nil), want[:]) {
						return fmt.Errorf("reader %d received %d other bytes", i, len(stream))
					}
					return nil
				})
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			for _, c := range readers {
				c.hangUp()
				c.hearsEnd()
			}
		})
	}
}

func TestContract03_LineIsRelayedWhenItIsComplete(t *testing.T) {
	v := open(t)
	clients := v.join(t, 3)
	slow, quick, reader := clients[0], clients[1], clients[2]
	slow.say("a line in ")
	quick.say("another\r\n")
	reader.hears("another\r\n")
	slow.say("two parts\nand a rest")
	reader.hears("a line in two parts\n")
	slow.hangUp()
	reader.hears("and a rest")
	slow.hears("another\r\n")
	slow.hearsEnd()
	quick.say("behind it\n")
	reader.hears("\nbehind it\n") // the newline is the room's
	quick.hears("a line in two parts\nand a rest\n")
	for _, c := range []*client{quick, reader} {
		c.hangUp()
		c.hearsEnd()
	}
}

func TestContract03_PiecesOfTooLongALineDoNotMixWithAnothersBytes(t *testing.T) {
	v := open(t)
	clients := v.join(t, 3)
	long, quick, reader := clients[0], clients[1], clients[2]
	piece := strings.Repeat("x", wire.DefaultMaxLine)
	long.say(piece)
	reader.hears(piece)
	quick.say("another\n")
	reader.hears("\nanother\n")
	long.say("its end\n")
	reader.hears("its end\n")
	reader.hangUp()
	reader.hearsEnd()
}

func TestContract04_RawFramingRelaysEachChunkAsItComes(t *testing.T) {
	v := open(t, rawFraming)
	clients := v.join(t, 3)
	for n := range 100 {
		chunk := fmt.Sprintf("chunk %d; ", n)
		if n < 2 {
			chunk = "\x01" // asks for nothing here
		}
		clients[n%2].say(chunk)
		for _, c := range []*client{clients[1-n%2], clients[2]} {
			c.hears(chunk) // before anything else is sent
		}
	}
	for _, c := range clients {
		c.hangUp()
		c.hearsEnd()
	}
}

func TestContract04_RawFramingMixesAndKeepsEveryByte(t *testing.T) {
	v := open(t, rawFraming)
	clients := v.join(t, 3)
	size := scaled(5_000_000)
	const cycle = 100 // the first sends 0 to 99 over and over, newlines among them, the second 100 to 199
	var group errgroup.Group
	for i, c := range clients[:2] {
		sent := make([]byte, size)
		for n := range sent {
			sent[n] = byte(i*cycle + n%cycle)
		}
		group.Go(func() error {
			for p := range slices.Chunk(sent, 777) {
				if _, err := c.Write(p); err != nil {
					return err
				}
			}
			return nil
		})
		group.Go(func() error { return receive(io.Discard, c, int64(size)) })
	}
	var received bytes.Buffer
	group.Go(func() error { return receive(&received, clients[2], int64(2*size)) })
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	var next [2]int
	for n, b := range received.Bytes() {
		i := min(int(b)/cycle, 1)
		if int(b) != i*cycle+next[i]%cycle {
			t.Fatalf("byte %d is %d, want byte %d of sender 0 or byte %d of sender 1", n, b, next[0], next[1])
		}
		next[i]++
	}
	for _, c := range clients {
		c.hangUp()
		c.hearsEnd()
	}
}

func TestContract05_ListenerReceivesWhatOthersSentAndNothingElse(t *testing.T) {
	v := open(t)
	var group errgroup.Group
	listeners := v.join(t, 3)
	received := make([][]byte, len(listeners))
	for i, l := range listeners {
		group.Go(func() (err error) {
			defer l.Close()
			received[i], err = io.ReadAll(l)
			return err
		})
	}

	var want strings.Builder
	for n := range 20 { // others come, speak and go; some are refused
		visitor := v.join(t, 1)[0]
		line := fmt.Sprintf("visitor %d: \x00\x01\x1b[2J\xff\xfe\r\n", n)
		want.WriteString(line)
		visitor.say(line)
		visitor.hangUp()
		visitor.hearsEnd()

		browser := v.dial(t)
		browser.say("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if _, err := io.Copy(io.Discard, browser); err != nil {
			t.Fatal(err)
		}
		browser.Close()
	}
	last := v.join(t, 1)[0]
	want.WriteString("and no newline")
	last.say("and no newline")
	last.hangUp()
	last.hearsEnd()

	if err := errors.Join(v.stop(), group.Wait()); err != nil {
		t.Fatal(err)
	}
	for i := range received {
		if string(received[i]) != want.String() {
			t.Errorf("listener %d received %q, want %q", i, received[i], want.String())
		}
	}
}
