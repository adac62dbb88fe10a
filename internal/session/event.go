package session

import "time"

// An Event is what happened on a session: Connected, Received or Disconnected.
type Event interface{ event() }

// Connected says that there is a connection, the first or another one.
type Connected struct{}

// Received is bytes from the server, as they came: lines begin and end anywhere
// in them. They are valid until the handler of the event returns.
type Received struct{ Data []byte }

// Disconnected says that the connection was lost, or could not be made again, and
// when the next attempt comes.
type Disconnected struct {
	Err     error
	Attempt int           // the number of the next attempt since the break, from 1
	Retry   time.Duration // how long it takes until that
}

func (Connected) event()    {}
func (Received) event()     {}
func (Disconnected) event() {}
