package peer

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

// BenchmarkGuess is a wrong token of an address that had none, where as many are known as
// there may be.
func BenchmarkGuess(b *testing.B) {
	var g guesses
	n := uint32(0)
	guess := func() {
		n++
		var ip [4]byte
		binary.BigEndian.PutUint32(ip[:], n)
		g.try(time.Now(), netip.PrefixFrom(netip.AddrFrom4(ip), 32), func() bool { return false })
	}
	for range maxGuessers {
		guess()
	}
	for b.Loop() {
		guess()
	}
}
