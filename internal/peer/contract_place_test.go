package peer_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/wire"
)

// TestContract06_MembersThatWaitToBeReadAreCut has more members send than are read at a
// time. All of these wait for those who read nothing and send, too.
func TestContract06_MembersThatWaitToBeReadAreCut(t *testing.T) {
	const senders, each = 40, 1 << 20
	v := open(t, func(p *plan) {
		p.room.Patience = patience / 10
		p.room.Backlog = room.MinBacklog(peer.MaxChunk(wire.DefaultMaxLine))
	})
	var stuck []*client
	for range 4 {
		stuck = append(stuck, v.joinSlow(t))
	}
	clients := v.join(t, senders)
	var group errgroup.Group
	text := strings.Repeat(strings.Repeat("x", 999)+"\n", each/1000)
	for _, c := range clients {
		go io.Copy(io.Discard, c) //nolint:errcheck // ends with the connection
		group.Go(func() error {
			_, err := io.WriteString(c, text)
			return err
		})
	}
	for _, c := range stuck {
		go func() { // ends when it is cut, or with the test
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for range tick.C {
				if _, err := c.Write([]byte("y\n")); err != nil {
					return
				}
			}
		}()
	}
	if err := group.Wait(); err != nil {
		t.Fatalf("the senders are held for good: %v", err)
	}
	eventually(t, "all who read nothing are cut", func() bool { return v.room.Stats().Members == senders })
}
