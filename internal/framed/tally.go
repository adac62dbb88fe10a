package framed

import (
	"time"

	"bcast/internal/wire"
)

// countEvery is how much time is between two counts, at least.
const countEvery = time.Second

// A tally decides how it is told who comes, goes and is called otherwise: each by a frame
// of its own while there are up to wire.MaxRoster members, beyond that by a count now and
// then. The zero tally has told nothing yet.
//
// Every change is told, by its own frame or by a count that comes after it: once changes
// wait for a count, no other frame overtakes it, not even if the room has shrunk again
// meanwhile. So a client can rely on this: what it knows of the others by name is true as
// long as it has seen no count since its welcome. With the first count its roster is
// incomplete for good; the joins and leaves that follow in a smaller room name members that
// it may or may not know, but the count in each of them is right. Only a welcome names all.
type tally struct {
	count uint64    // of members, as of the last change
	owed  bool      // changes wait for a count
	last  time.Time // when a count was told
}

// tell takes a change, which is a *wire.Join, *wire.Leave or *wire.Rename, and returns the
// frame that is to be told now, or nil. If wakeAt is not zero, wake is to be called then;
// it is the same time for all changes until that.
func (t *tally) tell(now time.Time, what wire.ServerFrame) (frame wire.ServerFrame, wakeAt time.Time) {
	counted := true
	switch what := what.(type) {
	case *wire.Join:
		t.count = what.Count
	case *wire.Leave:
		t.count = what.Count
	default:
		counted = false
	}
	switch {
	case !t.owed && t.count <= wire.MaxRoster:
		return what, time.Time{}
	case counted:
		t.owed = true
	}
	return t.wake(now)
}

// wake returns the count that changes wait for, if it is time for it, or when it is. It may
// be called at any time.
func (t *tally) wake(now time.Time) (frame wire.ServerFrame, wakeAt time.Time) {
	if !t.owed {
		return nil, time.Time{}
	}
	if next := t.last.Add(countEvery); now.Before(next) {
		return nil, next
	}
	t.owed, t.last = false, now
	return &wire.Count{Count: t.count}, time.Time{}
}
