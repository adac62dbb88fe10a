package peer_test

import (
	"fmt"
	"testing"
	"time"
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
