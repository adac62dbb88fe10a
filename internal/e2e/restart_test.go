//go:build linux

package e2e_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// stopped is what the log says of how much the room has accepted.
const stopped = "msg=stopped published_bytes="

// published returns how much the room of a server that has ended had accepted.
func (r *room) published(t *testing.T) int {
	t.Helper()
	_, after, _ := strings.Cut(r.stderr.String(), stopped)
	n, err := strconv.Atoi(strings.Fields(after + " ?")[0])
	if err != nil {
		t.Fatalf("the server does not say how much it has accepted: %v", err)
	}
	return n
}

// TestContract10_StoppedInTheMiddleOfAMillionLines has readers of each kind compare what
// they got with what the room says that it accepted.
func TestContract10_StoppedInTheMiddleOfAMillionLines(t *testing.T) {
	t.Parallel()
	const lines, size = 1_000_000, 64
	var said strings.Builder
	for n := range lines {
		fmt.Fprintf(&said, "%0*d\n", size-1, n)
	}
	for _, senders := range []int{1, 3} {
		t.Run(fmt.Sprint(senders, " senders"), func(t *testing.T) {
			r := openRoom(t)
			tcp, unix := r.join(t, "tcp", 1), r.join(t, "unix", 2)
			framed := run(t, client(t, "--follow", r.tcp))
			r.awaitMembers(t, 3)

			var sending sync.WaitGroup
			for n := range senders {
				conn := r.dial(t, "tcp", 4+n).conn
				sending.Go(func() { _, _ = io.Copy(io.Discard, conn) })
				sending.Go(func() { _, _ = io.WriteString(conn, said.String()) }) // the server ends it
			}
			await(t, func() bool { return tcp.len() > lines*size/10 }, func() string { return "no lines come" })
			r.signal(t, syscall.SIGTERM)
			r.wantExit(t, 0)
			sending.Wait()
			framed.signal(t, syscall.SIGINT) // it would try to connect again
			framed.wait(t)

			accepted := r.published(t)
			if accepted == senders*lines*size {
				t.Fatal("the server stopped when all was said")
			}
			tcp.awaitClosed(t)
			unix.awaitClosed(t)
			all := tcp.String()
			if len(all) != accepted {
				t.Fatalf("accepted were %d bytes, a reader got %d", accepted, len(all))
			}
			if unix.String() != all || framed.stdout.String() != all {
				t.Errorf("readers got %d bytes over TCP, %d over a Unix socket, %d in frames; not the same",
					len(all), unix.len(), framed.stdout.len())
			}
			wantBeginnings(t, all, said.String(), senders)
		})
	}
}

// wantBeginnings checks that all is made of as many beginnings of said as there are
// senders, of which each said the same.
func wantBeginnings(t *testing.T, all, said string, senders int) {
	t.Helper()
	if senders == 1 {
		if !strings.HasPrefix(said, all) {
			t.Error("what was delivered is not what was said first")
		}
		return
	}
	// A line is due to come from a sender that has said all before it.
	next := make(map[string]int, senders) // senders, by the line that is theirs to say
	first, _, _ := strings.Cut(said, "\n")
	next[first] = senders
	for line := range strings.Lines(all) {
		line = strings.TrimSuffix(line, "\n")
		if next[line] == 0 {
			t.Fatalf("not the next line of any sender: %s", quote(line))
		}
		n, _ := strconv.Atoi(line)
		next[line]--
		next[fmt.Sprintf("%0*d", len(line), n+1)]++
	}
}

// A prober connects all the time, and counts who is refused.
type prober struct {
	tries, refused atomic.Int64
	stop           func()
}

func probe(t *testing.T, address string) *prober {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	p := &prober{stop: func() { cancel(); <-done }}
	go func() {
		defer close(done)
		var dialer net.Dialer
		often := time.NewTicker(time.Millisecond)
		defer often.Stop()
		for ; ctx.Err() == nil; <-often.C {
			conn, err := dialer.DialContext(ctx, "tcp", address)
			switch {
			case err == nil:
				p.tries.Add(1)
				conn.Close()
			case ctx.Err() == nil:
				p.refused.Add(1)
			}
		}
	}()
	t.Cleanup(p.stop)
	return p
}

