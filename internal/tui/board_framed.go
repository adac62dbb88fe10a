package tui

import (
	"time"

	"bcast/internal/feed"
	"bcast/internal/session"
	"bcast/internal/wire"
)

// calm is how long nothing of the history has come before that counts as its end, where
// no line says it.
const calm = time.Second

// A history is what comes from before this side came, up to the first line that is new.
type history struct {
	open   bool      // it may still come
	some   bool      // has come
	latest time.Time // when the last of it came
}

// handleFramed takes an event that only framed servers cause, but for lines. What strangers have
// written passes the gate here, before it goes anywhere.
func (b *board) handleFramed(event session.Event) {
	switch event := event.(type) {
	case session.Delivered:
		b.delivered(event)
	case session.Joined:
		event.Name = b.parser.Named(event.Name)
		b.came(event)
	case session.Left:
		b.went(event)
	case session.Renamed:
		event.Name = b.parser.Named(event.Name)
		b.renamed(event)
	case session.Counted:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.roster.forget()
		b.roster.count = event.Count.Count
	case session.Gap:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.markLocked(b.now(), lines(event.Missed)+" missing here: this side was too slow")
	case session.Refused:
		b.refused(event)
	case session.RoundTrip:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.trip = event.Took
	}
}

// welcome takes in who is there, ahead of what connected does. Its names pass the gate
// in place: the event is this side's copy, but for the peers. It returns what this side was
// called before.
func (b *board) welcome(event *session.Connected) (before string) {
	b.history = history{}
	b.lastOwn = 0
	if !event.Framed {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.framed, b.trip = false, 0
		b.setMaxLineLocked(0)
		return b.name
	}
	event.You.Name = b.parser.Named(event.You.Name)
	var peers []wire.Member
	if event.Peers != nil {
		peers = make([]wire.Member, len(event.Peers))
		for i, peer := range event.Peers {
			peers[i] = wire.Member{ID: peer.ID, Name: b.parser.Named(peer.Name)}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	before = b.name
	b.framed, b.trip, b.name = true, 0, event.You.Name
	b.setMaxLineLocked(event.MaxLine)
	b.roster.reset(event.You, event.Count, peers)
	if b.lost.IsZero() {
		b.history = history{open: true, latest: b.now()}
	}
	return before
}

// said puts a message into the feed.
func (b *board) said(line *session.Line) {
	if line.Own && !b.isFirstOwn(line) {
		return
	}
	b.put(line)
}

// isFirstOwn reports whether a line of this side was not put into the feed yet: it comes
// as a line, and again with its receipt.
func (b *board) isFirstOwn(line *session.Line) bool {
	first := line.Seq != b.lastOwn
	b.lastOwn = line.Seq
	return first
}

// put puts a message into the feed. One of this side is what waits for the longest time,
// or was sent by it before the server forgot this side: then there will be two of it.
func (b *board) put(line *session.Line) {
	kind := feed.Line
	if line.Own {
		kind = feed.Own
	}
	at := time.UnixMilli(line.At).In(b.zone)
	var first feed.Entry
	first, b.batch = feed.Message(b.batch[:0], kind, b.parser.Named(line.Name), line.Text, at)
	if line.History {
		b.history.some, b.history.latest = true, b.now()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !line.History && b.history.open {
		b.startLocked(at)
	}
	if !line.Own && b.ignored.has(first.Name) {
		b.drop()
		return
	}
	switch {
	case line.Own && b.waiting.isUnsure():
		first.Kind = feed.Unsure
	case line.Own, line.History:
	default:
		b.heedLocked(&first)
		for i := range b.batch {
			b.heedLocked(&b.batch[i])
		}
	}
	b.addLocked(line.History, first)
	b.addLocked(line.History, b.batch...)
}

// addLocked puts what a message became into the feed and the log.
func (b *board) addLocked(history bool, entries ...feed.Entry) {
	if !history {
		b.appendLocked(entries...)
		return
	}
	b.traffic.open = false
	for _, entry := range entries {
		b.feed.Append(entry)
	}
	b.logHistoryLocked(entries...)
}

// startLocked ends the history.
func (b *board) startLocked(at time.Time) {
	b.history.open = false
	if b.history.some {
		b.markLocked(at, "joined")
	}
}

// noteLocked reports whether who comes and goes is worth a word. A roster has those
// who came before this side: what the history says of others is long over.
func (b *board) noteLocked(now time.Time) bool {
	if !b.history.open {
		return true
	}
	if now.Sub(b.history.latest) < calm {
		return false
	}
	b.startLocked(now)
	return true
}

// tellLocked adds to the traffic, or begins another, unless the person does not want to
// know. The log has what happened in a line of its own.
func (b *board) tellLocked(what string, add func(*traffic)) {
	now := b.now()
	if b.noPresence || !b.noteLocked(now) {
		return
	}
	b.logLocked(feed.Entry{Kind: feed.Note, At: now, Text: what})
	next := b.traffic
	amends := next.open && now.Sub(next.at) < trafficTime
	if !amends {
		next = traffic{open: true, at: now}
	}
	add(&next)
	entry := feed.Entry{Kind: feed.Note, At: next.at, Text: next.String()}
	if !amends || !b.feed.Amend(entry) {
		next = traffic{open: true, at: now}
		add(&next)
		b.feed.Append(feed.Entry{Kind: feed.Note, At: now, Text: next.String()})
	}
	b.traffic = next
}

func (b *board) came(event session.Joined) {
	b.mu.Lock()
	defer b.mu.Unlock()
	isNew := b.roster.add(event.Member)
	switch {
	case b.ignored.has(event.Name):
		b.drop()
	case isNew:
		b.tellLocked(event.Name+" joined", func(t *traffic) { t.joined.add(event.Name) })
	}
	if !b.roster.named {
		b.roster.count = event.Count
	}
}

func (b *board) went(event session.Left) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if event.ID == b.roster.you {
		return
	}
	name, ok := b.roster.remove(event.ID)
	switch {
	case b.ignored.has(event.Name), b.ignored.has(name):
		b.drop()
	case ok:
		b.tellLocked(name+" left", func(t *traffic) { t.left.add(name) })
	}
	if !b.roster.named {
		b.roster.count = event.Count
	}
}

func (b *board) renamed(event session.Renamed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	old, ok := b.roster.rename(event.Member)
	if event.ID == b.roster.you {
		b.calledLocked(event.Name)
		return
	}
	if ok {
		b.tellLocked(old+" is now "+event.Name, func(t *traffic) { t.rename(event.ID, old, event.Name) })
	}
}
