// Package wire is the language that is spoken on a bcast connection: how bytes
// become lines, how long a line may be, which first words mean that the other
// side speaks something else, and the frames of the framed dialect.
//
// A frame is a Go type with an Append method, and [DecodeClient] and
// [DecodeServer] read what the two sides send. They take nothing that is not as
// doc/protocol.md has it, but pass over what a later version may add. A [Line]
// has the bytes of a line exactly, whatever they are.
//
// It works on bytes that somebody else has read and knows nothing of sockets,
// goroutines or time.
package wire
