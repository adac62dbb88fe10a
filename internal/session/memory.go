package session

import (
	"fmt"
	"slices"

	"bcast/internal/wire"
)

// maxFormer is how many ids this side remembers to have had. A server takes more
// than ten minutes to forget one.
const maxFormer = 16

// A memory is what a session knows across the connections to a framed server.
type memory struct {
	session wire.Session // zero: there was no welcome yet
	epoch   string
	maxLine int
	you     string   // the id of this side
	former  []string // ids that this side had in the epoch

	last  uint64 // the seq of the last line, or where lines are to go on from
	based bool   // the next line is that behind last; else it may be one before
	fresh uint64 // the first seq that is no history

	acked, until uint64 // refs up to acked came before the line until; 0: that is done
}

// resume is what a hello says of what was before.
func (m *memory) resume() *wire.Resume {
	if m.session.IsZero() {
		return nil
	}
	return &wire.Resume{Session: m.session, Epoch: m.epoch, Seq: m.last}
}

// welcome takes the welcome of another connection.
func (m *memory) welcome(w *wire.Welcome) (Connected, error) {
	isFirst := m.session.IsZero()
	sameEpoch := !isFirst && m.epoch == w.Epoch
	event := Connected{
		Framed: true, You: w.You, Count: w.Count, Peers: w.Peers,
		Resumed:   sameEpoch && m.session == w.Session,
		Restarted: !isFirst && (!sameEpoch || m.session != w.Session),
	}
	next := *m
	next.session, next.epoch, next.you, next.maxLine = w.Session, w.Epoch, w.You.ID, w.MaxLine
	next.acked, next.until = 0, w.Seq
	if next.maxLine == 0 {
		next.maxLine = wire.DefaultMaxLine
	}
	event.MaxLine = next.maxLine
	if sameEpoch {
		event.Missed = w.Missed
		next.last += w.Missed
		next.based = true
		if next.last >= w.Seq {
			return Connected{}, fmt.Errorf("%w: it goes back behind a line that has come", ErrProtocol)
		}
	} else {
		next.last, next.based, next.fresh, next.former = w.Seq-1, false, w.Seq, nil
	}
	switch {
	case event.Resumed:
		next.acked = w.Acked
	case sameEpoch:
		former := append(slices.Clone(m.former), m.you)
		next.former = former[max(0, len(former)-maxFormer):]
	}
	*m = next
	return event, nil
}

// line tells whether the line with a seq is new. It is an error if lines are
// missing before it.
func (m *memory) line(seq uint64) (isNew bool, err error) {
	switch {
	case seq > m.last+1:
		return false, fmt.Errorf("%w: a line is missing", ErrProtocol)
	case m.based && seq <= m.last:
		return false, nil
	}
	m.based = true
	m.last = seq
	return true, nil
}

// isOwn tells whether a member is, or was, this side.
func (m *memory) isOwn(id string) bool { return id == m.you || slices.Contains(m.former, id) }
