package session

import (
	"time"

	"bcast/internal/wire"
)

// An Event is what happened on a session, in either dialect. The types of this file
// are all there are.
type Event interface{ event() }

// Connected says that there is a connection, the first or another one.
type Connected struct {
	// Framed says that the server speaks frames. Otherwise it speaks plain lines, and
	// the other fields are zero.
	Framed bool

	You   wire.Member   // this side
	Count uint64        // members in the room, this side too
	Peers []wire.Member // the others; nil: the room does not name them

	// MaxLine is the longest line of the room in bytes, newline included.
	MaxLine int

	// Resumed says that what follows goes on where the last connection broke, but for
	// Missed lines, and that no message of this side was doubled or lost.
	Resumed bool
	Missed  uint64

	// Restarted says that the server has started anew since the last connection, or has
	// forgotten this side: the messages that were not receipted, Repeated of them, are
	// sent again and may appear twice. What was said meanwhile is known from the history
	// at most if it started anew.
	Restarted bool
	Repeated  int
}

// Received is bytes from a plain server, as they came: lines begin and end anywhere
// in them. They are valid until the handler of the event returns.
type Received struct{ Data []byte }

// Line is a line of a framed server, each once and in order. What it points to is the
// handler's.
type Line struct {
	wire.Line
	Own     bool // from this side: also its receipt
	History bool // from before this side came
}

// Frame is a frame of a framed server as it came, without its newline, before the
// event that it becomes; if Config.Frames asks for it. The welcome has no secret in
// it, and pongs are left out. It is valid until the handler of the event returns.
type Frame struct{ JSON []byte }

// Pause says that all lines of a framed server that have come by now were handed
// over: who gathers them can write them out.
type Pause struct{}

// Joined, Left, Renamed and Counted are what a framed server says of who is there.
type (
	Joined  struct{ wire.Join }
	Left    struct{ wire.Leave }
	Renamed struct{ wire.Rename } // You, if its ID is
	Counted struct{ wire.Count }
)

// Gap says that lines are missing here, because this side was too slow.
type Gap struct{ Missed uint64 }

// Delivered says that a message of this side has arrived: by the receipt of a framed
// server, and before its Line; a plain one gives none, so there it says that the message
// was handed over to the connection.
type Delivered struct {
	ID   uint64 // as Send and Offer have returned it
	Line *Line  // of a framed server: as all others see it; nil if that is among missed lines
}

// Refused says that the server has not done what this side asked for.
type Refused struct {
	wire.Error
	ID uint64 // of the message that is lost, or 0 if it was something else
}

// RoundTrip is how long the server took to answer.
type RoundTrip struct{ Took time.Duration }

// Disconnected says that the connection was lost, or could not be made again, and
// when the next attempt comes.
type Disconnected struct {
	Err     error
	Attempt int           // the number of the next attempt since the break, from 1
	Retry   time.Duration // how long it takes until that
}

func (Connected) event()    {}
func (Received) event()     {}
func (Line) event()         {}
func (Frame) event()        {}
func (Pause) event()        {}
func (Joined) event()       {}
func (Left) event()         {}
func (Renamed) event()      {}
func (Counted) event()      {}
func (Gap) event()          {}
func (Delivered) event()    {}
func (Refused) event()      {}
func (RoundTrip) event()    {}
func (Disconnected) event() {}
