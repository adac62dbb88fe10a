// Package spool has a log that never holds up who logs.
//
// What is written goes into a queue of bounded size, and a goroutine takes it from there to
// where the log goes: a terminal, a pipe, a file. If that takes nothing, because nobody reads
// it or the disk is full, records are dropped, and counted, and the log says how many are
// missing where they are. No error of writing ends anything.
//
// The package knows nothing of what is logged.
package spool

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// Size is how many bytes of records may wait to be written.
	Size = 1 << 20

	// closeTime is how long Close waits for the rest to be written.
	closeTime = time.Second
)

// A Writer is a queue in front of another writer. Its methods may be called from any
// goroutine.
type Writer struct {
	to   io.Writer // used by the goroutine of drain alone
	done chan struct{}

	mu      sync.Mutex // guards what follows
	more    sync.Cond  // there is something to write, or it is closed
	queue   []record
	size    int    // bytes that wait, those that are being written too
	dropped uint64 // records since the last one that was queued
	lost    uint64 // records in all
	closed  bool
	tell    slog.Handler // says what was lost; nil: nothing does

	// Owned by the goroutine of drain.
	untold uint64 // records that are lost, and the log does not say so yet
	torn   bool   // a record was written in part
}

// A record is what one call of Write was given.
type record struct {
	text    []byte
	dropped uint64 // records before it
}

// New returns a Writer in front of to, which may block and fail as it likes. Close ends its
// goroutine.
func New(to io.Writer) *Writer {
	w := &Writer{to: to, done: make(chan struct{})}
	w.more.L = &w.mu
	go w.drain() // Close waits for it
	return w
}

// Logger returns a logger that writes to w, in the form that handler gives records. In the
// same form the log says from now on what is lost.
func (w *Writer) Logger(handler func(io.Writer) slog.Handler) *slog.Logger {
	w.mu.Lock()
	w.tell = handler(direct{w})
	w.mu.Unlock()
	return slog.New(handler(w))
}

// Write queues a record, or drops it if there is no room, or w is closed. It never waits
// for what is behind the queue, and never fails. What is in p is copied.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.size+len(p) > Size {
		w.dropped++
		w.lost++
		return len(p), nil
	}
	w.queue = append(w.queue, record{bytes.Clone(p), w.dropped})
	w.size += len(p)
	w.dropped = 0
	w.more.Signal()
	return len(p), nil
}

// Lost is how many records were dropped, or could not be written.
func (w *Writer) Lost() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost
}

// Close waits for a second at most until everything is written. What is written to w
// afterwards is lost.
func (w *Writer) Close() {
	w.mu.Lock()
	w.closed = true
	w.more.Signal()
	w.mu.Unlock()
	late := time.NewTimer(closeTime)
	defer late.Stop()
	select {
	case <-w.done:
	case <-late.C:
	}
}

// drain writes what is queued, until w is closed and nothing is left.
func (w *Writer) drain() {
	defer close(w.done)
	for {
		records, dropped, tell := w.take()
		for _, r := range records {
			w.say(tell, r.dropped)
			if _, err := (direct{w}).Write(r.text); err != nil {
				w.fail()
			}
			w.free(len(r.text))
		}
		w.say(tell, dropped)
		if records == nil && dropped == 0 {
			return
		}
	}
}

// take waits for records and returns them, or how many were dropped behind the last ones. It
// returns neither once w is closed and all is written.
func (w *Writer) take() (records []record, dropped uint64, tell slog.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) == 0 && w.dropped == 0 && !w.closed {
		w.more.Wait()
	}
	records, w.queue = w.queue, nil
	if records == nil {
		dropped, w.dropped = w.dropped, 0
	}
	return records, dropped, w.tell
}

// free makes room for what has been written, or is lost.
func (w *Writer) free(size int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.size -= size
}

// fail notes that a record could not be written.
func (w *Writer) fail() {
	w.untold++
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost++
}

// say has the log say how many records are missing: these, and those of which it could not
// say so before.
func (w *Writer) say(tell slog.Handler, dropped uint64) {
	w.untold += dropped
	if w.untold == 0 || tell == nil {
		return
	}
	r := slog.NewRecord(time.Now(), slog.LevelWarn, "log records lost", 0)
	r.AddAttrs(slog.Uint64("count", w.untold))
	if tell.Handle(context.Background(), r) == nil {
		w.untold = 0
	}
}

// direct writes past the queue. It is for the goroutine of drain.
type direct struct{ *Writer }

// Write begins a line of its own behind a record of which a part was written only.
func (d direct) Write(p []byte) (int, error) {
	if d.torn {
		if _, err := d.to.Write([]byte{'\n'}); err != nil {
			return 0, err
		}
		d.torn = false
	}
	n, err := d.to.Write(p)
	d.torn = err != nil && n > 0
	return n, err
}
