// Package server is a socket server: it listens, accepts, counts and drains
// connections, and gives each of them to a [Handler].
//
// It knows connections and nothing of what is said on them: no lines, no rooms,
// no protocol. It never reads from a connection nor writes to one, but for TLS, which
// may lie under what is said: see [Server.ServeTLS].
//
// What it promises is that connections cannot hurt the server or each other. A
// panic in a handler ends one connection. Running out of descriptors makes
// accepting slow, and does not end it. More connections than the server is set up
// for, in all or from one address, are closed as they come, and so are those of
// addresses that are not let in or banned. A TLS handshake has its own goroutine, a
// limit of time, and fails for itself. Connections of a host that has vanished end within a minute, see [Listen]. [Server.Shutdown] leaves no connection
// behind.
//
// Goroutines: each call of [Server.Serve] accepts in its caller's goroutine. A
// connection has one while its handler has something to do, and with TLS always; all
// others are waited for by a single one, where the system has epoll. The connections that are open, the
// listeners and the fact that Shutdown has begun stand under one mutex, so that no
// connection slips in behind Shutdown.
package server
