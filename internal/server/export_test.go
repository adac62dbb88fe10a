package server

// What the tests need of the inside: the errors differ between systems, and no
// machine has every set of loopback addresses.
var (
	ErrsPassing    = errsPassing
	ErrsConnLost   = errsConnLost
	ErrsNoFamily   = errsNoFamily
	ListenLoopback = listenLoopback
)
