//go:build unix

package e2e_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func client(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return command(program(t, "bcast-client"), args...)
}

// echo is echo text | cmd.
func echo(t *testing.T, text string, cmd *exec.Cmd) *process {
	t.Helper()
	cmd.Stdin = strings.NewReader(text)
	return run(t, cmd)
}

// quietly checks that the program ended well and had nothing to say about it.
func (p *process) quietly(t *testing.T) {
	t.Helper()
	p.wantExit(t, 0)
	if said := p.stderr.String(); said != "" {
		t.Errorf("%s says %q on stderr, want nothing", p, said)
	}
}

// complains checks that the program ended with code and said exactly this.
func (p *process) complains(t *testing.T, code int, said string) {
	t.Helper()
	p.wantExit(t, code)
	if got := p.stderr.String(); got != said {
		t.Errorf("%s says\n%s\nwant\n%s", p, got, said)
	}
}

// TestClientWaitsForTheServersOwnClose is echo hi | bcast-client at a server that
// takes its time.
func TestClientWaitsForTheServersOwnClose(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	hi := echo(t, "hi\n", client(t, ln.Addr().String()))
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	said, err := io.ReadAll(conn)
	if err != nil || string(said) != "\x01hi\n" {
		t.Fatalf("the client sent %q and then %v, want its question, a line and the end of input", said, err)
	}
	if _, err := io.WriteString(conn, "late\n"); err != nil {
		t.Fatal(err)
	}
	hi.stdout.await(t, "late\n")
	if !hi.running() {
		t.Error("the client ended before the server did")
	}
	conn.Close()
	hi.quietly(t)
	hi.stdout.awaitAll(t, "late\n")
}

func TestClientPrintsWhatArrivesMeanwhile(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	c := runTyped(t, client(t, r.tcp))
	r.awaitMembers(t, 2)
	alice.say(t, "meanwhile\n")
	c.stdout.awaitAll(t, "meanwhile\n")
	c.say(t, "hi")
	c.stdin.Close()
	c.quietly(t)
	alice.awaitAll(t, "hi")
}

// TestClientEndsAfterSilence is echo hi | bcast-client at a server that does not
// close its side.
func TestClientEndsAfterSilence(t *testing.T) {
	t.Parallel()
	address := freePort(t)
	_, port, _ := net.SplitHostPort(address)
	socat := command(tool(t, "socat"), "-d", "-d", "-t", "1000", "TCP-LISTEN:"+port+",bind=127.0.0.1", "-")
	server := runTyped(t, socat)
	server.stderr.await(t, "listening on ")

	begin := time.Now()
	hi := echo(t, "hi\n", client(t, address))
	server.stdout.awaitAll(t, "\x01hi\n") // the question for frames, which terminals do not show
	hi.quietly(t)
	if took := time.Since(begin); took < 4900*time.Millisecond || took > 9*time.Second {
		t.Errorf("the client ended after %v, want 1 s for a greeting and 5 s of silence", took)
	}
	hi.stdout.awaitAll(t, "")
}

// TestClientJoinsAnotherBroadcaster is echo hi | bcast-client at ncat --broker,
// of which some versions close their side then, and some do not.
func TestClientJoinsAnotherBroadcaster(t *testing.T) {
	t.Parallel()
	address := freePort(t)
	run(t, command(tool(t, "ncat"), append([]string{"-v", "-l", "--broker"}, likeNC("tcp", address)...)...)).
		stderr.await(t, "Listening on ")
	follow := runTyped(t, client(t, "--follow", address))
	follow.say(t, "I am here\n")
	for heard := false; !heard; { // who has connected is no member yet
		alice := runTyped(t, client(t, address))
		alice.say(t, "hello\n")
		alice.stdin.Close()
		alice.quietly(t)
		heard = strings.Contains(follow.stdout.String(), "hello\n")
	}
	follow.signal(t, syscall.SIGINT)
	follow.quietly(t)
}

// TestClientFollowsIntoAPipe is bcast-client --follow </dev/null | grep x.
func TestClientFollowsIntoAPipe(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			alice := r.join(t, "tcp", 1)
			follow, grep := pipeline(t, client(t, "--follow", r.tcp),
				command(tool(t, "grep"), "--line-buffered", "x"))
			r.awaitMembers(t, 2)
			alice.say(t, "x 1\nnothing\nx 2\n")
			grep.stdout.awaitAll(t, "x 1\nx 2\n")
			follow.signal(t, signal)
			follow.quietly(t)
			grep.quietly(t)
		})
	}
}

// pipeline is from </dev/null | to.
func pipeline(t *testing.T, from, to *exec.Cmd) (*process, *process) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from.Stdout, to.Stdin = write, read
	first, second := run(t, from), run(t, to)
	write.Close()
	read.Close()
	return first, second
}

