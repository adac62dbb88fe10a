// Package pipe is the client without a screen: what comes in goes to the room,
// what comes from the room goes out.
//
// Without names both are the very bytes, so that it can stand wherever nc stands;
// but where the server speaks frames, all that comes in is in the room when it ends
// well. It must not know whether its input and output are files, pipes or
// terminals, but for what its Config says.
package pipe