// wantNobodyRefused waits until it has connected some more.
func (p *prober) wantNobodyRefused(t *testing.T) {
	t.Helper()
	begun := p.tries.Load()
	await(t, func() bool { return p.tries.Load() > begun+100 || p.refused.Load() > 0 },
		func() string { return "nobody can connect" })
	if n := p.refused.Load(); n > 0 {
		t.Errorf("%d were refused", n)
	}
}

// backSoon is for how long a restart may be noticed.
const backSoon = 2 * time.Second

func TestKilledServerRefusesNobodyAndItsClientsComeBack(t *testing.T) {
	t.Parallel()
	var m manager
	m.keep(t, "plain", "tcp", "127.0.0.1:0")
	r := m.start(t, "--log-level", "debug")
	killed(t, r, func() int { return r.cmd.Process.Pid }, func() { r = m.start(t) })
	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 0)
}

// respawn starts a server again whenever it is gone, and says which process it is. It keeps
// the descriptors that it was given itself.
const respawn = `while :; do sh -c 'echo pid=$$ >&2; LISTEN_PID=$$ exec "$0" "$@"' "$0" "$@"; done`

// isProcess finds what respawn says.
var isProcess = regexp.MustCompile(`(?m)^pid=([0-9]+)$`)

func TestKilledServerIsActivatedAgain(t *testing.T) {
	t.Parallel()
	address := freePort(t)
	cmd := command(tool(t, "systemd-socket-activate"), "--listen", address, "sh", "-c", respawn, program(t, "bcast-server"), "--log-level", "debug")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p := run(t, cmd)
	defer func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }() // the servers, too
	p.stderr.await(t, "Listening on "+address)
	pids := func() [][]string { return isProcess.FindAllStringSubmatch(p.stderr.String(), -1) }
	last := func() int {
		all := pids()
		pid, _ := strconv.Atoi(all[len(all)-1][1])
		return pid
	}
	known := 1
	killed(t, &room{process: p, tcp: address}, last, func() {
		await(t, func() bool { return len(pids()) > known }, func() string { return "there is no other server" })
		known++
	})
}

// killed kills a server several times that has joined clients, each time while it has not
// read what was sent to it. pid is which process the server is, again waits for the next.
func killed(t *testing.T, r *room, pid func() int, again func()) {
	t.Helper()
	address := r.tcp
	alice := runTyped(t, client(t, "--name", "alice", address))
	r.awaitMembers(t, 1)
	bob := runTyped(t, client(t, "--name", "bob", address))
	r.awaitMembers(t, 2)
	alice.say(t, "before\n")
	bob.stdout.awaitAll(t, "alice: before\n")
	prober := probe(t, address)

	want := "alice: before\n"
	for n := range 3 {
		prober.wantNobodyRefused(t)
		server := pid()
		stop(t, server)
		line := fmt.Sprintf("nobody has read this yet %d\n", n)
		alice.say(t, line)
		await(t, func() bool { return hasUnread(t, address, line) }, func() string { return "the line is not on its way" })

		if err := syscall.Kill(server, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		again()
		want += "alice: " + line
		bob.stdout.awaitAll(t, want)
		soon := backSoon
		if withRace() {
			soon *= 2 // the clients are slow then
		}
		if took := time.Since(begun); took > soon {
			t.Errorf("alice and bob are back after %v, want %v at most", took, soon)
		}
	}
	bob.say(t, "there you are\n")
	alice.stdout.awaitAll(t, "bob: there you are\n")
	prober.wantNobodyRefused(t)
	prober.stop()
	alice.stdin.Close()
	alice.wantExit(t, 0)
}

// stop has a process stand still, as a whole.
func stop(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		if err != nil {
			t.Fatal(err)
		}
		return len(threads) > 0 && !slices.ContainsFunc(threads, func(path string) bool {
			stat, err := os.ReadFile(path)
			_, after, _ := strings.Cut(string(stat), ") ") // the name may have spaces
			return err == nil && !strings.HasPrefix(after, "T")
		})
	}, func() string { return "the server does not stop" })
}

