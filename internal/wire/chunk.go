package wire

import "bytes"

const (
	// DefaultMaxLine is the longest line, with its newline, that is relayed in
	// one piece: 64 KiB.
	DefaultMaxLine = 64 << 10

	// LimitMaxLine is the largest value a longest line may be set to: 16 MiB.
	LimitMaxLine = 16 << 20

	// readSize is how much a Chunker takes in at a time, at least, in bytes.
	readSize = 64 << 10
)

// MaxChunk is the length in bytes of the longest chunk that a Chunker for lines
// of up to maxLine bytes hands out.
func MaxChunk(maxLine int) int { return max(maxLine, readSize) }

// A Chunker cuts a stream of bytes into chunks of whole lines, without looking
// at the lines one by one: a chunk ends with the last newline that has arrived.
//
// What follows that newline is held until its line is complete, or maxLine
// bytes long: a longer line leaves in pieces. The bytes of all chunks and of
// Rest, put together, are the bytes of the stream.
//
//	for {
//		n, err := conn.Read(c.Space())
//		relay(c.Take(n))
//		if err != nil {
//			relay(c.Rest())
//			break
//		}
//	}
type Chunker struct {
	maxLine int
	buf     []byte
	held    int // buf[taken:held] is the beginning of a line
	taken   int // buf[:taken] is the chunk that Take returned last
}

// NewChunker returns a Chunker for lines of up to maxLine bytes, newline
// included. With maxLine 0 it holds nothing: each read is a chunk, wherever its
// lines end, which is raw framing. It keeps one buffer of MaxChunk(maxLine)
// bytes.
func NewChunker(maxLine int) *Chunker {
	return &Chunker{maxLine: maxLine, buf: make([]byte, MaxChunk(maxLine))}
}

// Empty tells whether nothing is held, so that the Chunker may serve another
// stream.
func (c *Chunker) Empty() bool { return c.taken == c.held }

// Space returns the memory, at least one byte of it, into which the next bytes
// of the stream are to be read. It ends the life of the chunk that Take
// returned last.
func (c *Chunker) Space() []byte {
	c.held = copy(c.buf, c.buf[c.taken:c.held])
	c.taken = 0
	return c.buf[c.held:]
}

// Take is told that n bytes were read into Space and returns the chunk that is
// complete with them, or nil. The chunk is valid until the next call of Space.
func (c *Chunker) Take(n int) []byte {
	line := c.held + bytes.LastIndexByte(c.buf[c.held:c.held+n], '\n') + 1
	if line == c.held {
		line = 0 // no newline has come: the line that is held goes on
	}
	c.held += n
	c.taken = line
	if c.held-line >= c.maxLine {
		c.taken = c.held
	}
	if c.taken == 0 {
		return nil
	}
	return c.buf[:c.taken]
}

// Size is how much memory a Chunker takes, in bytes.
func (c *Chunker) Size() int { return len(c.buf) }

// Held returns the unfinished line that is held, or nil. It is valid until the next
// call of Space.
func (c *Chunker) Held() []byte { return c.buf[c.taken:c.held] }

// Rest returns the unfinished line that is held, or nil, and holds it no
// longer. It is valid until the next call of Space.
func (c *Chunker) Rest() []byte {
	if c.Empty() {
		return nil
	}
	rest := c.buf[c.taken:c.held]
	c.taken = c.held
	return rest
}
