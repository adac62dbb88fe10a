package tui

import (
	"bcast/internal/chatlog"
	"bcast/internal/feed"
	"bcast/internal/home"
	"bcast/internal/wire"
)

// The authors of lines in a log of frames where the server tells no ids.
const (
	plainMember = "plain"
	plainYou    = "you"
)

// logLocked logs entries of the feed.
func (b *board) logLocked(entries ...feed.Entry) {
	if b.log == nil {
		return
	}
	for _, e := range entries {
		b.log.Entry(e)
	}
}

// logHistoryLocked logs entries from before this side came, but for those that the log has
// already.
func (b *board) logHistoryLocked(entries ...feed.Entry) {
	if b.log == nil {
		return
	}
	for _, e := range entries {
		b.log.Past(e)
	}
}

// logPlain logs a line of a plain server as a frame. The entry is what it became.
func (b *board) logPlain(e feed.Entry, line []byte) {
	if b.log == nil || !b.log.IsFrames() || b.isIgnored(e.Name) {
		return
	}
	if e.Name != "" {
		line = line[len(e.Name)+len(": "):]
	}
	b.log.Line(wire.Line{From: plainMember, Name: e.Name, At: e.At.UnixMilli(), Text: line})
}

// hold keeps a frame until it is known whether it is to be logged: what it says comes next.
func (b *board) hold(frame []byte) {
	b.release()
	if b.log != nil {
		b.held = append(b.held, frame...)
	}
}

// release logs the frame that is held.
func (b *board) release() {
	if len(b.held) > 0 {
		b.log.Frame(b.held)
		b.drop()
	}
}

// drop forgets the frame that is held.
func (b *board) drop() { b.held = b.held[:0] }

// openLog opens the log, if there is to be one. If there cannot, the person is told.
func (b *board) openLog(path string) {
	if path == "" {
		return
	}
	log, err := chatlog.Open(home.Expand(path), func(err error) { b.mark("the log ends here: " + plainly(err)) }, b.rescue)
	if err != nil {
		b.mark("nothing is logged: " + plainly(err))
		return
	}
	b.log = log
}
