package server

import (
	"context"
	"net"
)

// Handler serves connections. The life of one connection:
//
//  1. Serve accepts it. Over Config.MaxConns or Config.MaxConnsPerIP, or once
//     Shutdown has begun, it is closed at once and counted by its [Refusal]; the
//     handler never sees it.
//  2. Handle is called in a goroutine of the connection's own. The connection is
//     the handler's until Handle returns: it may read, write, set deadlines and
//     close. It is what the listener returned, not a wrapper, so a handler may
//     ask for its *net.TCPConn.
//  3. Handle returns when all is said; then the server closes the connection,
//     which does no harm where the handler has closed it already. Closing a socket
//     that has unread input resets it, and the peer may lose what it was sent: a
//     handler that cares ends the conversation before it returns.
//  4. A panic in Handle is logged with its stack and counted; to everyone else it
//     is the same as a return. This does not cover goroutines that Handle starts.
//  5. When Shutdown begins, ctx is cancelled and then, once, the connection's read
//     deadline is set in the past: every Read fails with [os.ErrDeadlineExceeded],
//     one that waits and one that comes later. Handle is to finish what it has
//     accepted and to return; to read on, it sets a deadline itself. A handler that
//     sets read deadlines before that looks at ctx after it has set one: it may have
//     undone the server's.
//  6. When the context given to Shutdown ends first, the server closes the
//     connection under the handler: every Read and Write fails from there on, and
//     Handle has a second to return.
//
// One ctx is shared by all connections and lives as long as the server, so what a
// handler ties to it must be untied (stopped or cancelled) before Handle returns.
//
// Handle is called by many goroutines at the same time.
type Handler interface {
	Handle(ctx context.Context, conn net.Conn)
}

// HandlerFunc is a function as a [Handler].
type HandlerFunc func(ctx context.Context, conn net.Conn)

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, conn net.Conn) { f(ctx, conn) }
