//go:build unix

package e2e_test

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
)

// A way is one of the ways in which people join a room.
type way struct {
	name    string
	program string
	flags   []string
	connect func(network, address string) []string

	tcpOnly   bool
	deaf      bool // it writes nothing of what it receives
	stays     bool // by design it does not end with its stdin, but listens on
	completes bool // it sends a line when that is complete, not before
}

var ways = []way{
	{name: "nc.openbsd", program: "nc.openbsd", connect: likeNC, stays: true},
	{name: "nc.openbsd-N", program: "nc.openbsd", flags: []string{"-N"}, connect: likeNC},
	{name: "nc.openbsd-q1", program: "nc.openbsd", flags: []string{"-q1"}, connect: likeNC},
	{name: "nc.traditional", program: "nc.traditional", connect: likeNC, tcpOnly: true, stays: true},
	{name: "nc.traditional-q0", program: "nc.traditional", flags: []string{"-q0"}, connect: likeNC, tcpOnly: true},
	{name: "ncat", program: "ncat", connect: likeNC},
	{name: "ncat--send-only", program: "ncat", flags: []string{"--send-only"}, connect: likeNC, deaf: true},
	{name: "socat", program: "socat", connect: likeSocat},
	{name: "bcast-client", program: "bcast-client", connect: likeClient, completes: true},
}

func likeNC(network, address string) []string {
	if network == "unix" {
		return []string{"-U", address}
	}
	host, port, _ := net.SplitHostPort(address)
	return []string{host, port}
}

func likeSocat(network, address string) []string {
	if network == "unix" {
		return []string{"-", "UNIX-CONNECT:" + address}
	}
	return []string{"-", "TCP:" + address}
}

func likeClient(network, address string) []string {
	if network == "unix" {
		return []string{"unix:" + address}
	}
	return []string{address}
}

// command is what joins r in this way.
func (w way) command(t *testing.T, r *room, network string) *exec.Cmd {
	t.Helper()
	var path string
	if w.program == "bcast-client" {
		path = program(t, w.program)
	} else {
		path = tool(t, w.program)
	}
	return command(path, append(append([]string(nil), w.flags...), w.connect(network, r.address(network))...)...)
}

// inEachWay runs test for all ways over TCP and the Unix socket, each in a room
// of its own.
func inEachWay(t *testing.T, test func(t *testing.T, w way, network string)) {
	t.Helper()
	for _, w := range ways {
		for _, network := range []string{"tcp", "unix"} {
			if network == "unix" && w.tcpOnly {
				continue
			}
			t.Run(w.name+"/"+network, func(t *testing.T) {
				t.Parallel()
				test(t, w, network)
			})
		}
	}
}

func TestContract01_03_TypedLineReachesEveryOtherOnceAndWhole(t *testing.T) {
	t.Parallel()
	inEachWay(t, func(t *testing.T, w way, network string) {
		r := openRoom(t)
		alice, bob := r.join(t, "tcp", 1), r.join(t, "unix", 2)
		typist := runTyped(t, w.command(t, r, network))
		r.awaitMembers(t, 3)

		// The rest of the first write is half a line: Bob's comes before it.
		typist.say(t, "one\ntw")
		alice.await(t, "one\n")
		bob.await(t, "one\n")
		bob.say(t, "from bob\n")
		alice.await(t, "from bob\n")
		typist.say(t, "o\n")
		alice.await(t, "two\n")
		bob.await(t, "two\n")

		// Everything else would have to come before this.
		alice.say(t, "from alice\n")
		bob.awaitAll(t, "one\ntwo\nfrom alice\n")
		bob.say(t, "the end\n")
		alice.awaitAll(t, "one\nfrom bob\ntwo\nthe end\n")
		if !w.deaf {
			typist.stdout.awaitAll(t, "from bob\nfrom alice\nthe end\n")
		}
	})
}

// TestContract08_EndOfInputEndsTheSession is echo hi | nc.
func TestContract08_EndOfInputEndsTheSession(t *testing.T) {
	t.Parallel()
	inEachWay(t, func(t *testing.T, w way, network string) {
		r := openRoom(t)
		alice, bob := r.join(t, "tcp", 1), r.join(t, "unix", 2)
		cmd := w.command(t, r, network)
		cmd.Stdin = strings.NewReader("hi\n")
		echo := run(t, cmd)
		alice.await(t, "hi\n")
		bob.await(t, "hi\n")
		if w.stays {
			// It does not tell the server that its input has ended, and is a
			// member until it is killed.
			alice.say(t, "still there?\n")
			echo.stdout.awaitAll(t, "still there?\n")
			if !echo.running() {
				t.Errorf("%s has ended", echo)
			}
			return
		}
		echo.wantExit(t, 0)
		r.awaitMembers(t, 2)
		echo.stdout.awaitAll(t, "")
		alice.say(t, "from alice\n")
		bob.awaitAll(t, "hi\nfrom alice\n")
	})
}

