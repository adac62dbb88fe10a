//go:build unix

package e2e_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// A conversation goes on while something else happens: one member of a room talks, and two
// listen.
type conversation struct {
	speaker   *member
	listeners []*member
	said      bytes.Buffer // the speaking goroutine's
	stop      chan struct{}
	stopped   chan error
}

// converse begins one in a room where nobody is yet.
func (r *room) converse(t *testing.T) *conversation {
	t.Helper()
	c := &conversation{
		speaker: r.join(t, "tcp", 1), listeners: []*member{r.join(t, "unix", 2), r.join(t, "tcp", 3)},
		stop: make(chan struct{}), stopped: make(chan error, 1),
	}
	go func() { c.stopped <- c.speak() }() // end waits for it, or the cleanup closes what it writes to
	return c
}

func (c *conversation) speak() error {
	beat := time.NewTicker(5 * time.Millisecond)
	defer beat.Stop()
	for i := 0; ; i++ {
		line := fmt.Appendf(nil, "line %d: \x00\x1b[m\xff\r\n", i)
		_ = c.speaker.conn.SetWriteDeadline(time.Now().Add(patience))
		if _, err := c.speaker.conn.Write(line); err != nil {
			return err
		}
		c.said.Write(line)
		select {
		case <-beat.C:
		case <-c.stop:
			return nil
		}
	}
}

// end checks that nobody has noticed anything else.
func (c *conversation) end(t *testing.T) {
	t.Helper()
	close(c.stop)
	if err := <-c.stopped; err != nil {
		t.Fatal(err)
	}
	for _, listener := range c.listeners {
		listener.awaitAll(t, c.said.String())
	}
	if got := c.speaker.String(); got != "" {
		t.Errorf("who speaks is told %s", quote(got))
	}
}