// TestClientEndsQuietlyWithItsReader is bcast-client --follow </dev/null | head -1.
func TestClientEndsQuietlyWithItsReader(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	follow, head := pipeline(t, client(t, "--follow", r.tcp), command(tool(t, "head"), "-n1"))
	r.awaitMembers(t, 2)
	alice.say(t, "first\n")
	head.quietly(t)
	head.stdout.awaitAll(t, "first\n")
	if !follow.running() {
		t.Error("the client ended before it had anything to write")
	}
	alice.say(t, "second\n")
	follow.wantKilled(t, syscall.SIGPIPE) // as every program in a pipe
	if said := follow.stderr.String(); said != "" {
		t.Errorf("stderr: %q, want nothing", said)
	}
}

func TestClientReconnectsUnderFollow(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			tcp, unix := freePort(t), scratchPath()
			first := openRoomAt(t, tcp, unix)
			alice := first.join(t, "tcp", 1)
			follow := runTyped(t, client(t, append(likeClient(network, first.address(network)), "--follow")...))
			first.awaitMembers(t, 2)
			alice.say(t, "before\n")
			follow.stdout.awaitAll(t, "before\n")
			alice.conn.Close()
			first.signal(t, syscall.SIGTERM)
			first.wantExit(t, 0)
			follow.stderr.await(t, "connection lost: the server closed the connection; trying again in ")

			second := openRoomAt(t, tcp, unix)
			second.awaitMembers(t, 1)
			follow.stderr.await(t, "connected again; lines may be missing\n")
			alice = second.join(t, "tcp", 2)
			alice.say(t, "after\n")
			follow.stdout.awaitAll(t, "before\nafter\n")
			follow.say(t, "heard\n")
			alice.awaitAll(t, "heard\n")
			follow.signal(t, syscall.SIGINT)
			follow.wantExit(t, 0)
		})
	}
}

func TestClientSaysThatItCannotConnect(t *testing.T) {
	t.Parallel()
	const hint = "  is a server running there? start one with: bcast-server\n"
	address, path := freePort(t), scratchPath()
	for _, args := range [][]string{{address}, {address, "--follow"}} {
		run(t, client(t, args...)).complains(t, 1,
			"bcast-client: cannot connect to "+address+": connection refused\n"+hint)
	}
	run(t, client(t, "unix:"+path)).complains(t, 1,
		"bcast-client: cannot connect to "+path+": no such socket\n"+hint)
}

func TestClientSaysThatTheConnectionIsLost(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			alice := r.join(t, "tcp", 1)
			c := runTyped(t, client(t, "--timeout", "0s", r.tcp))
			r.awaitMembers(t, 2)
			alice.say(t, "hello\n")
			c.stdout.awaitAll(t, "hello\n")
			r.signal(t, signal)
			c.complains(t, 1, "bcast-client: connection lost: the server closed the connection: the input was not sent to its end\n"+
				"  send the rest again, or use --follow to connect again after a break\n")
			alice.conn.Close()
			r.wait(t)
		})
	}
}

func TestClientTellsUsageFromFailure(t *testing.T) {
	t.Parallel()
	run(t, client(t, "--no-such-flag")).complains(t, 2,
		"bcast-client: unknown flag --no-such-flag\n  see bcast-client --help\n")
}

// TestClientIsNCByteForByte sends a file through both, without a last newline.
func TestClientIsNCByteForByte(t *testing.T) {
	t.Parallel()
	file := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{}).Read(file)
	file[len(file)-1] = 'x'

	for _, w := range ways {
		if w.name != "bcast-client" && w.name != "nc.openbsd-N" {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			nc := runTyped(t, command(tool(t, "nc.openbsd"), likeNC("tcp", r.tcp)...))
			c := runTyped(t, client(t, r.tcp))
			r.awaitMembers(t, 2)
			cmd := w.command(t, r, "tcp")
			cmd.Stdin = bytes.NewReader(file)
			run(t, cmd).quietly(t)
			nc.stdout.awaitAll(t, string(file))
			c.stdout.awaitAll(t, string(file))
		})
	}
}

func TestClientPutsItsNameBeforeEachLine(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	echo(t, "hello\n\nhow are you?\r\nbye", client(t, "--name", "alice", r.tcp)).quietly(t)
	r.awaitMembers(t, 1)
	alice.awaitAll(t, "alice: hello\nalice: \nalice: how are you?\r\nalice: bye")
}

func TestClientTakesArgumentsInAnyOrder(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	for _, args := range [][]string{
		{r.tcp, "--name", "x"},
		{"--name", "x", r.tcp},
		{"--name=x", r.tcp, "--no-tui"},
		{r.tcp, "--no-tui", "--name=x"},
		{"--no-tui", r.tcp, "--name", "x"},
		{"--name", "x", "--", r.tcp},
		{"unix:" + r.unix, "--name", "x"},
	} {
		alice := r.join(t, "tcp", 1)
		echo(t, "hi\n", client(t, args...)).quietly(t)
		alice.awaitAll(t, "x: hi\n")
		alice.conn.Close()
		r.awaitMembers(t, 0)
	}
}
