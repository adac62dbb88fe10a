package bench

import (
	"cmp"
	"slices"
)

// maxGaps is how many gaps are remembered for one member and sender. A line that
// comes later than that many gaps counts as doubled, and stays lost.
const maxGaps = 1 << 16

// A gap is the lines from first to before end, which have not come though later
// ones have.
type gap struct{ first, end uint64 }

// gaps are a sender's, in order.
type gaps []gap

// add opens a gap behind all others.
func (g *gaps) add(first, end uint64) {
	if len(*g) == maxGaps {
		*g = slices.Delete(*g, 0, maxGaps/2)
	}
	*g = append(*g, gap{first, end})
}

// fill takes seq out of the gap that it is in, and reports false if it is in none.
func (g *gaps) fill(seq uint64) bool {
	i, ok := slices.BinarySearchFunc(*g, seq, func(in gap, seq uint64) int {
		if in.first <= seq && seq < in.end {
			return 0
		}
		return cmp.Compare(in.first, seq)
	})
	if !ok {
		return false
	}
	in := (*g)[i]
	var left []gap
	if in.first < seq {
		left = append(left, gap{in.first, seq})
	}
	if seq+1 < in.end {
		left = append(left, gap{seq + 1, in.end})
	}
	*g = slices.Replace(*g, i, i+1, left...)
	return true
}
