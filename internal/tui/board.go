package tui

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"bcast/internal/feed"
	"bcast/internal/session"
	"bcast/internal/wire"
)

// A board is what the session's goroutine writes and the screen shows.
type board struct {
	now  func() time.Time
	wake chan struct{} // one token: something has changed

	// Owned by the session's goroutine.
	lines  *wire.Chunker
	parser feed.Parser
	batch  []feed.Entry

	mu      sync.Mutex
	feed    *feed.Feed
	lost    time.Time     // since when there is no connection; zero while there is
	attempt int           // while there is none: the next attempt
	retry   time.Duration // while there is none: how long before that
}

func newBoard(now func() time.Time) *board {
	return &board{
		now:   now,
		wake:  make(chan struct{}, 1),
		lines: wire.NewChunker(wire.DefaultMaxLine),
		feed:  feed.New(feed.Config{}),
	}
}

// handle takes an event of the session.
func (b *board) handle(event session.Event) {
	switch event := event.(type) {
	case session.Received:
		for data := event.Data; len(data) > 0; {
			n := copy(b.lines.Space(), data)
			data = data[n:]
			b.receive(b.lines.Take(n))
		}
	case session.Connected:
		b.connected()
	case session.Disconnected:
		b.receive(b.lines.Rest())
		b.disconnected(event)
	}
	b.changed()
}

// receive puts the lines of chunk into the feed.
func (b *board) receive(chunk []byte) {
	if len(chunk) == 0 {
		return
	}
	at := b.now()
	b.batch = b.batch[:0]
	for line := range bytes.Lines(chunk) {
		b.batch = append(b.batch, b.parser.Said(bytes.TrimSuffix(line, []byte("\n")), at))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, entry := range b.batch {
		b.feed.Append(entry)
	}
}

// say puts a line of this side into the feed.
func (b *board) say(name, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.feed.Append(feed.Entry{Kind: feed.Own, At: b.now(), Name: name, Text: text})
}

func (b *board) connected() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.lost.IsZero() {
		now := b.now()
		b.feed.Append(feed.Entry{Kind: feed.Mark, At: now, Text: fmt.Sprintf(
			"disconnected %s to %s, lines may be missing", b.lost.Format(time.TimeOnly), now.Format(time.TimeOnly))})
	}
	b.lost = time.Time{}
}

func (b *board) disconnected(event session.Disconnected) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lost.IsZero() {
		b.lost = b.now()
	}
	b.attempt, b.retry = event.Attempt, event.Retry
}

func (b *board) isDown() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.lost.IsZero()
}

// changed leaves the token. It never waits.
func (b *board) changed() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}
