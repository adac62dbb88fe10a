// Package tui is the client's screen: a feed that scrolls, a line to type in, and
// what there is to know about the connection.
//
// It is Bubble Tea and nothing else: what it shows comes from package feed, what
// it sends goes to package session, and what the terminal needs beyond Bubble Tea
// is in package term. The program is one model; its parts are structs with plain
// methods. Update does no I/O and never waits.
//
// Lines do not travel as messages, which would make a flood of them a flood of
// redraws. The goroutine that runs the session puts them on the board, under a
// lock, and leaves a token; one command waits for that token and comes back at
// most once a frame.
//
// Names and texts pass the gate of package text where the board takes them in, so that
// nothing behind it, the feed, the roster or the view, ever holds what a stranger wrote
// as it came.
package tui
