package peer

// Traffic is what goes on between the room and its connections: those that there are, and
// what there has been since the Handler was made.
type Traffic struct {
	Plain, Framed, Unknown int // connections in the room, by dialect

	Received  uint64 // bytes that were read
	Sent      uint64 // bytes that were written
	Delivered uint64 // lines that were written, see room.Member.Delivered

	// Behind is how many bytes of the log the slowest plain member has still to pass, and
	// BehindFrames the same of the log of frames.
	Behind, BehindFrames uint64

	Ended [endings]uint64 // connections that are over, by Ending
}

// Traffic looks at each connection, which takes about a microsecond for one of those. Nobody
// waits for it meanwhile.
func (h *Handler) Traffic() Traffic {
	all, sum := h.sessions.listAndPast()
	for _, s := range all {
		sum.Received += s.in.received.Load()
		sum.Sent += s.out.written.Load()
		sum.Delivered += s.place().Delivered()
		switch side := s.framed.Load(); {
		case side != nil:
			sum.Framed++
			sum.BehindFrames = max(sum.BehindFrames, side.member.Behind())
		case s.dialect.isKnown():
			sum.Plain++
			sum.Behind = max(sum.Behind, s.member.Behind())
		default:
			sum.Unknown++
		}
	}
	sum.Delivered = h.sessions.neverLess(sum.Delivered)
	return sum
}

// listAndPast returns the sessions, and the sum of those that there were.
func (all *sessions) listAndPast() ([]*session, Traffic) {
	all.mu.Lock()
	defer all.mu.Unlock()
	return all.listLocked(), all.past
}

// countLocked adds a session that is over to the past.
func (all *sessions) countLocked(s *session) {
	all.past.Received += s.in.received.Load()
	all.past.Sent += s.out.written.Load()
	all.past.Delivered += s.place().Delivered()
	all.past.Ended[s.ending()]++
}

// neverLess returns the most that it was ever told: lines that a member has said and not
// passed yet lower what is delivered for a moment, and who counts would see a new beginning.
func (all *sessions) neverLess(delivered uint64) uint64 {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.delivered = max(all.delivered, delivered)
	return all.delivered
}
