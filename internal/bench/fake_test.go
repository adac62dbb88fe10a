package bench_test

import (
	"bufio"
	"bytes"
	"net"
	"sync"
	"testing"
)

// A fake is a small broadcaster that does what a test tells it to.
type fake struct {
	address string

	// relay says what a member gets instead of the room's line n, counted from 0
	// without marks; nil is the line itself. It is called for one line and member at a
	// time, with a lock held. The member is counted from 0 in the order of arrival.
	relay func(n, to int, line []byte) [][]byte

	piece int  // relays pieces of up to so many bytes as they come, not lines; 0: lines
	echo  bool // to the sender too
	mute  bool // relays nothing
	late  bool // says the last line again when the next mark comes
	leave int  // closes the first receiver before this line; 0: never

	mu      sync.Mutex
	members []net.Conn
	lines   int
	last    []byte            // the last line that counts
	spoke   map[net.Conn]bool // who has sent something, marks included
}

// serve runs the fake until the test ends.
func (f *fake) serve(t *testing.T) *fake {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.address = ln.Addr().String()
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			f.mu.Lock()
			f.members = append(f.members, conn)
			f.mu.Unlock()
			group.Go(func() { f.hear(conn) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		f.mu.Lock()
		for _, conn := range f.members {
			conn.Close()
		}
		f.mu.Unlock()
		group.Wait()
	})
	return f
}

// hear relays what a member says.
func (f *fake) hear(from net.Conn) {
	defer from.Close()
	lines := bufio.NewReader(from)
	for {
		if f.piece > 0 {
			p := make([]byte, f.piece)
			n, err := lines.Read(p)
			if err != nil {
				return
			}
			f.tell(from, p[:n], false)
			continue
		}
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		f.tell(from, line, !bytes.HasPrefix(line[8:], []byte("oooooooo")))
	}
}

// tell relays p, which may be a line that counts.
func (f *fake) tell(from net.Conn, p []byte, counts bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.spoke == nil {
		f.spoke = map[net.Conn]bool{}
	}
	f.spoke[from] = true
	n := f.lines
	if counts {
		f.lines++
		f.last = p
	}
	for i, to := range f.members {
		told := [][]byte{p}
		if f.late && !counts && n > 0 {
			told = [][]byte{f.last, p}
		}
		if counts && f.relay != nil && to != from {
			if other := f.relay(n, i, p); other != nil {
				told = other
			}
		}
		if f.mute || to == from && !f.echo {
			continue
		}
		if counts && f.leave > 0 && n >= f.leave && i == f.first(from) {
			to.Close()
		}
		for _, p := range told {
			_, _ = to.Write(p) // a member that is gone
		}
	}
}

// first is the first member but from.
func (f *fake) first(from net.Conn) int {
	if f.members[0] == from {
		return 1
	}
	return 0
}
