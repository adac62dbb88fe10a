package framed

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"bcast/internal/journal"
	"bcast/internal/room"
	"bcast/internal/wire"
)

// Config is how a Hub is made. Room is required.
type Config struct {
	Room *room.Room // the room that plain members are in

	// MaxChunk is the longest chunk of Room, in bytes, and so the longest line.
	MaxChunk int

	// Backlog, Patience and MinRate are for framed members what they are for plain
	// ones, see room.Config.
	Backlog  int
	Patience time.Duration
	MinRate  int

	// History is how many lines a member that joins gets of what was said before, as
	// far as they are there.
	History uint64

	// Keep is what Room is to keep for those who come, at least.
	Keep journal.Keep
}

// A Hub is what framed members have in common. Its methods may be called from any
// goroutine.
type Hub struct {
	cfg   Config
	epoch string

	mu       sync.Mutex
	last     uint64 // the number of the member that came last
	roster   *roster
	sessions *sessions
	tally    tally
	count    *time.Timer        // when the tally wants to be woken; nil before it ever did
	view     *view              // what framed members see; nil while there are none
	members  int                // framed ones
	views    map[*view]struct{} // that and those that are being stopped
	past     room.Stats         // of the views that there were
}

// New returns a Hub, or an error that says what is wrong with cfg.
func New(cfg Config) (*Hub, error) {
	if cfg.Room == nil || cfg.MaxChunk < 1 {
		return nil, errors.New("framed: no room, or no longest chunk")
	}
	cfg.Backlog = max(cfg.Backlog, room.MinBacklog(maxFrames(cfg.MaxChunk)))
	h := &Hub{cfg: cfg, epoch: word(), roster: newRoster(), sessions: newSessions(0, 0), views: make(map[*view]struct{})}
	h.cfg.Room.Keep(cfg.Keep)
	return h, nil
}

// Stats are a Hub's figures.
type Stats struct {
	Members  int        // framed ones, now
	Sessions int        // that are remembered, those of Members too
	Behind   uint64     // bytes of the room's log that framed members are not told yet
	Log      room.Stats // of the log of frames; what only grows is since the Hub was made, without history in Lines
}

// Stats returns the Hub's figures. The map in it is the caller's.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sessions.expire(time.Now())
	s := Stats{Members: h.members, Sessions: len(h.sessions.known)}
	s.Log.Kept.Backlog = uint64(h.cfg.Backlog)
	if h.view != nil {
		s.Log, s.Behind = h.view.stats(), h.view.tap.Behind()
	}
	for v := range h.views {
		if v != h.view {
			s.Log.Add(v.stats())
		}
	}
	s.Log.Add(h.past)
	return s
}

// Name returns what the member of a number is called now, or "" if it is gone.
func (h *Hub) Name(number uint64) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.roster.name(number)
}

// word returns 128 random bits as a word of the protocol.
func word() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // which never fails
	return hex.EncodeToString(b[:])
}

// Greeting returns the greeting for one more connection.
func (h *Hub) Greeting() wire.Greeting { return wire.Greeting{Epoch: h.epoch, Challenge: word()} }

// An Author is who said something, as that was then. It does not change.
type Author struct{ id, name string }

// Arrive counts a plain member among those who are there, and returns its number, for
// Guest and Depart.
func (h *Hub) Arrive() (number uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	h.comeLocked(h.last, "")
	return h.last
}

// Guest returns the author that a plain member is.
func Guest(number uint64) *Author { return &Author{memberID(number), guestName(number)} }

// Depart says that a plain member has gone.
func (h *Hub) Depart(number uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.goLocked(number)
}

func (h *Hub) comeLocked(number uint64, wanted string) (given string) {
	given = h.roster.add(number, wanted)
	h.tellLocked(&wire.Join{Member: wire.Member{ID: memberID(number), Name: given}, Count: uint64(h.roster.count())})
	return given
}

func (h *Hub) goLocked(number uint64) {
	name := h.roster.remove(number)
	h.tellLocked(&wire.Leave{Member: wire.Member{ID: memberID(number), Name: name}, Count: uint64(h.roster.count())})
}

// tellLocked tells framed members who has come or gone or is called otherwise. It
// reports whether it does so now: the tally may have something to say later instead.
func (h *Hub) tellLocked(what wire.ServerFrame) bool {
	if h.view == nil {
		return false
	}
	frame, at := h.tally.tell(time.Now(), what)
	h.noteLocked(frame, at)
	return frame == what
}

// countNow is the callback of count.
func (h *Hub) countNow() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.view != nil {
		h.noteLocked(h.tally.wake(time.Now()))
	}
}

// noteLocked puts a frame, if it is one, behind all lines that there are now, and has
// the tally woken at a time, if there is one.
func (h *Hub) noteLocked(frame wire.ServerFrame, at time.Time) {
	if frame != nil {
		h.view.insert(h.cfg.Room.End().Offset, frame.Append(nil))
	}
	switch {
	case at.IsZero():
	case h.count == nil:
		h.count = time.AfterFunc(time.Until(at), h.countNow)
	default:
		h.count.Reset(time.Until(at))
	}
}

// wakeLocked returns what framed members see, for one more of them.
func (h *Hub) wakeLocked() (*view, error) {
	if h.view == nil {
		v, err := h.newView()
		if err != nil {
			return nil, err
		}
		h.view, h.tally = v, tally{count: uint64(h.roster.count())}
		h.views[v] = struct{}{}
	}
	h.members++
	return h.view, nil
}

// leaveLocked is for a framed member that is gone. It returns what is to be stopped,
// outside the lock, if it was the last one.
func (h *Hub) leaveLocked() (last *view) {
	h.members--
	if h.members > 0 {
		return nil
	}
	last, h.view = h.view, nil
	return last
}

// keepLocked has the room keep what those who come next may ask for.
func (h *Hub) keepLocked(now time.Time) {
	keep := h.cfg.Keep
	if h.sessions.remembered(now) {
		keep = journal.Keep{Lines: wire.MaxNumber, Bytes: uint64(h.cfg.Backlog) / 2}
	}
	h.cfg.Room.Keep(keep)
}
