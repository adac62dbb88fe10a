package session

import (
	"bytes"
	"context"
	"sync"
	"unicode/utf8"

	"bcast/internal/wire"
)

const (
	// maxPendingBytes is how much may wait to be sent, or one chunk of more.
	maxPendingBytes = 8 << 20

	// batchSize is about how many bytes of frames are written at once: a write that
	// has ended is a sign of life.
	batchSize = 32 << 10
)

// An outbox is what is to be sent, in order, across connections. One goroutine
// puts, one other takes, one more says what has arrived.
type outbox struct {
	limit int           // messages
	work  chan struct{} // a token: there is something for the taker
	room  chan struct{} // a token: there is room for the putter
	told  chan struct{} // a token: handed has something

	mu     sync.Mutex
	queue  []*parcel
	count  int // messages in queue
	size   int // bytes in queue
	ids    uint64
	closed bool
	handed []uint64 // ids of what plain connections took

	// Of a framed server's session. queue[0].done is where the say with the ref first
	// begins; the one with the ref next begins at offset from of queue[at].
	first, next uint64
	at, from    int
	refused     uint64   // a ref that the server did not take, until the next welcome
	names       []rename // that are asked for, in order, until they are answered
}

// A parcel is a chunk of one call of put or offer.
type parcel struct {
	id      uint64
	chunk   []byte
	whole   bool // its lines are one message
	done    int  // bytes that have arrived
	left    int  // messages that have not
	size    int  // bytes that it takes of the outbox
	refused bool // a part of it is lost
}

func newOutbox(limit int) *outbox {
	return &outbox{
		limit: limit,
		work:  make(chan struct{}, 1),
		room:  make(chan struct{}, 1),
		told:  make(chan struct{}, 1),
		first: 1, next: 1,
	}
}

// signal leaves a token.
func signal(token chan struct{}) {
	select {
	case token <- struct{}{}:
	default:
	}
}

// put adds a copy of chunk, each line of it a message. It waits for room; ctx's
// error is the only one.
func (o *outbox) put(ctx context.Context, chunk []byte) (id uint64, err error) {
	for {
		if id, ok := o.add(chunk, false); ok {
			return id, nil
		}
		select {
		case <-o.room:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// offer adds a copy of chunk as one message where there is room, and reports false
// where not.
func (o *outbox) offer(chunk []byte) (id uint64, ok bool) { return o.add(chunk, true) }

func (o *outbox) add(chunk []byte, whole bool) (id uint64, ok bool) {
	if len(chunk) == 0 {
		return 0, true
	}
	p := &parcel{chunk: chunk, whole: whole, size: len(chunk)}
	p.left = p.messages()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) > 0 && (o.count+p.left > o.limit || o.size+p.size > maxPendingBytes) {
		return 0, false
	}
	o.ids++
	p.id, p.chunk = o.ids, bytes.Clone(chunk)
	o.queue = append(o.queue, p)
	o.count += p.left
	o.size += p.size
	signal(o.work)
	return p.id, true
}

// messages counts those that have not arrived, an unfinished line as one.
func (p *parcel) messages() int {
	rest := p.chunk[p.done:]
	switch {
	case len(rest) == 0:
		return 0
	case p.whole:
		return 1
	}
	n := bytes.Count(rest, []byte("\n"))
	if rest[len(rest)-1] != '\n' {
		n++
	}
	return n
}

// close says that nothing will be put any more.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	signal(o.work)
}

func (o *outbox) pending() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.count
}

// advanceLocked takes note that the next n bytes of queue[0] have arrived. It
// returns the parcel if these were its last.
func (o *outbox) advanceLocked(n int) *parcel {
	p := o.queue[0]
	if !p.whole && p.chunk[p.done+n-1] == '\n' {
		p.left--
		o.count--
	}
	p.done += n
	if p.done < len(p.chunk) {
		return nil
	}
	o.removeLocked(0)
	return p
}

func (o *outbox) removeLocked(i int) {
	p := o.queue[i]
	o.count -= p.left
	o.size -= p.size
	if i > 0 {
		o.queue = append(o.queue[:i], o.queue[i+1:]...)
	} else {
		o.queue[0] = nil
		o.queue = o.queue[1:]
	}
	signal(o.room)
	if len(o.queue) == 0 {
		signal(o.work) // it may be the end
	}
}

// In the plain dialect.

// head returns what is to be sent now, or nil if there is nothing, and whether
// nothing will be.
func (o *outbox) head() (chunk []byte, end bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.names = nil // there is nobody to ask
	if len(o.queue) == 0 {
		return nil, o.closed
	}
	p := o.queue[0]
	return p.chunk[p.done:], false
}

// sent says that the first n bytes of what head returned were handed over. A line
// that was not is kept whole: the next connection sends it from its beginning.
func (o *outbox) sent(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := o.queue[0]
	if n < len(p.chunk)-p.done {
		n = bytes.LastIndexByte(p.chunk[p.done:p.done+n], '\n') + 1
		p.done += n
		if !p.whole {
			o.count -= p.left - p.messages()
			p.left = p.messages()
		}
		return
	}
	p.done = len(p.chunk)
	o.removeLocked(0)
	o.handed = append(o.handed, p.id)
	signal(o.told)
}

// tell returns the ids of what was handed over since it was last called.
func (o *outbox) tell() []uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	ids := o.handed
	o.handed = nil
	return ids
}

