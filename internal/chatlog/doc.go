// Package chatlog writes down what a room says: as text that is safe on any terminal, a
// line for each entry of the feed, or as frames, a line of JSON each.
//
// A [Log] is appended to by one goroutine of its own, so that no disk holds the room up.
// What it cannot write in time is counted, and the count stands in its place.
//
// The package knows files. It does not know what is shown, or who is not to be logged.
package chatlog
