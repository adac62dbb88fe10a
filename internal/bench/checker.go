package bench

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// A checker reads what one member receives and counts what is right and wrong with
// it. Where a sender's lines come as they should, one after the other, each is a few
// comparisons of words; anything else is taken apart line by line.
type checker struct {
	size    int
	run     uint64
	runText []byte
	senders uint64
	limit   uint64 // lines of each sender
	self    uint64 // the member's number as a sender, or mark

	// The sender of the last line, the line that is due from it, and the first one
	// of those that have come in a row.
	sender, senderDigits uint64
	seq, seqDigits       uint64
	first                uint64

	due   table           // what is due from the other senders
	gaps  map[uint64]gaps // of each sender that has some
	order uint64          // a hash of all (sender, seq) so far, in order, but for the last row

	rest []byte // the beginning of a line
	skip bool   // rest is the end of a piece of no line, which goes on to the next newline
	ours bool   // there was a run in that piece

	marked uint64 // the greatest mark
	counts
}

// counts are what a member received, in lines.
type counts struct {
	got        int64 // each line once
	missing    int64 // lines that have not come though later ones of their sender have
	doubled    int64
	misordered int64 // came after a later one of their sender
	echoed     int64 // the member's own
	broken     int64 // what has a run in it and is no line
	foreign    int64 // what others in the room say
}

// nobody is the sender of no line.
const nobody = mark - 1

func newChecker(cfg Config, run uint64, self int) *checker {
	limit := uint64(endless)
	if cfg.Messages > 0 {
		limit = uint64(cfg.Messages)
	}
	c := &checker{
		size:    cfg.Size,
		run:     run,
		runText: binary.BigEndian.AppendUint64(nil, run),
		senders: uint64(cfg.Senders),
		limit:   limit,
		self:    mark,
		sender:  nobody,
		due:     newTable(cfg.Senders, limit),
		gaps:    map[uint64]gaps{},
	}
	if self >= 0 {
		c.self = uint64(self)
	}
	return c
}

// feed checks p, which came now, in nanoseconds since the epoch of the run: first in
// it stands rest, then what was received. The latencies of lines go to lat.
func (c *checker) feed(p []byte, now uint64, lat *latencies) {
	for {
		if c.skip {
			p = c.skipped(p)
		} else if p = c.row(p, now, lat); len(p) >= c.size && c.line(p[:c.size], now, lat) {
			p = p[c.size:]
			continue
		}
		end := bytes.IndexByte(p, '\n') + 1
		switch {
		case end > 0:
			c.judge(p[:end])
			p = p[end:]
			continue
		case len(p) >= c.size: // too long to become a line
			c.ours = c.ours || bytes.Contains(p, c.runText)
			c.skip = true
			p = p[len(p)-len(c.runText)+1:] // where a run may have begun
		}
		c.rest = append(c.rest[:0], p...)
		return
	}
}

// skipped drops what is not needed of a piece of no line that goes on.
func (c *checker) skipped(p []byte) []byte {
	keep := len(c.runText) - 1
	if len(p) > keep && bytes.IndexByte(p, '\n') < 0 {
		c.ours = c.ours || bytes.Contains(p, c.runText)
		p = p[len(p)-keep:]
	}
	return p
}

// judge counts a piece of no line, which ends with a newline.
func (c *checker) judge(p []byte) {
	if c.ours || bytes.Contains(p, c.runText) {
		c.broken++
	} else {
		c.foreign++
	}
	c.skip, c.ours = false, false
}

// row takes from p the lines that are due from the sender of the last line, and
// returns what follows.
func (c *checker) row(p []byte, now uint64, lat *latencies) []byte {
	for len(p) >= c.size {
		at := word(p, timeAt)
		if _, ok := number(at); !ok {
			return p
		}
		lines := c.alike(p, at)
		if lines == 0 {
			return p
		}
		lat.add(now, at, int64(lines))
		c.got += int64(lines)
		c.expect(c.seq + uint64(lines))
		p = p[lines*c.size:]
	}
	return p
}

