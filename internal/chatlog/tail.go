package chatlog

import (
	"bytes"
	"hash/maphash"
	"os"
	"time"
)

// maxTail is how far from its end a log is looked through for what the history of a room says
// again, in bytes: the history is 1 MiB, if the server does not keep more than by default.
const maxTail = 4 << 20

// A past is what the end of a log has said.
type past struct {
	seed  maphash.Seed
	lines map[uint64]int // how many there are of each, by its hash
	since time.Time      // what came before is not known; zero: all is
}

// tail looks at the end of a log: which lines it has, if they are wanted, and whether the last
// one is whole.
func tail(file *os.File, wanted bool) (past past, whole bool) {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return past, true
	}
	size := int64(1)
	if wanted {
		size = min(info.Size(), maxTail)
	}
	end := make([]byte, size)
	n, _ := file.ReadAt(end, info.Size()-size)
	if n == 0 {
		return past, true // it may be written only
	}
	end = end[:n]
	if wanted {
		past.read(end, size == info.Size())
	}
	return past, end[n-1] == '\n'
}

// read takes the lines of the end of a log, or of all of it. Which times they have does not
// matter otherwise: what this side says stands there by its own clock, what members say by the
// server's.
func (p *past) read(end []byte, all bool) {
	p.seed, p.lines = maphash.MakeSeed(), map[uint64]int{}
	if !all { // the first is not whole: somebody may have written what looks like a time
		_, end, _ = bytes.Cut(end, []byte{'\n'})
	}
	for line := range bytes.Lines(end) {
		if len(line) < len(stamp) {
			continue
		}
		at, err := time.ParseInLocation(stamp, string(line[:len(stamp)]), time.Local)
		if err != nil {
			continue
		}
		if !all && p.since.IsZero() {
			p.since = at
		}
		p.lines[p.hash(line)]++
	}
}

// hash is that of a line. A line of this side is the same, sure or not.
func (p *past) hash(line []byte) uint64 {
	var hash maphash.Hash
	hash.SetSeed(p.seed)
	_, _ = hash.Write(line[:len(stamp)])
	_, _ = hash.Write(bytes.TrimPrefix(line[len(stamp):], []byte(unsure)))
	return hash.Sum64()
}

// take reports whether the log has a line, said at a time, that was not taken yet.
func (p *past) take(line []byte, at time.Time) bool {
	switch {
	case len(p.lines) == 0:
		return false
	case at.Before(p.since):
		return true
	}
	hash := p.hash(line)
	if p.lines[hash] == 0 {
		return false
	}
	p.lines[hash]--
	return true
}
