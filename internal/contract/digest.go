package contract

import (
	"fmt"
	"hash/maphash"
)

// A Sum stands for a stream of bytes. Sums of different streams differ, but for
// the odds of a 64-bit hash. Only those of one Script can be compared.
type Sum struct {
	Bytes int64
	Hash  uint64
}

func (s Sum) String() string { return fmt.Sprintf("%d bytes (hash %016x)", s.Bytes, s.Hash) }

// A Digest is a writer that keeps the Sum of what was written to it. One
// goroutine uses it at a time.
type Digest struct {
	hash  maphash.Hash
	bytes int64
}

// Digest returns the digest of an empty stream.
func (s *Script) Digest() *Digest {
	d := new(Digest)
	d.hash.SetSeed(s.hash)
	return d
}

// Write never fails.
func (d *Digest) Write(p []byte) (int, error) {
	d.bytes += int64(len(p))
	return d.hash.Write(p)
}

// Sum is the sum so far.
func (d *Digest) Sum() Sum { return Sum{Bytes: d.bytes, Hash: d.hash.Sum64()} }
