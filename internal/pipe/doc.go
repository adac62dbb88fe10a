// Package pipe is the client without a screen: what comes in goes to the room,
// what comes from the room goes out.
//
// Without a name both are the very bytes, so that it can stand wherever nc
// stands. It must not know whether its input and output are files, pipes or
// terminals, but for what its Config says.
package pipe
