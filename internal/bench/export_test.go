package bench

import "encoding/binary"

// What the tests need of the inside: what is on the wire, and what becomes of it.

var (
	Digits  = digits
	Number  = number
	Reserve = reserve
)

const Mark = mark

// Line is one line of a run.
func Line(size int, run, sender, seq, at uint64) []byte {
	line := make([]byte, size)
	blank(line, size, run, sender)
	stamp(line, sender, seq, at)
	return line
}

// Parse reads a line of a run.
func Parse(line []byte, run uint64) (sender, seq, at uint64, ok bool) {
	h, ok := parse(line, run)
	return h.sender, h.seq, h.at, ok
}

// NewRun returns a word that no other run has, and its text.
func NewRun() (run uint64, text string) {
	run = newRun()
	return run, string(binary.BigEndian.AppendUint64(nil, run))
}

// Counts are what a checker counted.
type Counts struct{ Got, Missing, Doubled, Misordered, Echoed, Broken, Foreign int64 }

// Check feeds what a member receives to a checker, in pieces of the given size, and
// returns what it counted, the mark it saw, its hash of the order and how many
// latencies it took.
func Check(cfg Config, run uint64, self int, stream []byte, piece int) (counts Counts, marked, order uint64, timed int64) {
	c, lat := newChecker(cfg, run, self), newLatencies()
	for len(stream) > 0 {
		p := append(c.rest[:len(c.rest):len(c.rest)], stream[:min(piece, len(stream))]...)
		stream = stream[min(piece, len(stream)):]
		c.feed(p, 1, &lat)
	}
	order = c.ordered()
	counts = Counts{c.got, c.missing, c.doubled, c.misordered, c.echoed, c.broken, c.foreign}
	return counts, c.marked, order, lat.histogram.TotalCount()
}

// Table is a table with its numbers.
type Table struct{ table }

func NewTable(n int, most uint64) *Table { return &Table{newTable(n, most)} }
func (t *Table) Get(i uint64) uint64     { return t.get(i) }
func (t *Table) Set(i, v uint64)         { t.set(i, v) }
func (t *Table) Bytes() int              { return 8 * len(t.words) }

// Percentiles reports lines that took so many nanoseconds, split over desks.
func Percentiles(took []uint64) Latency {
	all := newDesks(1)
	a, b := all.take(), all.take()
	for i, ns := range took {
		[]*desk{a, b}[i%2].latencies.add(ns+7, digits(7), 1)
	}
	all.give(a)
	all.give(b)
	sum := all.latencies()
	return sum.report()
}

// WithDefaults is what Run makes of a Config.
func (c Config) WithDefaults() (Config, error) { return c.withDefaults() }
