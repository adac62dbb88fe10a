package server

import (
	"context"
	"net"
)

// Handler serves connections. The life of one connection:
//
//  1. Serve or ServeTLS accepts it. Where its address is not let in, or banned, over
//     Config.MaxConns or Config.MaxConnsPerIP, or once Shutdown has begun, it is
//     closed at once and counted by its [Refusal]; the handler never sees it. Nor does
//     it see one whose TLS handshake fails, which is counted by its [HandshakeError].
//  2. Open is called, in the goroutine that accepts, so it must not wait; with TLS, in
//     the goroutine of the connection. The connection is the handler's from then on:
//     it may read, write, set deadlines and close. It is what the listener returned,
//     not a wrapper, so a handler may ask for its *net.TCPConn. With TLS it is a
//     *tls.Conn, whose NetConn has a NetConn that is what the listener returned; a
//     write that a deadline interrupts breaks it. Open returns the function that
//     serves it; nil, and the connection is closed.
//  3. That function is called, in a goroutine of its own, once something is there to
//     be read, the peer is gone, Shutdown begins, or wake has been called, which may
//     be at any time and never waits. Until then the connection has no goroutine, and
//     so next to no memory. The function returns true to have that again.
//     Where the system cannot wait for the connection by itself, as with TLS, wake is
//     nil: the function is called at once and must not return true.
//  4. It returns false when all is said; then the server closes the connection, which
//     does no harm where the handler has closed it already. Closing a socket that has
//     unread input resets it, and the peer may lose what it was sent: a handler that
//     cares ends the conversation before it returns.
//  5. A panic in the handler is logged with its stack and counted; to everyone else
//     it is the same as false. This does not cover goroutines that the handler starts.
//  6. When Shutdown begins, ctx is cancelled and then, once, the connection's read
//     deadline is set in the past: every Read fails with [os.ErrDeadlineExceeded],
//     one that waits and one that comes later. The handler is to finish what it has
//     accepted and to return false; to read on, it sets a deadline itself. A handler
//     that sets read deadlines before that looks at ctx after it has set one: it may
//     have undone the server's.
//  7. When the context given to Shutdown ends first, the server closes the
//     connection under the handler: every Read and Write fails from there on, and
//     the handler has a second to return.
//
// One ctx is shared by all connections and lives as long as the server, so what a
// handler ties to it must be untied (stopped or cancelled) in the end.
//
// Of one connection, Open and the function are called one at a time, and what one
// call has done the next one sees. Those of several connections run side by side.
type Handler interface {
	Open(conn net.Conn, wake func()) (serve func(ctx context.Context) (waits bool))
}

// HandlerFunc is a function as a [Handler] that serves a connection from its
// beginning to its end.
type HandlerFunc func(ctx context.Context, conn net.Conn)

// Open has f called at once.
func (f HandlerFunc) Open(conn net.Conn, wake func()) func(context.Context) bool {
	if wake != nil {
		wake()
	}
	return func(ctx context.Context) bool {
		f(ctx, conn)
		return false
	}
}