// In the framed dialect.

// cut returns how long the next say is that rest begins with, its newline included.
// A line that is too long goes in pieces of whole characters.
func cut(rest []byte, whole bool, maxLine int) int {
	if whole && len(rest) <= maxLine {
		return len(rest)
	}
	head := rest[:min(len(rest), maxLine)]
	newline := -1
	if whole {
		newline = bytes.LastIndexByte(head, '\n')
	} else {
		newline = bytes.IndexByte(head, '\n')
	}
	if newline >= 0 {
		return newline + 1
	}
	if len(head) == len(rest) {
		return len(rest)
	}
	for n := len(head); n > 0 && n > len(head)-utf8.UTFMax; n-- {
		if utf8.RuneStart(rest[n]) {
			return n
		}
	}
	return len(head)
}

// rewind goes back to what has not arrived, at a welcome. If the session goes on,
// the server has the says up to acked: these are not sent again, but stay until
// receipt. It returns the ref of the last say that was sent before, and how many of
// the says before that may be sent twice.
func (o *outbox) rewind(goesOn bool, acked uint64, maxLine int) (last uint64, repeated int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	last = o.next - 1
	lost := o.refused
	o.refused = 0
	o.askAgainLocked()
	if goesOn {
		o.backLocked()
		for o.next <= min(acked, last) {
			o.stepLocked(maxLine)
		}
		if lost > acked {
			o.loseLocked(lost, maxLine)
		}
		return last, 0
	}
	repeated = int(o.next - o.first)
	if lost > 0 {
		o.loseLocked(lost, maxLine)
		repeated--
	}
	o.first = 1
	if len(o.queue) > 0 { // a line begins anew
		p := o.queue[0]
		if p.whole {
			p.done = 0
		} else {
			p.done = bytes.LastIndexByte(p.chunk[:p.done], '\n') + 1
		}
	}
	o.backLocked()
	return last, repeated
}

// backLocked sets what is to be sent next to the first that has not arrived.
func (o *outbox) backLocked() {
	o.at, o.from, o.next = 0, 0, o.first
	if len(o.queue) > 0 {
		o.from = o.queue[0].done
	}
}

// stepLocked passes over the next say and returns it.
func (o *outbox) stepLocked(maxLine int) (p *parcel, from, to int) {
	p, from = o.queue[o.at], o.from
	to = from + cut(p.chunk[from:], p.whole, maxLine)
	o.next++
	o.from = to
	if to == len(p.chunk) {
		o.at++
		o.from = 0
	}
	return p, from, to
}

// loseLocked takes the say with a ref out: those behind it move up.
func (o *outbox) loseLocked(ref uint64, maxLine int) {
	at, offset, next := o.at, o.from, o.next
	o.backLocked()
	for o.next < ref {
		o.stepLocked(maxLine)
	}
	i := o.at
	p, from, to := o.stepLocked(maxLine)
	p.chunk = append(bytes.Clone(p.chunk[:from]), p.chunk[to:]...)
	left := p.messages()
	o.count -= p.left - left
	p.left = left
	o.at, o.from, o.next = at, offset, next // not behind what is lost
	switch {
	case p.done == len(p.chunk):
		o.removeLocked(i)
		if o.at == i {
			o.from = 0
		}
	case o.at == i && o.from == len(p.chunk):
		o.at++
		o.from = 0
	}
}

// fill appends the next says to b, with the names that are asked for between them, and
// tells whether there will be none because all have arrived.
func (o *outbox) fill(b []byte, maxLine int) (frames []byte, end bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(b) < batchSize && o.at < len(o.queue) && o.refused == 0 {
		b = o.askLocked(b, o.queue[o.at].id)
		ref := o.next
		p, from, to := o.stepLocked(maxLine)
		text, line := bytes.CutSuffix(p.chunk[from:to], []byte("\n"))
		say := wire.Say{Ref: ref, Text: text, More: !line}
		b = say.Append(b)
	}
	if o.at == len(o.queue) && o.refused == 0 {
		b = o.askLocked(b, o.ids+1)
	}
	return b, o.closed && len(o.queue) == 0 && len(b) == 0
}

// A delivery is the ref with which the last of a message has arrived.
type delivery struct{ id, ref uint64 }

// receipt says that the server has all says up to ref. It appends what messages are
// complete with that to list.
func (o *outbox) receipt(ref uint64, maxLine int, list []delivery) []delivery {
	o.mu.Lock()
	defer o.mu.Unlock()
	for ; o.first <= ref && o.first < o.next; o.first++ {
		p := o.queue[0]
		p = o.advanceLocked(cut(p.chunk[p.done:], p.whole, maxLine))
		if p == nil {
			continue
		}
		o.at--
		if !p.refused {
			list = append(list, delivery{p.id, o.first})
		}
	}
	return list
}

// refuse says that the server has not taken the say with a ref, and returns the id
// of its message, or 0 if there is none. Nothing more is sent until the next rewind.
func (o *outbox) refuse(ref uint64, maxLine int) (id uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if ref < o.first || ref >= o.next {
		return 0
	}
	at, offset, next := o.at, o.from, o.next
	o.backLocked()
	for o.next < ref {
		o.stepLocked(maxLine)
	}
	p := o.queue[o.at]
	o.at, o.from, o.next = at, offset, next
	p.refused = true
	o.refused = ref
	return p.id
}
