package text

import (
	"bytes"
	"io"
)

// flushAt is how many bytes of cleaned lines a Gate gathers before it writes them within
// one call of Write.
const flushAt = 64 << 10

// Gate is an [io.Writer] that cleans each line of a stream, as [Clean] does, and writes it
// to another writer, ended by "\n". The lines of one Write go out in one write, unless they
// come to more than 64 KiB.
//
// A line is held back until it is complete or [Gate.Flush] is called. What is held of it is
// no more than Clean shows, so a line without end costs 8 KiB; with the lines on their way
// out, a Gate takes less than 150 KiB whatever passes through it.
//
// After an error of the underlying writer, every call returns that error. A Gate must not
// be used by several goroutines at once.
type Gate struct {
	w   io.Writer
	out []byte // cleaned lines, not written yet; empty between calls
	err error  // the first error of w

	// The open line: what came since the last "\n".
	head []byte // its beginning, at most maxHead bytes
	size int    // its bytes so far
	last byte   // the last of them
}

// NewGate returns a Gate that writes to w.
func NewGate(w io.Writer) *Gate {
	return &Gate{w: w}
}

// Write cleans the lines that p completes and writes them. It does not keep p. On an error,
// the count is of those bytes of p that were dealt with before the write that failed.
func (g *Gate) Write(p []byte) (int, error) {
	done := 0
	for rest := p; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte{'\n'})
		g.extend(line)
		if ended {
			g.endLine()
		}
		rest = after
		if len(g.out) >= flushAt {
			if err := g.writeOut(); err != nil {
				return done, err
			}
			done = len(p) - len(rest)
		}
	}
	if err := g.writeOut(); err != nil {
		return done, err
	}
	return len(p), nil
}

// Flush writes a line that is still open as if it had ended; what comes after it is a new
// line. Without an open line it writes nothing. Meant for the end of the stream.
func (g *Gate) Flush() error {
	if g.size > 0 {
		g.endLine()
	}
	return g.writeOut()
}

// extend adds p to the open line.
func (g *Gate) extend(p []byte) {
	if len(p) == 0 {
		return
	}
	g.head = append(g.head, p[:min(len(p), maxHead-len(g.head))]...)
	g.size += len(p)
	g.last = p[len(p)-1]
}

// endLine moves the open line, cleaned, to out.
func (g *Gate) endLine() {
	size := g.size
	if size > 0 && g.last == '\r' {
		size--
	}
	g.out = appendClean(g.out, g.head[:min(len(g.head), size)], size)
	g.out = append(g.out, '\n')
	g.head, g.size = g.head[:0], 0
}

// writeOut hands out to w.
func (g *Gate) writeOut() error {
	if g.err == nil && len(g.out) > 0 {
		var n int
		n, g.err = g.w.Write(g.out)
		if g.err == nil && n < len(g.out) {
			g.err = io.ErrShortWrite
		}
	}
	g.out = g.out[:0]
	return g.err
}
