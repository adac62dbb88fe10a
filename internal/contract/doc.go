// Package contract checks that a broadcast keeps its word: that what the members
// received is what the others sent, whole, and in one order for all.
//
// A [Script] is a conversation that a seed makes: whoever has the script can
// write any line of it again, so nothing that was sent has to be kept. A
// [Watcher] is fed what one member received, and compares it with the script
// line by line while it comes. What the watcher then knows of the order that all
// must have seen is put into [Sum]s, so that a [Digest] is enough for every
// other member.
//
// It is for tests, and knows of bytes alone: no socket, no room, and nothing of
// the house that it checks.
package contract
