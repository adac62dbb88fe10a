// Package wire is the language that is spoken on a bcast connection: how bytes
// become lines, how long a line may be, and which first words mean that the
// other side speaks something else.
//
// It works on bytes that somebody else has read and knows nothing of sockets,
// goroutines or time.
package wire
