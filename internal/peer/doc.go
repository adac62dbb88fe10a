// Package peer is one connection in the room: it reads bytes and publishes
// lines, and gives the room a sink for what comes back.
//
// A [Handler] is what a socket server calls for each connection. It knows what
// is spoken on the connection (package wire) and where the lines go (package
// room). It must not know of listeners, of other connections, or of flags.
package peer
