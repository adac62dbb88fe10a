package framed

import (
	"testing"
	"time"

	"bcast/internal/wire"
)

// later returns the time so long after the beginning of a test.
func later(d time.Duration) time.Time { return time.Unix(1_750_000_000, 0).Add(d) }

// A conn stands for what a session is connected as.
type conn struct{ _ byte }

func TestSessionsAreSecretsOfTheirOwn(t *testing.T) {
	s := newSessions(0, 0)
	var digits [2 * wire.SessionSize]map[byte]bool
	for i := range uint64(1000) {
		c := s.create(later(0), i, "alice", new(conn))
		if s.find(later(0), c.secret) != c || c.number != i || c.wanted != "alice" || c.acked != 0 {
			t.Fatalf("session %d is remembered as %+v", i, c)
		}
		for j, digit := range []byte(c.secret.Secret()) {
			if digits[j] == nil {
				digits[j] = make(map[byte]bool)
			}
			digits[j][digit] = true
		}
	}
	for j, seen := range digits {
		if len(seen) != 16 {
			t.Errorf("digit %d of 1,000 secrets has %d values, want 16", j, len(seen))
		}
	}
	if len(s.known) != 1000 {
		t.Errorf("%d sessions, want 1,000", len(s.known))
	}
	if c := s.find(later(0), wire.Session{}); c != nil {
		t.Errorf("no secret finds %+v", c)
	}
	if c := s.find(later(0), wire.NewSession([wire.SessionSize]byte{1})); c != nil {
		t.Errorf("another secret finds %+v", c)
	}
}

func TestSessionIsRememberedForItsTime(t *testing.T) {
	s := newSessions(0, 0)
	live := new(conn)
	c := s.create(later(0), 7, "alice", live)
	c.acked = 41
	if c.live != live || !s.remembered(later(24*time.Hour)) || s.find(later(24*time.Hour), c.secret) != c {
		t.Error("a session that is connected is forgotten")
	}
	gone := 24 * time.Hour
	if !s.leave(later(gone), c, live) || c.live != nil {
		t.Error("the connection's end is not the session's")
	}
	const keep = 10 * time.Minute
	if s.find(later(gone+keep), c.secret) != c || !s.remembered(later(gone+keep)) || c.acked != 41 {
		t.Error("forgotten within 10 minutes")
	}
	if s.find(later(gone+keep+1), c.secret) != nil || s.remembered(later(gone+keep+1)) {
		t.Error("remembered behind 10 minutes")
	}
	if len(s.known) != 0 || s.departed.Len() != 0 {
		t.Error("something is left of it")
	}
}

func TestSessionThatIsTakenUpIsNotForgotten(t *testing.T) {
	s := newSessions(0, time.Minute)
	first, second, third := new(conn), new(conn), new(conn)
	c := s.create(later(0), 7, "alice", first)
	s.leave(later(0), c, first)
	if replaced := s.resume(c, second); replaced != nil {
		t.Errorf("replaced %v, want nothing", replaced)
	}
	if !s.remembered(later(time.Hour)) || s.find(later(time.Hour), c.secret) != c {
		t.Error("forgotten while it was connected")
	}
	if replaced := s.resume(c, third); replaced != second {
		t.Errorf("replaced %v, want the connection before", replaced)
	}
	if s.leave(later(time.Hour), c, second) || c.live != third {
		t.Error("the end of the connection that was replaced ends the session")
	}
	if !s.leave(later(time.Hour), c, third) || s.leave(later(time.Hour), c, third) {
		t.Error("a session does not depart once")
	}
	if !s.remembered(later(time.Hour+time.Minute)) || s.remembered(later(time.Hour+time.Minute+1)) {
		t.Error("the time does not run from the last connection's end")
	}
}

func TestFirstToDepartIsForgottenWhereThereAreTooMany(t *testing.T) {
	s := newSessions(3, time.Hour)
	live := new(conn)
	var all []*session
	for i := range uint64(8) {
		all = append(all, s.create(later(0), i, "", live))
	}
	order := []int{5, 1, 4, 2, 6} // 5 and 1 are forgotten; 0, 3 and 7 stay connected
	for i, which := range order {
		s.leave(later(time.Duration(i)), all[which], live)
	}
	for i, c := range all {
		forgotten := i == 5 || i == 1
		if found := s.find(later(time.Minute), c.secret); (found == nil) != forgotten {
			t.Errorf("session %d: found %v, want forgotten %v", i, found != nil, forgotten)
		}
	}
	s.resume(all[4], live) // has a seat no more
	s.leave(later(time.Minute), all[0], live)
	if s.find(later(time.Minute), all[2].secret) == nil || len(s.known) != 6 || s.departed.Len() != 3 {
		t.Errorf("%d sessions, %d departed, want 6 and 3", len(s.known), s.departed.Len())
	}
}

func TestExpiredSessionsGoWhenOthersComeAndGo(t *testing.T) {
	live := new(conn)
	for what, do := range map[string]func(*sessions, *session){
		"create": func(s *sessions, _ *session) { s.create(later(time.Hour), 0, "", live) },
		"leave":  func(s *sessions, c *session) { s.leave(later(time.Hour), c, live) },
	} {
		s := newSessions(0, time.Minute)
		stays := s.create(later(0), 0, "", live)
		for i := range uint64(100) {
			s.leave(later(0), s.create(later(0), i, "", live), live)
		}
		do(s, stays)
		if n := len(s.known); n > 2 {
			t.Errorf("%s: %d sessions are remembered an hour later", what, n)
		}
	}
}

func BenchmarkSessions(b *testing.B) {
	s, live, now := newSessions(0, 0), new(conn), later(0)
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Microsecond)
		c := s.create(now, 1, "alice", live)
		s.resume(s.find(now, c.secret), live)
		s.leave(now, c, live)
	}
}
