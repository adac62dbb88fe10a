package peer

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"time"
)

// A Member is a connection in the room, as an operator sees it.
type Member struct {
	Connection uint64    // its number, never another's while the server runs
	Number     uint64    // of the member, as in the framed dialect's ids; 0: it has none yet, or there are none
	Name       string    // what it is called; "" where Number is 0
	Dialect    string    // "plain", "framed", or "" while it is not known
	Remote     string    // address of the other end
	Since      time.Time // when it came
	Received   uint64    // bytes that it has sent
	Sent       uint64    // bytes that were written to it
	Behind     uint64    // bytes of the log that it has still to pass
}

// sessions are those in the room, by their numbers.
type sessions struct {
	mu        sync.Mutex
	last      uint64
	open      map[uint64]*session
	past      Traffic // of those that are over
	delivered uint64  // the most that Traffic has told
}

// add gives s its number.
func (all *sessions) add(s *session) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.open == nil {
		all.open = make(map[uint64]*session)
	}
	all.last++
	s.number = all.last
	all.open[s.number] = s
}

func (all *sessions) remove(s *session) {
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.open, s.number)
	all.countLocked(s)
}

// forget takes s out as if it had not been there.
func (all *sessions) forget(s *session) {
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.open, s.number)
}

func (all *sessions) list() []*session {
	all.mu.Lock()
	defer all.mu.Unlock()
	return all.listLocked()
}

func (all *sessions) listLocked() []*session {
	list := make([]*session, 0, len(all.open))
	for _, s := range all.open {
		list = append(list, s)
	}
	return list
}

// Members returns who is in the room, the oldest connection first. Those who are on their
// way in or out may be among them. The figures are read one after another.
func (h *Handler) Members() []Member {
	var members []Member
	for _, s := range h.sessions.list() {
		members = append(members, s.describe())
	}
	slices.SortFunc(members, func(a, b Member) int { return cmp.Compare(a.Connection, b.Connection) })
	return members
}

// describe tells of a session that others are at work with.
func (s *session) describe() Member {
	m := Member{
		Connection: s.number, Remote: remote{s.conn}.String(), Since: s.since,
		Received: s.in.received.Load(), Sent: s.out.written.Load(), Behind: s.place().Behind(),
	}
	m.Number, m.Name, m.Dialect = s.identity()
	return m
}

// identity is what the member is in the room, as Member has it.
func (s *session) identity() (number uint64, name, dialect string) {
	if side := s.framed.Load(); side != nil {
		number, dialect = side.member.Number(), "framed"
	} else if s.dialect.joined.Load() {
		number, dialect = s.dialect.guest(), "plain"
	}
	if number > 0 {
		name = s.h.cfg.Hub.Name(number)
	}
	return number, name, dialect
}

// errKicked ends the connection of a member that the operator does not want.
var errKicked = errors.New("the operator has put the client out")

// Kick ends the connection of a number: a framed member is told, nothing more is written to
// it otherwise, also if it was leaving, and what it had said stays said. It reports whether there was one.
func (h *Handler) Kick(connection uint64) bool {
	h.sessions.mu.Lock()
	s := h.sessions.open[connection]
	h.sessions.mu.Unlock()
	if s == nil {
		return false
	}
	s.stop(errKicked)
	if hurry := s.hurry.Load(); hurry != nil {
		(*hurry)()
	}
	return true
}
