package peer_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/peer"
	"bcast/internal/wire"
)

// in tells after how long who says the token is in, or that it is not after a second.
func (b *bubble) in(c *caller) (took time.Duration, isIn bool) {
	b.t.Helper()
	before, start := b.room.Stats().Members, time.Now()
	c.say(password + "\n")
	for b.room.Stats().Members == before && took < time.Second {
		pass(time.Millisecond)
		took = time.Since(start)
	}
	return took, b.room.Stats().Members > before
}

// TestGuessesCountForTheAddressTheyComeFrom has a wrong token come from one address, and the
// right one from another.
func TestGuessesCountForTheAddressTheyComeFrom(t *testing.T) {
	for _, test := range []struct {
		name, wrong, right string
		isSame             bool
	}{
		{"one IPv4 address", "192.0.2.1", "192.0.2.1", true},
		{"two IPv4 addresses", "192.0.2.1", "192.0.2.2", false},
		{"an IPv4 address, mapped", "::ffff:192.0.2.1", "192.0.2.1", true},
		{"two IPv4 addresses, mapped", "::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
		{"one IPv6 /64", "2001:db8:1:2::3", "2001:db8:1:2:ffff::1", true},
		{"two IPv6 /64s", "2001:db8:1:2::3", "2001:db8:1:3::3", false},
		{"IPv4 and IPv6", "192.0.2.1", "2001:db8::c000:201", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(b *bubble) {
				b.members.SetToken(token(b.t))
				b.connectFrom(test.wrong).say("a wrong one\n")
				took, isIn := b.in(b.connectFrom(test.right))
				if !isIn || test.isSame != (took >= 100*time.Millisecond) || !test.isSame && took > 0 {
					b.t.Errorf("it is in after %v: %v", took, isIn)
				}
			})
		})
	}
}

// TestWhoseTurnDoesNotComeIsRefusedForGuessing has one address guess many times at once.
func TestWhoseTurnDoesNotComeIsRefusedForGuessing(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.members.SetToken(token(b.t))
		for range 20 {
			b.connectFrom("192.0.2.1").say("a wrong one\n")
		}
		pass(10 * time.Second)
		synctest.Wait()
		got := b.members.Stats().Refused
		// Looked at after 0, 100, 300, 700, 1500, 3100, 5100, 7100 and 9100 ms.
		if got[peer.RefusedToken] != 9 || got[peer.RefusedGuessing] != 11 {
			b.t.Errorf("%d were wrong, and %d not looked at, want 9 and 11", got[peer.RefusedToken], got[peer.RefusedGuessing])
		}
	})
}

func TestWrongProofsAreSlowedDownToo(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.members.SetToken(token(b.t))
		for range 2 {
			c := b.connectFrom("192.0.2.1")
			c.say(soh)
			c.say(string((&wire.Hello{Nonce: nonce, Auth: strings.Repeat("0", 64)}).Append(nil)))
			<-c.ended
			if !strings.Contains(c.heard(), string(wire.CodeAuth)) {
				b.t.Errorf("it is told %q", c.heard())
			}
		}
		if n := b.members.Stats().Refused[peer.RefusedToken]; n != 2 {
			b.t.Errorf("%d are counted, want 2", n)
		}
		if took, isIn := b.in(b.connectFrom("192.0.2.1")); !isIn || took < 200*time.Millisecond {
			b.t.Errorf("the right one is in after %v: %v", took, isIn)
		}
	})
}

// TestWhoHasNotGuessedForLongestIsForgottenFirst has one more address guess than are
// remembered.
func TestWhoHasNotGuessedForLongestIsForgottenFirst(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.members.SetToken(token(b.t))
		guess := func(ip string) {
			c := b.connectFrom(ip)
			c.say("a wrong one\n")
			<-c.ended
		}
		guess("192.0.2.1")
		guess("192.0.2.2")
		guess("192.0.2.3")
		pass(110 * time.Millisecond)
		guess("192.0.2.1") // again: from now on for 200 ms
		for i := range 10_000 - 2 {
			guess(fmt.Sprintf("10.0.%d.%d", i/256, i%256))
		}
		if took, isIn := b.in(b.connectFrom("192.0.2.1")); !isIn || took < 190*time.Millisecond {
			b.t.Errorf("the first, which guessed again, is in after %v: %v", took, isIn)
		}
		guess("192.0.2.3")
		if took, isIn := b.in(b.connectFrom("192.0.2.3")); !isIn || took < 190*time.Millisecond {
			b.t.Errorf("the third, which is remembered, is in after %v: %v", took, isIn)
		}
		guess("192.0.2.2")
		if took, isIn := b.in(b.connectFrom("192.0.2.2")); !isIn || took > 110*time.Millisecond {
			b.t.Errorf("the second, which was forgotten, is in after %v: %v", took, isIn)
		}
	})
}