// hasUnread tells whether the system has as much as a line for the server on one of its
// connections: see proc_net_tcp in the kernel's documentation.
func hasUnread(t *testing.T, server, line string) bool {
	t.Helper()
	table, err := os.ReadFile("/proc/self/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(server)
	number, _ := strconv.Atoi(port)
	for row := range strings.Lines(string(table)) {
		fields := strings.Fields(row)
		const local, state, queues = 1, 3, 4
		if len(fields) <= queues || !strings.HasSuffix(fields[local], fmt.Sprintf(":%04X", number)) || fields[state] != "01" {
			continue
		}
		_, unread, _ := strings.Cut(fields[queues], ":")
		if n, _ := strconv.ParseInt(unread, 16, 64); int(n) >= len(line) {
			return true
		}
	}
	return false
}

// TestWhoConnectsDuringADrainWaitsForTheNextServer has a member that keeps the server from ending.
func TestWhoConnectsDuringADrainWaitsForTheNextServer(t *testing.T) {
	t.Parallel()
	var m manager
	m.keep(t, "plain", "tcp", "127.0.0.1:0")
	r := m.start(t, "--log-level", "debug")
	stays := r.dial(t, "tcp", 1)
	r.signal(t, syscall.SIGTERM)
	r.stderr.await(t, "msg=stopping")
	conn, err := net.Dial("tcp", m.tcp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	late := &member{conn: conn, output: new(output), closed: make(chan struct{})}
	late.listen(t)
	stays.conn.Close()
	r.wantExit(t, 0)
	if strings.Count(r.stderr.String(), "msg=connected") > 1 || late.len() > 0 {
		t.Errorf("who came late was let in, or got %q", late)
	}

	r = m.start(t, "--log-level", "debug")
	r.awaitMembers(t, 1)
	other := r.join(t, "tcp", 2)
	other.say(t, "hello\n")
	late.awaitAll(t, "hello\n")
	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 0)
}

// TestRestartedServerLosesNothing has a client talk all the time, while servers come and
// go. Who comes back later than others gets what was said meanwhile from the history.
func TestRestartedServerLosesNothing(t *testing.T) {
	t.Parallel()
	var m manager
	m.keep(t, "plain", "tcp", "127.0.0.1:0")
	r := m.start(t, "--history", "100000", "--log-level", "debug")
	bob := runTyped(t, client(t, "--name", "bob", m.tcp))
	r.awaitMembers(t, 1)
	alice := runTyped(t, client(t, "--name", "alice", m.tcp))
	r.awaitMembers(t, 2)
	prober := probe(t, m.tcp)

	stop, talked := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { talked <- n }()
		out := bufio.NewWriter(alice.stdin)
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
			for range 10 {
				fmt.Fprintf(out, "%d\n", n)
				n++
			}
			if err := out.Flush(); err != nil && !errors.Is(err, os.ErrClosed) {
				return
			}
		}
	}()
	for range 3 {
		begun := bob.stdout.len()
		await(t, func() bool { return bob.stdout.len() > begun+1000 }, func() string { return "nothing comes of what alice says" })
		prober.wantNobodyRefused(t)
		r.signal(t, syscall.SIGTERM)
		r.wantExit(t, 0)
		r = m.start(t, "--history", "100000")
	}
	prober.wantNobodyRefused(t)
	prober.stop()
	close(stop)
	lines := <-talked
	alice.stdin.Close()
	alice.wantExit(t, 0)
	bob.stdout.await(t, fmt.Sprintf("alice: %d\n", lines-1))
	n := 0
	for line := range strings.Lines(bob.stdout.String()) {
		if want := fmt.Sprintf("alice: %d\n", n); line != want {
			t.Fatalf("line %d of %d is %q, want %q", n, lines, line, want)
		}
		n++
	}
	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 0)
}
