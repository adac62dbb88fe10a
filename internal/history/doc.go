// Package history keeps what a person has sent in a file, for the next runs.
//
// The file has an entry to a line, as a JSON string, so that an entry may have several lines and
// no control character stands in the file. Programs that use the same file at the same time each
// see what was there when they began, and all that they add is kept. What is read is what the
// file has, whoever wrote it: it is not harmless to a terminal.
//
// The package starts no goroutine and knows nothing of the screen.
package history
