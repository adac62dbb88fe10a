package session

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// An outbox is what is to be sent, in order, across connections. One goroutine
// puts, one other takes.
type outbox struct {
	limit  int64 // lines
	places *semaphore.Weighted
	queue  chan parcel
	count  atomic.Int64 // lines in it, those of head included
	head   parcel       // owned by the taker: what is being sent
}

// A parcel is a chunk and the places it takes in the outbox.
type parcel struct {
	chunk []byte
	lines int64
}

func newOutbox(limit int) *outbox {
	return &outbox{
		limit:  int64(limit),
		places: semaphore.NewWeighted(int64(limit)),
		queue:  make(chan parcel, limit), // each takes a place at least
	}
}

// put adds a copy of chunk. It waits for places; ctx's error is the only one.
func (o *outbox) put(ctx context.Context, chunk []byte) error {
	if len(chunk) == 0 {
		return nil
	}
	lines := lineCount(chunk)
	if err := o.places.Acquire(ctx, min(lines, o.limit)); err != nil {
		return err
	}
	o.add(chunk, lines)
	return nil
}

// offer is put where there are places, and reports false where not.
func (o *outbox) offer(chunk []byte) bool {
	if len(chunk) == 0 {
		return true
	}
	lines := lineCount(chunk)
	if !o.places.TryAcquire(min(lines, o.limit)) {
		return false
	}
	o.add(chunk, lines)
	return true
}

func (o *outbox) add(chunk []byte, lines int64) {
	o.count.Add(lines)
	o.queue <- parcel{bytes.Clone(chunk), lines}
}

// lineCount counts an unfinished line as one.
func lineCount(chunk []byte) int64 {
	n := int64(bytes.Count(chunk, []byte("\n")))
	if chunk[len(chunk)-1] != '\n' {
		n++
	}
	return n
}

// close says that nothing will be put any more.
func (o *outbox) close() { close(o.queue) }

func (o *outbox) pending() int { return int(o.count.Load()) }

// next returns what is to be sent now. It waits for it; the error is io.EOF at
// the end, or that of ctx.
func (o *outbox) next(ctx context.Context) ([]byte, error) {
	if len(o.head.chunk) > 0 {
		return o.head.chunk, nil
	}
	select {
	case p, ok := <-o.queue:
		if !ok {
			return nil, io.EOF
		}
		o.head = p
		return p.chunk, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// sent says that the first n bytes of what next returned were handed over. A line
// that was not is kept whole: the next connection sends it from its beginning.
func (o *outbox) sent(n int) {
	chunk := o.head.chunk
	if n < len(chunk) {
		done := bytes.LastIndexByte(chunk[:n], '\n') + 1
		o.head.chunk = chunk[done:]
		return
	}
	o.count.Add(-o.head.lines)
	o.places.Release(min(o.head.lines, o.limit))
	o.head = parcel{}
}
