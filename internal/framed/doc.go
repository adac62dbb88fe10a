// Package framed is the framed side of a room: who is there and is called what, which
// sessions there were, and the log that framed members read.
//
// That log is derived from the room's: a scribe reads it with its records, encodes each
// line once for all framed members, and publishes the frames in a second room, whose
// members they are. It is at work only while there are some. What they say goes to the
// first room, as everybody's lines do, and comes back to them as their receipt.
//
// The package knows frames and rooms. It must not know of connections: it writes to a
// room.Sink, and is given frames that others have read.
package framed
