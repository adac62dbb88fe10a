// Package room is where the members of a broadcast meet: what one publishes,
// every other member receives, all in one order.
//
// The room is a log with a cursor for each member. Publishing puts a chunk of
// whole lines in its place in the order (Ordering), appends it once under the
// room's lock, and starts the pumps, which write from the log to the members'
// Sinks. A member whose peer takes no more for now is written to by a goroutine of
// its own until it has caught up.
//
// The log is bounded. When its slowest reader is a backlog behind, publishers
// wait, and whoever holds them back without making progress is cut.
//
// The room never sees a socket, a flag or a log file: it writes through Sink,
// and tells what happened by errors and Stats.
package room
