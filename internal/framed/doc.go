// Package framed is the framed side of the room: who is in it and what each is called
// (the roster), which clients are known and may come back (the sessions), and how it is
// told who comes and goes (the tally).
//
// It keeps what package wire has frames for, and has each time from its caller: nothing
// here waits, starts a goroutine or takes a lock, so each of these has one owner. It must
// not know of sockets, of flags, or of how a connection came to speak frames.
package framed
