package peer_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"bcast/internal/peer"
	"bcast/internal/wire"
)

const password = "correct horse battery"

func token(t *testing.T) wire.RoomToken {
	t.Helper()
	token, err := wire.ParseRoomToken([]byte(password))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// openLocked opens a venue that wants the token.
func openLocked(t *testing.T, changes ...func(*plan)) *venue {
	t.Helper()
	return open(t, append(changes, func(p *plan) { p.peer.Token = token(t) })...)
}

// unlock has a plain client say the token.
func (v *venue) unlock(t *testing.T) *client {
	t.Helper()
	before := v.room.Stats().Members
	c := v.dial(t)
	c.say(password + "\n")
	eventually(t, "it has joined", func() bool { return v.room.Stats().Members > before })
	return c
}

// prove has a framed member join by its proof.
func (v *venue) prove(t *testing.T, name string) *talker {
	t.Helper()
	c := v.greet(t)
	challenge := c.greeting.Challenge
	c.send(&wire.Hello{Nonce: nonce, Name: name, Auth: token(t).ClientProof(challenge, nonce)})
	c.welcome = until[*wire.Welcome](c)
	if want := token(t).ServerProof(challenge, nonce); c.welcome.Auth != want {
		t.Fatalf("the server proves the token by %q, want %q", c.welcome.Auth, want)
	}
	return c
}

func TestTokenLetsBothDialectsIn(t *testing.T) {
	v := openLocked(t)
	plain, other := v.unlock(t), v.unlock(t)
	framed := v.prove(t, "hanako")
	plain.say("from the plain one\n")
	other.hears("from the plain one\n") // and no token before it
	framed.hears("guest-1", "from the plain one")
	framed.message("from the framed one")
	framed.hears("hanako", "from the framed one")
	plain.hears("hanako: from the framed one\n")
	other.hears("hanako: from the framed one\n")
}

func TestTokenAndWhatFollowsMayComeAtOnce(t *testing.T) {
	for name, framing := range map[string]func(*plan){"line": asTheyAre, "raw": rawFraming} {
		t.Run(name, func(t *testing.T) {
			v := openLocked(t, framing)
			reader, sender := v.unlock(t), v.dial(t)
			sender.say(password + "\r\nfirst\nsecond\n")
			sender.hangUp()
			sender.hearsEnd()
			reader.hears("first\nsecond\n")
		})
	}
}

func TestWithoutTheTokenNothingIsHeardOrSaid(t *testing.T) {
	for _, test := range []struct {
		name, says string
		reason     peer.Refusal
	}{
		{"a wrong one", "correct horse batterz\nheard?\n", peer.RefusedToken},
		{"a part of it", password[:8] + "\nheard?\n", peer.RefusedToken},
		{"more than it", password + "x\nheard?\n", peer.RefusedToken},
		{"an empty line", "\nheard?\n", peer.RefusedToken},
		{"a line that never ends", strings.Repeat("x", 20_000), peer.RefusedNoToken},
		{"an HTTP request", "POST / HTTP/1.1\r\nHost: x\r\n\r\n" + password + "\nheard?\n", peer.RefusedHTTP},
		{"a TLS handshake", "\x16\x03\x01\x00\x50\x01\x00\x00\x4c" + strings.Repeat("x", 70), peer.RefusedTLS},
		{"its SOH and a plain line", "\x01" + password + "\nheard?\n", peer.RefusedNoToken},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := openLocked(t)
			member, witness := v.unlock(t), v.unlock(t)
			stranger := v.dial(t)
			witness.say("a secret\n")
			member.hears("a secret\n")
			_, _ = io.WriteString(stranger, test.says) // it may be closed before that is out
			got, _ := io.ReadAll(stranger)             // closed with unread input, it is reset
			if strings.Contains(string(got), "secret") {
				t.Errorf("the stranger hears %q", got)
			}
			eventually(t, "it is counted", func() bool { return v.members.Stats().Refused[test.reason] == 1 })
			witness.say("the end\n")
			member.hears("the end\n") // and nothing of the stranger before it
		})
	}
}

func TestProofCannotBeReplayedTruncatedOrSwapped(t *testing.T) {
	for name, forge := range map[string]func(challenge string) string{
		"replayed":  func(string) string { return token(t).ClientProof("another-challenge-0", nonce) },
		"swapped":   func(challenge string) string { return token(t).ServerProof(challenge, nonce) },
		"of a part": func(challenge string) string { return token(t).ClientProof(challenge, nonce[1:]) },
		"zero":      func(string) string { return strings.Repeat("0", 64) },
		"none":      func(string) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			v := openLocked(t)
			c := v.greet(t)
			c.send(&wire.Hello{Nonce: nonce, Name: "mallory", Auth: forge(c.greeting.Challenge)})
			c.refused(wire.CodeAuth, 0, true)
			c.hearsNothing()
			if n := v.room.Stats().Members; n != 0 {
				t.Errorf("there are %d members", n)
			}
		})
	}
}

