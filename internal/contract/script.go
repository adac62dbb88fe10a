package contract

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"io"
	"math"
	"math/rand/v2"
)

const (
	// MaxSenders is how many senders a script may have.
	MaxSenders = 0x100 - firstMark

	// MaxLine is the length of the longest line in bytes, without its newline.
	MaxLine = 4000

	// firstMark is the first byte of each line of sender 0, a '0': sender 1 has
	// '1', and so on.
	firstMark = int('0')

	// One line in shortEvery is shortLine bytes long at most, and so is one write.
	shortEvery, shortLine = 8, 16

	// maxWrite is the longest write of a sender, in bytes.
	maxWrite = 32 << 10
)

// Listener stands for a member who sends nothing, where the number of a sender
// is asked for.
const Listener = -1

// A Script is a conversation: what each of a number of senders says. It does not
// change, and may be used by any number of goroutines.
//
// A line is 1 to MaxLine bytes and a newline. Its first byte says whose it is,
// and the rest may be any bytes but newlines: NUL, carriage returns, escapes,
// what is not UTF-8. No two runs with one seed differ.
type Script struct {
	seed           uint64
	senders, lines int
	hash           maphash.Seed // of all its digests
}

// New returns the script in which each of senders says a number of lines. It
// panics unless there are 1 to MaxSenders senders.
func New(seed uint64, senders, lines int) *Script {
	if senders < 1 || senders > MaxSenders {
		panic(fmt.Sprintf("contract: %d senders, want 1 to %d", senders, MaxSenders))
	}
	return &Script{seed: seed, senders: senders, lines: lines, hash: maphash.MakeSeed()}
}

// AppendLine appends line n of a sender, counted from 0, with its newline.
func (s *Script) AppendLine(dst []byte, sender, n int) []byte {
	src := s.source(sender, uint64(n))
	start := len(dst)
	end := start + length(&src, MaxLine)
	dst = append(dst, byte(firstMark+sender))
	for len(dst) < end {
		dst = binary.LittleEndian.AppendUint64(dst, src.Uint64())
	}
	dst = dst[:end]
	for line := dst[start:]; ; {
		i := bytes.IndexByte(line, '\n')
		if i < 0 {
			return append(dst, '\n')
		}
		line[i] = '\r'
	}
}

// Bytes is how many bytes a member receives, a sender or the Listener: the lines
// of all others.
func (s *Script) Bytes(member int) int64 {
	var sum int64
	for sender := range s.senders {
		if sender == member {
			continue
		}
		for n := range s.lines {
			src := s.source(sender, uint64(n))
			sum += int64(length(&src, MaxLine)) + 1
		}
	}
	return sum
}

// Speak writes all lines of a sender to w, in writes that begin and end anywhere:
// of 1 byte, of many lines, and of all lengths between.
func (s *Script) Speak(w io.Writer, sender int) error {
	cuts := s.source(sender, math.MaxUint64)
	var ahead bytes.Buffer
	for n := 0; n < s.lines || ahead.Len() > 0; {
		size := length(&cuts, maxWrite)
		for ; n < s.lines && ahead.Len() < size; n++ {
			ahead.Write(s.AppendLine(ahead.AvailableBuffer(), sender, n))
		}
		if _, err := w.Write(ahead.Next(size)); err != nil {
			return fmt.Errorf("write as sender %d: %w", sender, err)
		}
	}
	return nil
}

// source is where the chances of one line come from.
func (s *Script) source(sender int, n uint64) (src rand.PCG) {
	src.Seed(s.seed+uint64(sender)*0x9e3779b97f4a7c15, n) // apart from each other in all bits
	return src
}

// length draws a length from 1 to longest.
func length(src *rand.PCG, longest uint64) int {
	if src.Uint64()%shortEvery == 0 {
		longest = shortLine
	}
	return 1 + int(src.Uint64()%longest)
}
