//go:build !linux

package peer

// unacked is not known on this system.
func unacked(int) int { return 0 }