// TestHelloThatWasOverheardIsOfNoUse has what let somebody in come again, byte for byte.
func TestHelloThatWasOverheardIsOfNoUse(t *testing.T) {
	v := openLocked(t)
	c := v.greet(t)
	proof := token(t).ClientProof(c.greeting.Challenge, nonce)
	hello := (&wire.Hello{Nonce: nonce, Name: "hanako", Auth: proof}).Append(nil)
	c.say(string(hello))
	until[*wire.Welcome](c)
	for name, again := range map[string]string{
		"replayed":  string(hello),
		"truncated": strings.Replace(string(hello), proof, proof[:len(proof)-1], 1),
		"longer":    strings.Replace(string(hello), proof, proof+"0", 1),
		"as a line": proof + "\n",
	} {
		before := v.room.Stats().Published
		mallory := v.greet(t)
		mallory.say(again)
		mallory.refused(wire.CodeAuth, 0, true)
		mallory.hearsNothing()
		if got := v.room.Stats().Published; got != before {
			t.Errorf("%s: something is relayed", name)
		}
	}
}

// deaf is a connection whose peer is gone by the time that something is written.
type deaf struct{ *net.TCPConn }

func (deaf) Write([]byte) (int, error) { return 0, syscall.ECONNRESET }

func TestWhoIsGoneBeforeTheGreetingIsCounted(t *testing.T) {
	v := openLocked(t, func(p *plan) { p.wrap = func(conn net.Conn) net.Conn { return deaf{conn.(*net.TCPConn)} } })
	c := v.dial(t)
	c.say(soh)
	eventually(t, "it is counted", func() bool { return v.members.Stats().Refused[peer.RefusedNoToken] == 1 })
}

func TestTokenCanBeChanged(t *testing.T) {
	v := openLocked(t)
	before := v.unlock(t)
	other, err := wire.ParseRoomToken([]byte("another secret"))
	if err != nil {
		t.Fatal(err)
	}
	v.members.SetToken(other)
	c := v.dial(t)
	c.say("another secret\nnew\n")
	before.hears("new\n") // who is in stays in
	v.members.SetToken(wire.RoomToken{})
	v.join(t, 1)[0].say("no token\n")
	before.hears("no token\n")
}

func TestWhoSaysNoTokenPinsNothingAndGoesInTime(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.members.SetToken(token(b.t))
		silent, slow, framed := b.connect(), b.connect(), b.connect()
		framed.say(soh)
		start := time.Now()
		for i := range 9 { // a byte a second
			slow.say(password[i : i+1])
			pass(time.Second)
		}
		if n := b.room.Stats().Members; n != 0 {
			b.t.Errorf("%d of them are members", n)
		}
		pass(time.Second + time.Millisecond)
		for _, c := range []*caller{silent, slow, framed} {
			if _, err := c.Write([]byte("x")); err == nil {
				b.t.Errorf("a connection is open after %v", time.Since(start))
			}
		}
		if n := b.members.Stats().Refused[peer.RefusedNoToken]; n != 3 {
			b.t.Errorf("%d are counted, want 3", n)
		}
	})
}

// TestGuessesTakeTime has one address guess as fast as it can, one after another and many
// at a time.
func TestGuessesTakeTime(t *testing.T) {
	const guesses = 10_000
	for name, atOnce := range map[string]int{"one after another": 1, "20 at a time": 20} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bubble) {
				b.members.SetToken(token(b.t))
				start := time.Now()
				tried := func() uint64 { return b.members.Stats().Refused[peer.RefusedToken] }
				for i := 0; tried() < guesses; i++ {
					for range atOnce {
						b.connect().say(fmt.Sprintf("guess %d\n", i))
					}
					for _, c := range b.clients {
						<-c.ended
					}
					b.clients = b.clients[:0]
				}
				if took := time.Since(start); took < 10*time.Minute {
					b.t.Errorf("%d guesses took %v", guesses, took)
				}
			})
		})
	}
}

// TestRightTokenIsNotHeldUp has a whole class come at once, and one who mistypes.
func TestRightTokenIsNotHeldUp(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.members.SetToken(token(b.t))
		start := time.Now()
		for range 300 {
			b.connect().say(password + "\n")
		}
		if n, took := b.room.Stats().Members, time.Since(start); n != 300 || took > 0 {
			b.t.Errorf("%d of 300 are in after %v", n, took)
		}
		b.connect().say("mistyped\n")
		b.connect().say(password + "\n")
		pass(101 * time.Millisecond)
		if n := b.room.Stats().Members; n != 301 {
			b.t.Errorf("%d are in, want the 301st after 100 ms", n)
		}
		pass(15 * time.Minute) // as good as new
		b.connect().say("mistyped\n")
		pass(101 * time.Millisecond)
		b.connect().say(password + "\n")
		if n := b.room.Stats().Members; n != 302 {
			b.t.Errorf("%d are in, want 302", n)
		}
	})
}
