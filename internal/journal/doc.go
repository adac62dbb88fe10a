// Package journal is the log that a broadcast is: bytes that are appended once
// and never change, in a chain of fixed segments, and cursors that read them at
// their own pace.
//
// Appending, and whatever else changes the chain, happens under one lock that
// the log's owner holds. Cursors read what is published without that lock: each
// belongs to one reader, and the segment it stands in is not used again before
// it has moved on. Nothing is queued for a reader, so an append costs one copy
// however many there are.
//
// The journal starts no goroutines, never waits, and knows nothing of clients.
package journal
