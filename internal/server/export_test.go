package server

// What the tests need of the inside: the errors differ between systems, no machine has
// every set of loopback addresses, and what is kept for nothing does not show.
var (
	ErrsPassing    = errsPassing
	ErrsConnLost   = errsConnLost
	ErrsNoFamily   = errsNoFamily
	ListenLoopback = listenLoopback
)

// Origins is of how many addresses s counts the connections.
func Origins(s *Server) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.perIP.open)
}

// BansKept is how many bans s has in memory.
func BansKept(s *Server) int {
	s.bans.mu.Lock()
	defer s.bans.mu.Unlock()
	return len(s.bans.until.values)
}
