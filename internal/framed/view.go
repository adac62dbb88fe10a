package framed

import (
	"bytes"
	"context"
	"sync"

	"bcast/internal/journal"
	"bcast/internal/room"
	"bcast/internal/wire"
)

// gather is how many bytes of frames are published at a time, about.
const gather = 64 << 10

// maxFrames is the longest chunk of frames, in bytes.
func maxFrames(maxChunk int) int { return gather + wire.MaxFrame(maxChunk) }

// A view is the room in which framed members are, and the scribe who tells them what
// is said in the other one.
type view struct {
	room *room.Room
	out  *room.Member
	tap  *room.Tap
	quit chan struct{}
	run  sync.WaitGroup
	old  uint64 // how many lines it begins with that were said before it

	mu       sync.Mutex
	told     uint64        // the number of the next line
	moved    chan struct{} // closed when told grows; nil while nobody waits for that
	inserted []insertion

	// The scribe's own.
	record *journal.Record // that it is at
	number uint64          // of the next line
	begun  []byte          // of a line that goes on in the next segment
	frames []byte
	lines  int // in frames
}

// An insertion is a frame for its place in the room's log.
type insertion struct {
	offset uint64
	frame  []byte
}

// newView begins with the oldest line that there is.
func (h *Hub) newView() (*view, error) {
	next := h.cfg.Room.End().Next
	tap, first := h.cfg.Room.Tap()
	v := &view{tap: tap, quit: make(chan struct{}), old: next - min(first, next), number: first, told: first}
	var err error
	v.room, err = room.New(room.Config{
		MaxChunk: maxFrames(h.cfg.MaxChunk), Backlog: h.cfg.Backlog, Patience: h.cfg.Patience, MinRate: h.cfg.MinRate,
		Raw: true, Whole: true, First: v.number,
	})
	if err != nil {
		tap.Close()
		return nil, err
	}
	v.room.Keep(journal.Keep{Lines: wire.MaxNumber, Bytes: wire.MaxNumber})
	v.out = v.room.Speaker()
	v.run.Go(v.scribe)
	return v, nil
}

// stop ends the scribe's work.
func (v *view) stop() {
	v.room.Close()
	close(v.quit)
	v.run.Wait()
	v.tap.Close()
}

// stats are the figures of its room, of whose lines the old ones do not count: an earlier view
// may have told them.
func (v *view) stats() room.Stats {
	s := v.room.Stats()
	s.Lines -= min(s.Lines, v.old)
	return s
}

// insert puts a frame at an offset in the room's log, which is never less than that of
// the one before.
func (v *view) insert(offset uint64, frame []byte) {
	v.mu.Lock()
	v.inserted = append(v.inserted, insertion{offset, frame})
	v.mu.Unlock()
	v.tap.Wake()
}

// reach waits until all lines up to a number are told.
func (v *view) reach(ctx context.Context, number uint64) error {
	for {
		v.mu.Lock()
		if v.told >= number {
			v.mu.Unlock()
			return nil
		}
		if v.moved == nil {
			v.moved = make(chan struct{})
		}
		moved := v.moved
		v.mu.Unlock()
		select {
		case <-moved:
		case <-v.quit:
			return room.ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// scribe reads the room's log and tells it to the view's members, until stop.
func (v *view) scribe() {
	for {
		p, pos := v.tap.Next()
		size := len(p)
		for len(p) > 0 {
			if v.record == nil || pos >= v.record.End() {
				v.record = v.tap.Record()
			}
			if pos == v.record.Start && v.insertUpTo(pos) != nil {
				return
			}
			n := min(len(p), int(v.record.End()-pos))
			if v.encode(v.record, p[:n], pos+uint64(n) == v.record.End()) != nil {
				return
			}
			pos, p = pos+uint64(n), p[n:]
		}
		if v.tell() != nil || size == 0 && v.insertUpTo(pos) != nil {
			return
		}
		v.tap.Advance(size)
		if size > 0 {
			continue
		}
		select {
		case <-v.tap.Changed():
		case <-v.quit:
			return
		}
	}
}

// encode encodes a part of a record, which may be its last.
func (v *view) encode(r *journal.Record, p []byte, last bool) error {
	if r.Lines == 0 {
		return nil // the room's newline: it shows in what follows
	}
	if r.Ref > 0 { // one message, however many lines it has
		v.begun = append(v.begun, p...)
		if !last {
			return nil
		}
		err := v.line(r, message(v.begun, int(r.Prefix), r.GoesOn))
		v.begun = v.begun[:0]
		return err
	}
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n') + 1
		if end == 0 {
			end = len(p)
		}
		line := p[:end]
		p = p[end:]
		if len(v.begun) > 0 || len(p) == 0 && !last && line[len(line)-1] != '\n' {
			v.begun = append(v.begun, line...)
			line = v.begun
		}
		if len(p) > 0 || last || line[len(line)-1] == '\n' {
			if err := v.line(r, line); err != nil {
				return err
			}
			v.begun = v.begun[:0]
		}
	}
	return nil
}

// message takes the name away that stands before each line of a message.
func message(p []byte, prefix int, goesOn bool) []byte {
	if prefix == 0 {
		return p
	}
	kept := p[:0]
	for line := range bytes.Lines(p) {
		if !goesOn {
			line = line[prefix:]
		}
		goesOn = false
		kept = append(kept, line...)
	}
	return kept
}

// line adds the frame of a line with its newline, if it has one, and publishes the
// frames that have gathered: many short lines make far longer ones.
func (v *view) line(r *journal.Record, p []byte) error {
	author, ok := r.Author.(*Author)
	if !ok {
		author = nobody
	}
	text := bytes.TrimSuffix(p, []byte("\n"))
	line := wire.Line{
		Seq: v.number, From: author.id, Name: author.name, At: r.At, Text: text, More: len(text) == len(p), Ref: r.Ref,
	}
	v.frames = line.Append(v.frames)
	v.number++
	v.lines++
	if len(v.frames) < gather {
		return nil
	}
	return v.tell()
}

// nobody is the author of what was said without one.
var nobody = Guest(0)

// tell publishes the frames that there are.
func (v *view) tell() error {
	if len(v.frames) == 0 {
		return nil
	}
	err := v.out.Say(v.frames, room.Note{Lines: v.lines})
	v.frames, v.lines = v.frames[:0], 0
	v.mu.Lock()
	defer v.mu.Unlock()
	v.told = v.number
	if v.moved != nil {
		close(v.moved)
		v.moved = nil
	}
	return err
}

// insertUpTo publishes the frames that were inserted up to an offset.
func (v *view) insertUpTo(offset uint64) error {
	v.mu.Lock()
	n := 0
	for n < len(v.inserted) && v.inserted[n].offset <= offset {
		n++
	}
	due := v.inserted[:n:n]
	v.inserted = v.inserted[n:]
	v.mu.Unlock()
	if n == 0 {
		return nil
	}
	if err := v.tell(); err != nil {
		return err
	}
	for _, i := range due {
		if err := v.out.Say(i.frame, room.Note{}); err != nil {
			return err
		}
	}
	return nil
}
