package peer

import (
	"container/list"
	"errors"
	"sync"
)

// DefaultUnfinished is the default of Config.Unfinished: 16 MiB.
const DefaultUnfinished = 16 << 20

// freeUnfinished is how many bytes a connection may have begun that do not count.
const freeUnfinished = 4 << 10

// errUnfinished ends a connection that has kept memory with what it has begun.
var errUnfinished = errors.New("others need the memory of what the client has begun and not ended")

// unfinished is the memory of all lines and frames that have begun and not ended. Where it
// is more than there may be, those connections end that have begun first: who sends what it
// has begun has soon ended it.
type unfinished struct {
	most int // bytes

	mu    sync.Mutex
	size  int
	begun list.List // of *session, the first to have begun first
}

// A beginning is what a session has of unfinished.
type beginning struct {
	noted int // bytes, as the session has said last; for its own goroutine

	// Under the mutex of unfinished.
	size int
	seat *list.Element // nil: it has nothing, or is to end
}

// note notes how many bytes s has begun now, and ends those that have begun first where
// that is too much.
func (u *unfinished) note(s *session, size int) {
	if size <= freeUnfinished {
		size = 0
	}
	if size == s.beginning.noted { // as nearly always
		return
	}
	s.beginning.noted = size
	for _, first := range u.hold(s, size) {
		first.stop(errUnfinished)
	}
}

// hold returns who is to end.
func (u *unfinished) hold(s *session, size int) (over []*session) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if size == 0 {
		u.dropLocked(s)
		return nil
	}
	b := &s.beginning
	if b.seat == nil {
		b.seat = u.begun.PushBack(s)
	}
	u.size += size - b.size
	b.size = size
	for u.size > u.most && u.begun.Len() > 1 {
		first := u.begun.Front().Value.(*session)
		u.dropLocked(first)
		over = append(over, first)
	}
	return over
}

func (u *unfinished) dropLocked(s *session) {
	b := &s.beginning
	if b.seat == nil {
		return
	}
	u.begun.Remove(b.seat)
	u.size -= b.size
	b.seat, b.size = nil, 0
}
