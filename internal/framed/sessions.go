package framed

import (
	"container/list"
	"crypto/rand"
	"time"

	"bcast/internal/room"
	"bcast/internal/wire"
)

const (
	// defaultKeep is how long a session is remembered behind its connection.
	defaultKeep = 10 * time.Minute

	// defaultDeparted is how many sessions without a connection are remembered.
	defaultDeparted = 1 << 16
)

// sessions is what is remembered of framed clients: of those that are connected, and of
// those that have departed and may come back. Its times come from its owner and never go
// back.
type sessions struct {
	keep     time.Duration // how long departed ones are remembered
	most     int           // how many of them; beyond it, the first to depart is forgotten
	known    map[wire.Session]*session
	departed *list.List // of *session, in the order in which they departed
}

// A session is one framed client, from one connection to the next.
type session struct {
	secret wire.Session // does not change
	number uint64       // of the member that it is, in the roster; does not change
	wanted string       // the name that it asks for, or ""
	acked  uint64       // the highest ref that was taken of it

	// unfinished is who says the line that the last message ended inside of, or nil.
	unfinished *room.Member

	// Set by sessions alone.
	live any           // what it is connected as; nil: it has departed
	left time.Time     // when it departed
	seat *list.Element // in departed, or nil
}

// newSessions returns an empty memory. It keeps up to most departed sessions, each for keep
// unless there are more than that; 0 stands for 65,536 and for 10 minutes.
func newSessions(most int, keep time.Duration) *sessions {
	if most == 0 {
		most = defaultDeparted
	}
	if keep == 0 {
		keep = defaultKeep
	}
	return &sessions{keep: keep, most: most, known: make(map[wire.Session]*session), departed: list.New()}
}

// create makes the session of a new member, with a secret that nobody can guess. It is
// connected as live, which is not nil and can be compared.
func (s *sessions) create(now time.Time, number uint64, wanted string, live any) *session {
	s.expire(now)
	var secret [wire.SessionSize]byte
	rand.Read(secret[:])
	c := &session{secret: wire.NewSession(secret), number: number, wanted: wanted, live: live}
	s.known[c.secret] = c
	return c
}

// find returns the session of a secret, or nil if it is not known, or no longer.
func (s *sessions) find(now time.Time, secret wire.Session) *session {
	s.expire(now)
	return s.known[secret]
}

// resume says that a session that find has just returned is connected as live. It returns
// what it was connected as until now, which is to be closed, or nil.
func (s *sessions) resume(c *session, live any) (replaced any) {
	replaced, c.live = c.live, live
	if c.seat != nil {
		s.departed.Remove(c.seat)
		c.seat = nil
	}
	return replaced
}

// leave says that live is no longer connected, and returns true if that was its session's
// end for now: false, if the session goes on as something else, or has departed before.
func (s *sessions) leave(now time.Time, c *session, live any) bool {
	if c.live == nil || c.live != live {
		return false
	}
	c.live, c.left = nil, now
	c.seat = s.departed.PushBack(c)
	s.expire(now)
	if s.departed.Len() > s.most {
		s.forget(s.departed.Front())
	}
	return true
}

// remembered tells whether any client is connected or may come back.
func (s *sessions) remembered(now time.Time) bool {
	s.expire(now)
	return len(s.known) > 0
}

// expire forgets those that departed too long ago. Each is looked at once for that.
func (s *sessions) expire(now time.Time) {
	for e := s.departed.Front(); e != nil && now.Sub(e.Value.(*session).left) > s.keep; e = s.departed.Front() {
		s.forget(e)
	}
}

func (s *sessions) forget(e *list.Element) {
	c := s.departed.Remove(e).(*session)
	c.seat = nil
	delete(s.known, c.secret)
}
