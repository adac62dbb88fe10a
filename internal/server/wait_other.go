//go:build !linux

package server

// A waiter waits for connections that have no goroutine: here there are none.
type waiter struct{}

func (*waiter) add(*connection) bool { return false }
func (*waiter) remove(*connection)   {}
func (*waiter) stop()                {}
