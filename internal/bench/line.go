package bench

import (
	"crypto/rand"
	"encoding/binary"
)

// A line on the wire is of one length throughout a run:
//
//	run     8 bytes, which this run alone has
//	sender  8 digits, or mark
//	seq     8 digits, from 0 for each sender
//	at      8 digits: when it was sent or due, in nanoseconds since the run's epoch
//	        run again and again, as far as there is room
//	check   1 digit of sender and seq
//	newline
//
// A digit is six bits, written as a byte from '0' to 'o', the greatest first: all
// printable, none a newline, and eight of them are one word that is compared at once.
const (
	runAt     = 0
	senderAt  = 8
	seqAt     = 16
	timeAt    = 24
	headerLen = 32
)

const (
	numberBits = 48 // of eight digits

	// mark in the place of the sender makes a line that is not counted: when a member
	// has received one it is in the room, and has what was sent before.
	mark = 1<<numberBits - 1

	zeros = 0x3030303030303030 // "00000000"
)

// digits returns the word that number reads as v, which has up to 48 bits.
func digits(v uint64) uint64 {
	w := v&0xffffff | v>>24&0xffffff<<32
	w = w&0x00000fff00000fff | w&0x00fff00000fff000<<4
	w = w&0x003f003f003f003f | w&0x0fc00fc00fc00fc0<<2
	return w + zeros
}

// number reads eight digits; ok is false where some are none.
func number(w uint64) (v uint64, ok bool) {
	w -= zeros // what is not from '0' to 'o' leaves a high bit in its byte
	ok = w&0xc0c0c0c0c0c0c0c0 == 0
	w = w&0x003f003f003f003f | w&0x3f003f003f003f00>>2
	w = w&0x00000fff00000fff | w&0x0fff00000fff0000>>4
	return w&0xffffff | w>>32<<24, ok
}

// checkDigit tells lines of one length apart of which somebody has put pieces
// together. In the place of seq may stand its last digit, if sender is less by '0'.
func checkDigit(sender, seq uint64) byte { return '0' + byte((sender+seq)&0x3f) }

// newRun returns a word that no other run has. It does not begin like a request of
// another protocol.
func newRun() uint64 {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	w := digits(binary.BigEndian.Uint64(random[:]) & (1<<numberBits - 1))
	return w&^(0xff<<56) | 'b'<<56
}

func word(p []byte, at int) uint64 { return binary.BigEndian.Uint64(p[at:]) }

func putWord(p []byte, at int, w uint64) { binary.BigEndian.PutUint64(p[at:], w) }

// blank writes into each line of p, of size bytes, what all lines of a sender have
// in common.
func blank(p []byte, size int, run, sender uint64) {
	for line := p; len(line) >= size; line = line[size:] {
		for at := headerLen; at < size-2; at++ {
			line[at] = byte(run >> (56 - 8*(at%8)))
		}
		putWord(line, runAt, run)
		putWord(line, senderAt, digits(sender))
		line[size-1] = '\n'
	}
}

// stamp completes a line that blank has begun.
func stamp(line []byte, sender, seq, at uint64) {
	putWord(line, seqAt, digits(seq))
	putWord(line, timeAt, digits(at))
	line[len(line)-2] = checkDigit(sender, seq)
}

// A header is what a line says of itself.
type header struct{ sender, seq, at uint64 }

// parse reads a line of a run. ok is false where it is not one, whole and unchanged
// at both ends: what is between is not looked at.
func parse(line []byte, run uint64) (h header, ok bool) {
	if word(line, runAt) != run || line[len(line)-1] != '\n' {
		return h, false
	}
	sender, ok1 := number(word(line, senderAt))
	seq, ok2 := number(word(line, seqAt))
	at, ok3 := number(word(line, timeAt))
	ok = ok1 && ok2 && ok3 && line[len(line)-2] == checkDigit(sender, seq)
	return header{sender, seq, at}, ok
}
