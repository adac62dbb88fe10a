package term

import (
	"time"
)

const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"

	// maxPaste is how much of a paste is passed on, in bytes. Whoever refuses pastes of more than a megabyte will
	// refuse one that was cut, too.
	maxPaste = 1<<20 + 1<<12
	// giveUp is how long a paste has to be silent for Ctrl+C to end it.
	giveUp = time.Second
)

// A paste is where a bracketed paste has got to. Bubble Tea v1 finds its end, in whatever parts it comes, if its
// beginning came in one; but it keeps all of it, as large as it may be, and waits for ever for an end that is lost.
// Here a paste is cut at maxPaste, and a Ctrl+C that comes alone, after a second in which nothing came, ends it.
type paste struct {
	open    bool
	passed  int       // bytes that were passed on
	matched int       // bytes at the end of what was read that are the end's first; they are not passed on yet
	last    time.Time // when something came
}

// readPaste reads what there is of a paste, of which c is read, and returns how much it has put into p.
func (in *Input) readPaste(p []byte, c byte) int {
	paste, out := &in.paste, p[:0]
	const ctrlC = 3
	if c == ctrlC && in.now().Sub(paste.last) >= giveUp && !in.wait(keyWait) {
		paste.open = false
		return len(append(out, pasteEnd...))
	}
	var chunk [len(pasteEnd)]byte
	chunk[0] = c
	n := 1
	// What was not passed on before and the first byte take up the room of one chunk. Of what is dropped it reads
	// no more either, so that reading can be cancelled.
	for left := len(p)/len(chunk) - 2; ; left-- {
		for _, c := range chunk[:n] {
			out = paste.pass(out, c)
		}
		if !paste.open || left == 0 || !in.wait(0) {
			break
		}
		n, _ = in.File.Read(chunk[:len(chunk)-paste.matched]) // the end cannot be before that
	}
	paste.last = in.now()
	return len(out)
}

// pass appends what is to be passed on when c comes.
func (p *paste) pass(out []byte, c byte) []byte {
	if c == pasteEnd[p.matched] {
		if p.matched++; p.matched == len(pasteEnd) {
			p.open = false
			return append(out, pasteEnd...)
		}
		return out
	}
	for i := range p.matched {
		out = p.add(out, pasteEnd[i])
	}
	if p.matched = 0; c == esc {
		p.matched = 1
		return out
	}
	return p.add(out, c)
}

func (p *paste) add(out []byte, c byte) []byte {
	if p.passed == maxPaste {
		return out
	}
	p.passed++
	return append(out, c)
}

// skipPaste drops what there is of a paste.
func (in *Input) skipPaste() {
	var chunk, out [len(pasteEnd)]byte
	for in.paste.open && in.wait(keyWait) {
		n, _ := in.File.Read(chunk[:len(pasteEnd)-in.paste.matched])
		if n == 0 {
			break
		}
		for _, c := range chunk[:n] {
			in.paste.pass(out[:0], c)
		}
	}
	in.paste = paste{}
}
