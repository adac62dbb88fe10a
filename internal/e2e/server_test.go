//go:build unix

package e2e_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// much is more than the buffers of a connection hold, and less than the backlog.
var much = strings.Repeat(strings.Repeat("all of it ", 40)+"\n", 12<<20/401)

// saidMuch lets a member join that is sent much, with the n members that are in
// the room, and reads none of it.
func saidMuch(t *testing.T, r *room, n int) (slow *member) {
	t.Helper()
	slow = r.dial(t, "tcp", n+1)
	alice := r.join(t, "tcp", n+2)
	alice.say(t, much)
	alice.finish(t)
	alice.awaitClosed(t) // the server has accepted everything
	r.awaitMembers(t, n+1)
	return slow
}

func TestContract10_StoppedServerDeliversEverything(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			nc := run(t, command(tool(t, "nc.openbsd"), likeNC("tcp", r.tcp)...))
			r.awaitMembers(t, 1)
			c := run(t, client(t, "--follow", "unix:"+r.unix))
			r.awaitMembers(t, 2)
			slow := saidMuch(t, r, 2)

			r.signal(t, signal)
			r.stderr.await(t, "msg=stopping")
			await(t, func() bool {
				conn, err := net.Dial("tcp", r.tcp)
				if err == nil {
					conn.Close()
				}
				return err != nil
			}, func() string { return "the server goes on accepting" })
			if !r.running() {
				t.Fatal("the server ended before everything was delivered")
			}
			slow.listen(t)
			slow.awaitClosed(t)
			slow.awaitAll(t, much)
			nc.quietly(t)
			nc.stdout.awaitAll(t, much)
			c.stdout.awaitAll(t, much)
			c.signal(t, syscall.SIGINT) // it would try to connect again
			r.wantExit(t, 0)
		})
	}
}

func TestContract10_SecondSignalEndsTheServerAtOnce(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			saidMuch(t, r, 0)
			r.signal(t, syscall.SIGTERM)
			r.stderr.await(t, "msg=stopping")
			begin := time.Now()
			r.signal(t, signal)
			r.wantKilled(t, signal)
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("the server ended after %v, want at once", took)
			}
		})
	}
}

func TestContract10_UndeliveredIsToldAfterTheTimeToDrain(t *testing.T) {
	t.Parallel()
	r := openRoom(t, "--drain-timeout", "300ms")
	slow := saidMuch(t, r, 0)
	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 1)
	for _, want := range []string{
		"reason=undelivered",
		"remote=" + slow.conn.LocalAddr().String(),
		"bcast-server: stopped before 1 member",
		"give them longer with --drain-timeout",
	} {
		if !strings.Contains(r.stderr.String(), want) {
			t.Errorf("the server does not say %q", want)
		}
	}
}

func TestServerRefusesAnAddressInUse(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	run(t, serverAt(t, r.tcp, scratchPath())).complains(t, 1,
		"bcast-server: cannot listen on "+r.tcp+": the address is in use\n"+
			"  stop the program that has the port, or choose another one with --listen\n")
	run(t, serverAt(t, "127.0.0.1:0", r.unix)).complains(t, 1,
		"bcast-server: cannot listen on unix:"+r.unix+": the address is in use\n"+
			"  another server answers there: stop it, or choose another path with --listen\n")

	r.join(t, "tcp", 1)
	r.join(t, "unix", 2) // the refused ones have done no harm
}

func TestServerReplacesAStaleSocket(t *testing.T) {
	t.Parallel()
	dead := openRoom(t)
	dead.signal(t, syscall.SIGKILL)
	dead.wait(t)
	if info, err := os.Lstat(dead.unix); err != nil || info.Mode().Type() != os.ModeSocket {
		t.Fatalf("the killed server left %v, %v; want its socket", info, err)
	}
	r := openRoomAt(t, "127.0.0.1:0", dead.unix)
	r.join(t, "unix", 1).conn.Close()
	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 0)
	if _, err := os.Lstat(r.unix); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestServerLeavesAFileThatIsNoSocket(t *testing.T) {
	t.Parallel()
	path := scratchPath()
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, serverAt(t, "127.0.0.1:0", path)).complains(t, 1,
		"bcast-server: cannot listen on unix:"+path+": the file exists and is not a socket\n"+
			"  remove the file, or choose another path with --listen\n")
	if mine, err := os.ReadFile(path); err != nil || string(mine) != "mine" {
		t.Errorf("the file has %q, %v", mine, err)
	}
}

// TestServerSaysHowToJoin runs what the log says.
func TestServerSaysHowToJoin(t *testing.T) {
	t.Parallel()
	tool(t, "nc.openbsd") // nc is that one where several are installed; the others have no -U
	path := scratchPath()
	server := run(t, command(program(t, "bcast-server"), "--log-level", "debug",
		"--listen", "localhost:0", "--listen", ":0", "--listen", "unix:"+path))
	server.stderr.await(t, `join="nc -U `+path+`"`) // the last one
	said := listening.FindAllStringSubmatch(server.stderr.String(), -1)
	if len(said) < 3 {
		t.Fatalf("the server says how to join %d listeners, want 3, or 4 on a machine with IPv6", len(said))
	}

	r := &room{process: server, tcp: said[0][1]}
	alice := r.join(t, "tcp", 1)
	for n, listener := range said {
		t.Run(listener[2], func(t *testing.T) {
			join := strings.Fields(listener[2])
			nc := runTyped(t, command(tool(t, join[0]), join[1:]...))
			r.awaitMembers(t, 2)
			nc.say(t, fmt.Sprintf("hi from %d\n", n))
			alice.await(t, fmt.Sprintf("hi from %d\n", n))
			alice.say(t, "hello\n")
			nc.stdout.awaitAll(t, "hello\n")
			nc.signal(t, syscall.SIGKILL)
			r.awaitMembers(t, 1)
		})
	}
}

// TestContract05_HTTPIsRefused speaks HTTP as browsers do.
func TestContract05_HTTPIsRefused(t *testing.T) {
	t.Parallel()
	requests := map[string]func(t *testing.T, address string) string{
		"Go": func(t *testing.T, address string) string {
			patient := http.Client{Timeout: patience}
			response, err := patient.Post("http://"+address+"/", "text/plain", strings.NewReader("evil\n"))
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			return fmt.Sprint(response.StatusCode)
		},
		"curl": func(t *testing.T, address string) string {
			p := run(t, command(tool(t, "curl"), "--silent", "--noproxy", "*", "--output", os.DevNull, "--write-out", "%{http_code}",
				"--data-binary", "evil\n", "http://"+address+"/"))
			p.quietly(t)
			return p.stdout.String()
		},
	}
	for name, request := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			alice := r.join(t, "tcp", 1)
			if status := request(t, r.tcp); status != "400" {
				t.Errorf("the status is %q, want 400", status)
			}
			r.awaitMembers(t, 1)
			bob := r.join(t, "tcp", 2)
			bob.say(t, "the end\n")
			alice.awaitAll(t, "the end\n")
		})
	}
}
