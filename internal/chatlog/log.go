package chatlog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"bcast/internal/feed"
	"bcast/internal/wire"
)

const (
	// flushAfter is how long what is logged waits to be written, at most.
	flushAfter = time.Second

	// flushAt is how much waits at most before it is written at once, in bytes.
	flushAt = 64 << 10

	// maxWaiting is how much may wait for a disk that is slow, in bytes.
	maxWaiting = 8 << 20
)

// A Log is a file that what a room says is appended to. Its methods may be called by
// several goroutines at once, but for Close.
type Log struct {
	file   io.WriteCloser
	frames bool
	failed func(error)   // told once
	wake   chan struct{} // a token: there is something to write, or enough, or it is the end
	ended  chan struct{} // closed by the writer
	lost   error         // of the end, by the writer; for Close, once ended is closed

	mu      sync.Mutex
	waiting []byte // not written yet
	spare   []byte // memory for more, of what was written
	missed  uint64 // lines for which there was no room behind waiting
	broken  bool   // nothing is logged any more
	closed  bool
	seq     uint64 // of the last frame that was made here
	past    past   // what the file had, for Past
}

// IsFrames reports whether a file of that name is one for frames.
func IsFrames(path string) bool { return strings.HasSuffix(path, ".jsonl") }

// Open opens a log, or makes one that only its owner can read. Where its name ends in
// .jsonl it is for frames. If it cannot be written to before Close, failed is told of that,
// once, by a goroutine of the log's, and nothing more is logged. The goroutine defers rescue,
// for who has something to put right before a panic there ends the process.
func Open(path string, failed func(error), rescue func()) (*Log, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if errors.Is(err, os.ErrPermission) {
		file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0) // it may be there, for writing alone
	}
	if err != nil {
		return nil, err
	}
	past, whole := tail(file, !IsFrames(path))
	l := newLog(file, IsFrames(path), failed, rescue)
	l.past = past
	if !whole {
		l.waiting = append(l.waiting, '\n') // what was cut off once is a line of its own
	}
	return l, nil
}

// newLog starts a log.
func newLog(file io.WriteCloser, frames bool, failed func(error), rescue func()) *Log {
	l := &Log{
		file: file, frames: frames, failed: failed,
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	go func() { // Close waits for it
		defer rescue()
		l.write()
	}()
	return l
}

// IsFrames reports whether the log is for frames, or else for entries.
func (l *Log) IsFrames() bool { return l.frames }

// Entry logs an entry of the feed; a log for frames passes over it.
func (l *Log) Entry(e feed.Entry) {
	if l.frames {
		return
	}
	l.put(func(b []byte) []byte { return AppendEntry(b, e) })
}

// Past is Entry for one from before this side came, which the log may have of an earlier time:
// then it is not logged again. Each that the log had counts once.
func (l *Log) Past(e feed.Entry) {
	if l.frames {
		return
	}
	l.put(func(b []byte) []byte {
		with := AppendEntry(b, e)
		if l.past.take(with[len(b):], e.At) {
			return b
		}
		return with
	})
}

// Frame logs a frame of a server; a log for entries passes over it. The frame is valid, as
// package session has it, and the caller's again afterwards.
func (l *Log) Frame(json []byte) {
	if !l.frames {
		return
	}
	l.put(func(b []byte) []byte { return appendFrame(b, json) })
}

// Line logs a line of a server that sends no frames as the frame that it would be; a log
// for entries passes over it. Seq is the log's to set.
func (l *Log) Line(line wire.Line) {
	if !l.frames {
		return
	}
	l.put(func(b []byte) []byte {
		l.seq++
		line.Seq = l.seq
		json := line.Append(nil)
		return appendFrame(b, json[:len(json)-1])
	})
}

// put adds a line to what is to be written.
func (l *Log) put(add func(b []byte) []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken || l.closed {
		return
	}
	if len(l.waiting) > maxWaiting {
		l.missed++
		return
	}
	before := len(l.waiting)
	l.waiting = add(l.waiting)
	if before == 0 || before < flushAt && len(l.waiting) >= flushAt {
		l.signal()
	}
}

func (l *Log) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Close writes what is left and closes the file. It is called once. The error is that of
// Close itself: of one before, failed was told.
func (l *Log) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.signal()
	<-l.ended
	return l.lost
}

// write is the log's own goroutine.
func (l *Log) write() {
	defer close(l.ended)
	flush := time.NewTimer(flushAfter)
	flush.Stop()
	for {
		due := false
		select {
		case <-l.wake:
		case <-flush.C:
			due = true
		}
		chunk, missed, closed := l.take(due)
		switch {
		case chunk != nil:
			flush.Stop()
			if err := l.writeOut(chunk, missed); err != nil {
				_ = l.file.Close()
				l.fail(err)
				return
			}
		case !closed && !due: // it has begun
			flush.Reset(flushAfter)
		}
		if closed {
			if err := l.file.Close(); err != nil {
				l.fail(err)
			}
			return
		}
	}
}

// take returns what is to be written now: what waits, if that is due, enough, or the rest.
func (l *Log) take(due bool) (chunk []byte, missed uint64, closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 || !due && !l.closed && len(l.waiting) < flushAt {
		return nil, 0, l.closed
	}
	chunk, missed = l.waiting, l.missed
	l.waiting, l.missed, l.spare = l.spare[:0], 0, nil
	return chunk, missed, l.closed
}

// writeOut writes a chunk, and how many lines are missing behind it.
func (l *Log) writeOut(chunk []byte, missed uint64) error {
	chunk = l.appendMissed(chunk, missed)
	if _, err := l.file.Write(chunk); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if cap(chunk) <= 2*flushAt {
		l.spare = chunk
	}
	return nil
}

func (l *Log) appendMissed(b []byte, missed uint64) []byte {
	switch {
	case missed == 0:
		return b
	case l.frames:
		return (&wire.Gap{Missed: missed}).Append(b)
	}
	return AppendEntry(b, feed.Entry{Kind: feed.Mark, At: time.Now(), Text: fmt.Sprintf("%d lines are missing here: the disk was too slow", missed)})
}

// fail ends the logging.
func (l *Log) fail(err error) {
	l.mu.Lock()
	l.broken, l.waiting, l.spare = true, nil, nil
	closed := l.closed
	l.mu.Unlock()
	if closed {
		l.lost = err
	} else {
		l.failed(err)
	}
}
