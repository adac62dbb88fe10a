//go:build !linux

package peer

// canSend says that connections are written through package net.
const canSend = false

func send(int, []byte) (int, error) { return 0, nil }

// canReceive says that connections are read through package net, which waits.
const canReceive = false

func receive(int, []byte) (n int, again bool, err error) { return 0, true, nil }

// isGone is not known on this system.
func isGone(int) bool { return false }

// unread is not known on this system.
func unread(int) int { return 0 }

// unacked is not known on this system.
func unacked(int) int { return 0 }

// windowEnd is not known on this system.
func windowEnd(int) (uint64, bool) { return 0, false }
