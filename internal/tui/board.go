package tui

import (
	"bytes"
	"cmp"
	"fmt"
	"sync"
	"time"

	"bcast/internal/chatlog"
	"bcast/internal/feed"
	"bcast/internal/session"
	"bcast/internal/text"
	"bcast/internal/wire"
)

// remembered is for how long a framed server that runs on knows a client after a break, at
// least.
const remembered = 10 * time.Minute

// A board is what the session's goroutine writes and the screen shows.
type board struct {
	now  func() time.Time
	zone *time.Location
	wake chan struct{} // one token: something has changed

	rescue func() // for a goroutine to defer: if it panics, the terminal is reset

	// Set by serve.
	log    *chatlog.Log      // nil: none
	rename func(name string) // asks a framed server for another name

	// Owned by the session's goroutine.
	lines   *wire.Chunker
	parser  feed.Parser
	batch   []feed.Entry
	history history
	lastOwn uint64 // the seq of the last line of this side
	held    []byte // a frame that is to be logged, unless it is from somebody who is ignored

	saving sync.WaitGroup // what writes the feed to a file

	mu      sync.Mutex
	feed    *feed.Feed
	arrived uint64        // entries that the feed has had, but for the history
	name    string        // of this side, as the room has it; of a plain one, as asked for
	maxLine int           // the longest line of the room, in bytes
	lost    time.Time     // since when there is no connection; zero while there is
	attempt int           // while there is none: the next attempt
	retry   time.Duration // while there is none: how long before that
	hint    string        // what there is to say to the person, once

	// What the person wants.
	attention  attention
	calls      calls
	ignored    ignored
	noPresence bool // not to be told who comes, goes and is called otherwise

	// Of framed servers alone.
	framed  bool
	roster  roster
	trip    time.Duration // round trip to the server; 0: not known
	traffic traffic
	waiting waiting
	asked   string // the name that this side has asked for; "" once that is answered
}

func newBoard(now func() time.Time) *board {
	return &board{
		now:    now,
		zone:   time.Local,
		wake:   make(chan struct{}, 1),
		rescue: func() {},
		lines:  wire.NewChunker(wire.DefaultMaxLine),
		feed:   feed.New(feed.Config{}),
		calls:  calls{notices: make(chan string, 1)},

		maxLine: wire.DefaultMaxLine,
	}
}

// handle takes an event of the session.
func (b *board) handle(event session.Event) {
	switch event := event.(type) {
	case session.Line:
		b.said(&event)
	case session.Received:
		for data := event.Data; len(data) > 0; {
			n := copy(b.lines.Space(), data)
			data = data[n:]
			b.receive(b.lines.Take(n))
		}
	case session.Connected:
		b.connected(event)
	case session.Frame:
		b.hold(event.JSON)
		return
	case session.Pause:
		b.release()
		return
	case session.Disconnected:
		b.release()
		b.receive(b.lines.Rest())
		b.disconnected(event)
	default:
		b.handleFramed(event)
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
		line = bytes.TrimSuffix(line, []byte("\n"))
		b.batch = append(b.batch, b.parser.Said(line, at))
		b.logPlain(b.batch[len(b.batch)-1], line)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, entry := range b.batch {
		if !b.ignored.has(entry.Name) {
			b.heedLocked(&entry)
			b.appendLocked(entry)
		}
	}
}

// heedLocked marks an entry that is meant for this side, and has the person called for it.
func (b *board) heedLocked(e *feed.Entry) {
	if e.Mention = b.attention.isFor(b.name, e.Text); e.Mention {
		b.callLocked(*e)
	}
}

// say puts a line of this side into the feed, where the server is a plain one.
func (b *board) say(line string) {
	shown := text.Clean([]byte(line))
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.now()
	b.appendLocked(feed.Entry{Kind: feed.Own, At: at, Name: cmp.Or(b.name, "me"), Text: shown})
	if b.log != nil {
		b.log.Line(wire.Line{From: plainYou, Name: b.name, At: at.UnixMilli(), Text: []byte(line)})
	}
}

func (b *board) appendLocked(entries ...feed.Entry) {
	b.traffic.open = false
	b.arrived += uint64(len(entries))
	for _, entry := range entries {
		b.feed.Append(entry)
	}
	b.logLocked(entries...)
}

// mark is markLocked for now.
func (b *board) mark(said string) {
	b.mu.Lock()
	b.markLocked(b.now(), said)
	b.mu.Unlock()
	b.changed()
}

// tell says something to the person that is not of the room.
func (b *board) tell(hint string) {
	b.mu.Lock()
	b.hint = hint
	b.mu.Unlock()
	b.changed()
}

// markLocked puts what the client has to say into the feed.
func (b *board) markLocked(at time.Time, said string) {
	b.appendLocked(feed.Entry{Kind: feed.Mark, At: at, Text: said})
}

func (b *board) connected(event session.Connected) {
	before := b.welcome(&event)
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.lost.IsZero() {
		now := b.now()
		b.markLocked(now, b.breakLocked(event, now))
		if event.Framed && before != b.name {
			b.markLocked(now, "you are "+b.name+" now")
		}
	}
	b.doubtLocked(event)
	b.lost = time.Time{}
}

// breakLocked says what a break of the connection, which is over, has cost.
func (b *board) breakLocked(event session.Connected, now time.Time) string {
	away := now.Sub(b.lost)
	took := duration(away)
	switch {
	case event.Missed > 0:
		return "reconnected after " + took + ", " + lines(event.Missed) + " missed"
	case event.Restarted && away < remembered:
		return "the server has restarted (" + took + "), lines may be missing"
	case event.Restarted:
		return "the server has restarted, or forgotten this side (" + took + "), lines may be missing"
	case event.Resumed:
		return "reconnected after " + took + ", nothing lost"
	}
	return fmt.Sprintf("disconnected %s to %s, lines may be missing", b.lost.Format(time.TimeOnly), now.Format(time.TimeOnly))
}

// duration is a time that people waited, as they tell it.
func duration(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// lines says how many lines n is.
func lines[N int | uint64](n N) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
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

// changed leaves the token. It never waits. Where the token lies there already, it was
// left before this change, and whoever takes it sees this change, too.
func (b *board) changed() {
	if len(b.wake) > 0 {
		return
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
}