// strange is what a room that only relays has no opinion about: escapes, invalid
// UTF-8, telnet's negotiation, empty lines, and a long one.
var strange = "plain\ncr\r\nnul\x00\n\x1b]0;title\x07\x1b[2J\n\xff\xfd\x01\xc3\x28\n\n\n" + strings.Repeat("x", 60000) + "\n"

func TestContract05_ListenerGetsWhatOthersSendAndNothingElse(t *testing.T) {
	t.Parallel()
	inEachWay(t, func(t *testing.T, w way, network string) {
		if w.deaf {
			t.Skip("it does not listen")
		}
		r := openRoom(t)
		alice := r.join(t, "tcp", 1)
		listener := runTyped(t, w.command(t, r, network))
		r.awaitMembers(t, 2)
		carol := r.join(t, "tcp", 3) // who comes and goes is not told
		alice.say(t, strange)
		carol.awaitAll(t, strange)
		carol.conn.Close()
		r.awaitMembers(t, 2)
		alice.say(t, "the end\n")
		listener.stdout.awaitAll(t, strange+"the end\n")

		listener.say(t, "heard\n")
		alice.awaitAll(t, "heard\n")
	})
}

func TestContract01_02_03_AllKindsInOneRoom(t *testing.T) {
	t.Parallel()
	const each = 50
	r := openRoom(t)
	observer := r.join(t, "tcp", 1)
	typists := make([]*process, len(ways))
	for i, w := range ways {
		network := "tcp"
		if i%2 == 1 && !w.tcpOnly {
			network = "unix"
		}
		typists[i] = runTyped(t, w.command(t, r, network))
		r.awaitMembers(t, i+2)
	}

	sign := func(i int) string { return fmt.Sprintf("<%s>", ways[i].name) }
	lineOf := func(i, n int) string {
		return fmt.Sprintf("%s %d %s\n", sign(i), n, strings.Repeat(string(rune('a'+i)), n*n))
	}
	for n := range each { // pieces of lines from all, by turns
		for i, typist := range typists {
			line := lineOf(i, n)
			typist.say(t, line[:len(line)/2])
		}
		for i, typist := range typists {
			line := lineOf(i, n)
			typist.say(t, line[len(line)/2:])
		}
	}

	total := 0
	for i := range typists {
		for n := range each {
			total += len(lineOf(i, n))
		}
	}
	await(t, func() bool { return observer.len() >= total },
		func() string { return fmt.Sprintf("the observer got %d bytes, want %d", observer.len(), total) })
	all := observer.String()
	next := make([]int, len(typists))
	for line := range strings.Lines(all) {
		from := -1
		for i := range typists {
			if strings.HasPrefix(line, sign(i)+" ") {
				from = i
			}
		}
		if from < 0 || next[from] == each || line != lineOf(from, next[from]) {
			t.Fatalf("not a whole line, or not the next of its sender: %s", quote(line))
		}
		next[from]++
	}
	for i, typist := range typists {
		if next[i] != each {
			t.Errorf("%d lines of %s, want %d", next[i], typist, each)
		}
		if ways[i].deaf {
			continue
		}
		var others strings.Builder
		for line := range strings.Lines(all) {
			if !strings.HasPrefix(line, sign(i)+" ") {
				others.WriteString(line)
			}
		}
		await(t, func() bool { return typist.stdout.len() >= others.Len() },
			func() string {
				return fmt.Sprintf("%s got %d bytes, want %d", typist, typist.stdout.len(), others.Len())
			})
		if typist.stdout.String() != others.String() {
			t.Errorf("%s does not see what the others typed, in the order that the observer sees", typist)
		}
	}
}

func TestContract08_WhatWasPublishedBeforeTheEndIsDelivered(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	slow := r.dial(t, "tcp", 1)
	alice := r.join(t, "tcp", 2)
	said := strings.Repeat("more than the buffers of a connection hold\n", 8<<20/43)
	alice.say(t, said)
	alice.finish(t)
	alice.awaitClosed(t) // all of it is published
	slow.finish(t)
	slow.listen(t)
	slow.awaitClosed(t)
	slow.awaitAll(t, said)
}
