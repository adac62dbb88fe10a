// Package session is the client's connection to a room: it dials, finds out which
// dialect the server speaks, reads, sends what is in the outbox, and dials again
// after a break.
//
// Whoever runs it gets one stream of events, in order, in one goroutine. With a
// server that speaks frames, each line comes once, and each message of this side
// arrives once, over any number of connections.
//
// It speaks package wire's language and must not know how lines are shown or where
// they come from.
package session
