package room

import "bcast/internal/journal"

// Stats are a room's figures since it was made.
type Stats struct {
	Members   int               // now in the room, those who are leaving included
	Waiting   int               // publishers that wait for space, now
	Published uint64            // bytes appended to the log
	Lines     uint64            // lines among them; a piece of a longer one counts as one
	Kept      Kept              // what the log has, now
	Cuts      map[Reason]uint64 // members cut, by reason
	Latency   Latency
}

// Kept is what there is in a log: what the slowest member has still to get, and what is
// kept for those who come.
type Kept struct {
	Lines, Bytes uint64
	Backlog      uint64  // bytes that it may take in memory: Config.Backlog
	Used         float64 // how much of that the slowest member takes, from 0 to 1: then publishers wait
}

// Stats returns the room's figures.
func (r *Room) Stats() Stats {
	s := Stats{Cuts: make(map[Reason]uint64), Latency: r.latency.read()}
	for reason := range r.cuts {
		if n := r.cuts[reason].Load(); n > 0 {
			s.Cuts[Reason(reason)] = n
		}
	}
	s.Kept.Backlog = uint64(r.cfg.Backlog)
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Members, s.Waiting = len(r.members), r.waiting
	s.Published, s.Lines = r.log.End(), r.log.Next()-max(r.cfg.First, 1)
	s.Kept.Lines, s.Kept.Bytes = r.log.Kept()
	s.Kept.Used = r.log.Used()
	return s
}

// behind is how many bytes of the log a cursor has still to pass.
func (r *Room) behind(c *journal.Cursor) uint64 {
	end := r.log.End() // first: what is published meanwhile is not among it
	return end - min(c.Pos(), end)
}

// Add adds the figures of a room that there was before.
func (s *Stats) Add(before Stats) {
	if s.Cuts == nil {
		s.Cuts = make(map[Reason]uint64)
	}
	s.Published += before.Published
	s.Lines += before.Lines
	for reason, n := range before.Cuts {
		s.Cuts[reason] += n
	}
	s.Latency.add(before.Latency)
}

// Reasons returns all the reasons there are.
func Reasons() []Reason {
	all := make([]Reason, reasons)
	for i := range all {
		all[i] = Reason(i)
	}
	return all
}
