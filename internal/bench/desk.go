package bench

import (
	"runtime"
	"sync"
)

// A desk is what it takes to read: memory, and a place for the latencies.
type desk struct {
	buf       []byte
	latencies latencies
}

// desks are shared by the members: one that has nothing to read needs none, so that a
// few for each processor do, however many members there are.
type desks struct {
	size int // of a desk's memory, in bytes
	free chan *desk
	mu   sync.Mutex
	all  []*desk
}

func newDesks(size int) *desks {
	n := 2 * runtime.GOMAXPROCS(0)
	d := &desks{size: size, free: make(chan *desk, n)}
	for range n {
		d.free <- d.add()
	}
	return d
}

// add makes one more desk, for somebody who keeps it.
func (d *desks) add() *desk {
	made := &desk{buf: make([]byte, d.size), latencies: newLatencies()}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, made)
	return made
}

// take waits for a desk. Who has one waits for nothing.
func (d *desks) take() *desk     { return <-d.free }
func (d *desks) give(back *desk) { d.free <- back }

// latencies are those of all desks together. Nobody works at one any more.
func (d *desks) latencies() latencies {
	sum := newLatencies()
	for _, one := range d.all {
		sum.histogram.Merge(one.latencies.histogram)
	}
	return sum
}
