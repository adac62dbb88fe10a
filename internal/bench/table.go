package bench

import "math/bits"

// A table has a number for each sender, in as few bits as the numbers need: with
// 15,000 members that send one line each, their tables are 28 MB and not 1.8 GB.
type table struct {
	words []uint64
	log   int // a number has 1<<log bits
	mask  uint64
}

// newTable returns a table of n zeros, for numbers up to most.
func newTable(n int, most uint64) table {
	log := bits.Len(uint(max(bits.Len64(most), 1) - 1))
	return table{
		words: make([]uint64, (n<<log+63)/64),
		log:   log,
		mask:  1<<(1<<log) - 1, // all ones for 64 bits: the shift gives 0
	}
}

func (t *table) get(i uint64) uint64 {
	bit := i << t.log
	return t.words[bit/64] >> (bit % 64) & t.mask
}

func (t *table) set(i, v uint64) {
	bit := i << t.log
	w := &t.words[bit/64]
	*w = *w&^(t.mask<<(bit%64)) | v<<(bit%64)
}
