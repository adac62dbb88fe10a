package room_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestPublisherDoesNotWaitForItself has a member that fills the log with its own lines while it has
// still to get another one: once it has, nobody needs the log any more.
func TestPublisherDoesNotWaitForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t, nil)
		s := newScreen().at(200)
		talker, other := join(t, r, s), join(t, r, newScreen())
		publish(t, other, "a line of 20 bytes.\n")
		start := time.Now()
		for range 100 {
			publish(t, talker, strings.Repeat("x", 999)+"\n")
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("100 lines took %v", took)
		}
		leave(t, talker, other)
		if got := s.String(); got != "a line of 20 bytes.\n" {
			t.Errorf("the talker heard %q", got)
		}
	})
}
