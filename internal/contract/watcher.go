package contract

import (
	"bytes"
	"errors"
	"fmt"
)

// A Watcher is a writer that is given what one member of a conversation received
// and finds out whether it is that conversation: whole lines, each of them the
// next one of its sender, and none of the member's own. It keeps no more than one
// line, however long that goes on. One goroutine uses it at a time.
type Watcher struct {
	script *Script
	member int

	all  *Digest   // of everything
	less []*Digest // of everything without the lines of one sender
	next []int     // which line of each sender is to come, from 0

	lines int // have come, of all senders

	// The line that has begun last: how it must be, and how much of it has come.
	// Once that is all of it, another one begins.
	sender int
	line   []byte
	came   int

	fault error // the first that was found, which ends it
}

// Watch returns a Watcher for what a member receives, a sender or a Listener.
func (s *Script) Watch(member int) *Watcher {
	w := &Watcher{script: s, member: member, all: s.Digest(), next: make([]int, s.senders)}
	for range s.senders {
		w.less = append(w.less, s.Digest())
	}
	return w
}

// Write checks what was received next. Its error is the first fault that was
// found, with the number of the line in which it is: of all lines that came, from
// 1. Nothing behind a fault is looked at.
func (w *Watcher) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0 && w.fault == nil; {
		if w.came == len(w.line) {
			if w.fault = w.begin(rest); w.fault != nil {
				break
			}
		}
		n := min(len(rest), len(w.line)-w.came)
		if !bytes.Equal(rest[:n], w.line[w.came:w.came+n]) {
			w.fault = w.wrongBytes(rest)
			break
		}
		w.count(rest[:n])
		rest = rest[n:]
	}
	if w.fault != nil {
		return 0, w.fault
	}
	return len(p), nil
}

// Whole returns nil if what has come is without fault and ends with a line.
func (w *Watcher) Whole() error {
	if w.fault == nil && w.came < len(w.line) {
		return fmt.Errorf("%s ends at byte %d of %d", w.place(), w.came, len(w.line))
	}
	return w.fault
}

// Complete returns nil if what has come is the whole conversation. The error is
// what Whole says, or whose lines are missing.
func (w *Watcher) Complete() error {
	errs := []error{w.Whole()}
	for sender, came := range w.next {
		if sender != w.member && came < w.script.lines {
			errs = append(errs, fmt.Errorf("sender %d: %d of %d lines came", sender, came, w.script.lines))
		}
	}
	return errors.Join(errs...)
}

// Sum is the sum of all that came: every Listener's is the same.
func (w *Watcher) Sum() Sum { return w.all.Sum() }

// SumWithout is the sum of what came from others than sender. Where the watcher
// is a Listener, that is what the sender has received.
func (w *Watcher) SumWithout(sender int) Sum { return w.less[sender].Sum() }

// begin makes the line that p begins with the one that is to come.
func (w *Watcher) begin(p []byte) error {
	sender := int(p[0]) - firstMark
	switch {
	case sender < 0 || sender >= w.script.senders:
		return fmt.Errorf("line %d is of nobody: %s", w.lines+1, short(p))
	case sender == w.member:
		return fmt.Errorf("line %d is of sender %d, who received it: %s", w.lines+1, sender, short(p))
	case w.next[sender] == w.script.lines:
		return fmt.Errorf("line %d is of sender %d, whose %d lines have come already: %s", w.lines+1, sender, w.script.lines, short(p))
	}
	w.sender, w.came = sender, 0
	w.line = w.script.AppendLine(w.line[:0], sender, w.next[sender])
	return nil
}

// count takes the next bytes of the line, which are right.
func (w *Watcher) count(p []byte) {
	_, _ = w.all.Write(p)
	for sender, d := range w.less {
		if sender != w.sender {
			_, _ = d.Write(p)
		}
	}
	w.came += len(p)
	if w.came == len(w.line) {
		w.lines++
		w.next[w.sender]++
	}
}

// place says where in the conversation the last line is.
func (w *Watcher) place() string {
	return fmt.Sprintf("line %d (line %d of sender %d)", w.lines+1, w.next[w.sender]+1, w.sender)
}

// wrongBytes says what is wrong with p, in which the line does not go on as it
// must.
func (w *Watcher) wrongBytes(p []byte) error {
	came := append(w.line[:w.came:w.came], p...) // a line from its beginning, as it came
	at := 0
	for came[at] == w.line[at] {
		at++
	}
	return fmt.Errorf("%s has %s at byte %d, want %s%s", w.place(), short(came[at:]), at, short(w.line[at:]), w.guess(came))
}

// guess looks for another line of the same sender that begins as p does: chances
// are that lines were lost, doubled or moved.
func (w *Watcher) guess(p []byte) string {
	var line []byte
	for n := range w.script.lines {
		line = w.script.AppendLine(line[:0], w.sender, n)
		same := min(len(line), len(p))
		if same > shortLine && bytes.Equal(line[:same], p[:same]) {
			return fmt.Sprintf("; that is line %d of sender %d", n+1, w.sender)
		}
	}
	return ""
}

// short quotes the beginning of p, or of the line that p begins with.
func short(p []byte) string {
	const most = 20
	_, rest, _ := bytes.Cut(p, []byte("\n"))
	p = p[:len(p)-len(rest)]
	if len(p) <= most {
		return fmt.Sprintf("%q", p)
	}
	return fmt.Sprintf("%q...", p[:most])
}