// alike returns how many lines p begins with that are due from the sender of the last
// line and have the time that at has the digits of. It is where the time goes, so it
// does nothing else, and compares words in the order of bytes that most machines have.
func (c *checker) alike(p []byte, at uint64) (lines int) {
	const lastDigit = 56 // where the last digit of a word stands in that order, in bits
	var (
		run, sender = bits.ReverseBytes64(c.run), bits.ReverseBytes64(c.senderDigits)
		seq         = bits.ReverseBytes64(c.seqDigits)
		offset      = c.sender - '0' // makes up for the digit in the place of the number
		size        = c.size
	)
	at = bits.ReverseBytes64(at)
	for ; len(p) >= size && size >= MinSize; lines++ {
		h := (*[headerLen]byte)(p)
		end := binary.LittleEndian.Uint16(p[size-2:])
		differs := (littleWord(h, runAt) ^ run) | (littleWord(h, senderAt) ^ sender) | (littleWord(h, seqAt) ^ seq) |
			(littleWord(h, timeAt) ^ at) | (uint64(end) ^ (uint64(checkDigit(offset, seq>>lastDigit)) | '\n'<<8))
		if differs != 0 {
			break
		}
		if seq += 1 << lastDigit; seq>>lastDigit > 'o' {
			seq = bits.ReverseBytes64(digits(c.seq + uint64(lines) + 1))
		}
		p = p[size:]
	}
	return lines
}

func littleWord(h *[headerLen]byte, at int) uint64 { return binary.LittleEndian.Uint64(h[at : at+8]) }

// line takes any other line, and reports false if it is none.
func (c *checker) line(p []byte, now uint64, lat *latencies) bool {
	h, ok := parse(p, c.run)
	switch {
	case !ok:
		return false
	case h.sender == mark:
		c.marked = max(c.marked, h.seq)
	case h.sender >= c.senders || h.seq >= c.limit:
		return false
	case h.sender == c.self:
		c.echoed++
	case c.take(h.sender, h.seq):
		lat.add(now, word(p, timeAt), 1)
	}
	return true
}

// take counts a line, and reports false if it has come before.
func (c *checker) take(sender, seq uint64) bool {
	if sender != c.sender {
		c.endRow()
		if c.sender != nobody {
			c.due.set(c.sender, c.seq)
		}
		c.sender, c.senderDigits = sender, digits(sender)
		c.expect(c.due.get(sender))
		c.first = c.seq
	}
	switch {
	case seq < c.seq:
		late := c.gaps[sender]
		if !late.fill(seq) {
			c.doubled++
			return false
		}
		c.gaps[sender] = late
		c.endRow()
		c.order = mix(c.order, sender, seq, 1)
		c.first = c.seq
		c.missing--
		c.misordered++
		c.got++
		return true
	case seq > c.seq:
		c.endRow()
		missing := c.gaps[sender]
		missing.add(c.seq, seq)
		c.gaps[sender] = missing
		c.missing += int64(seq - c.seq)
		c.first = seq
	}
	c.expect(seq + 1)
	c.got++
	return true
}

// expect says which line is due from the sender.
func (c *checker) expect(seq uint64) { c.seq, c.seqDigits = seq, digits(seq) }

// endRow puts the lines that came in a row into the hash. A row ends where another
// sender's line or one that was not due comes, so that it does not matter in which
// pieces the lines were read.
func (c *checker) endRow() {
	if c.first < c.seq && c.sender != nobody {
		c.order = mix(c.order, c.sender, c.first, c.seq-c.first)
	}
}

// ordered returns a hash of all (sender, seq) that came, in order. It is called once,
// at the end.
func (c *checker) ordered() uint64 {
	c.endRow()
	return c.order
}

func mix(hash uint64, values ...uint64) uint64 {
	for _, v := range values {
		hash = bits.RotateLeft64(hash^v*0x9e3779b97f4a7c15, 29) * 0xbf58476d1ce4e5b9
	}
	return hash
}
