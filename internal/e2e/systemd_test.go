//go:build linux

package e2e_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A manager keeps sockets open and gives them to servers, as systemd does.
type manager struct {
	files []*os.File
	names []string
	tcp   string // where the last of the TCP sockets listens
}

// keep listens on a socket of a name. Only the descriptor is kept, so that nobody accepts.
func (m *manager) keep(t *testing.T, name, network, address string) {
	t.Helper()
	var lc net.ListenConfig
	lc.SetMultipathTCP(false) // as with a socket unit that does not ask for it
	ln, err := lc.Listen(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	if unix, ok := ln.(*net.UnixListener); ok {
		unix.SetUnlinkOnClose(false)
	} else {
		m.tcp = ln.Addr().String()
	}
	m.give(t, name, ln)
	ln.Close()
}

// give has a copy of the descriptor of something given.
func (m *manager) give(t *testing.T, name string, of any) {
	t.Helper()
	file, err := of.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	m.files, m.names = append(m.files, file), append(m.names, name)
}

// server is the command of a server that is given the sockets.
func (m *manager) server(t *testing.T, flags ...string) *exec.Cmd {
	t.Helper()
	args := append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, program(t, "bcast-server")}, flags...)
	cmd := command("/bin/sh", args...)
	cmd.ExtraFiles = m.files
	cmd.Env = append(cmd.Env, "LISTEN_FDS="+strconv.Itoa(len(m.files)), "LISTEN_FDNAMES="+strings.Join(m.names, ":"))
	return cmd
}

// start starts a server and waits until it listens.
func (m *manager) start(t *testing.T, flags ...string) *room {
	t.Helper()
	r := &room{process: run(t, m.server(t, flags...)), tcp: m.tcp}
	await(t, func() bool {
		return len(listening.FindAllString(r.stderr.String(), -1)) == len(m.files) || !r.running()
	}, func() string { return "the server does not say where it listens" })
	if !r.running() {
		t.Fatalf("the server did not start: %s", r.stderr)
	}
	return r
}

func TestServerTakesTheSocketsThatItIsGiven(t *testing.T) {
	t.Parallel()
	v := newVault(t, "127.0.0.1")
	path := scratchPath()
	var m manager
	m.keep(t, "tls", "tcp", "127.0.0.1:0")
	secured := m.tcp
	m.keep(t, "plain", "unix", path)
	m.keep(t, "", "tcp", "127.0.0.1:0")
	elsewhere := freePort(t)
	r := m.start(t, "--log-level", "debug", "--listen", elsewhere, "--tls-cert", v.file("crt"), "--tls-key", v.file("key"))
	r.unix = path
	for _, join := range []string{"bcast-client tls://" + secured, "nc -U " + path, "nc 127.0.0.1 " + m.tcp[len("127.0.0.1:"):]} {
		r.stderr.await(t, `join="`+join+`"`)
	}
	if conn, err := net.Dial("tcp", elsewhere); err == nil {
		conn.Close()
		t.Error("it listens on the address of --listen, too")
	}

	alice, bob := r.join(t, "unix", 1), r.join(t, "tcp", 2)
	hanako := runTyped(t, client(t, "tls://"+secured, "--pin", v.pin, "--name", "hanako"))
	r.awaitMembers(t, 3)
	hanako.say(t, "hello\n")
	alice.awaitAll(t, "hanako: hello\n")
	bob.awaitAll(t, "hanako: hello\n")

	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 0)
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != os.ModeSocket {
		t.Errorf("the Unix socket is not left to who made it: %v, %v", info, err)
	}
}

func TestGivenSocketsThatEverybodyMayJoinAtAreWarnedOf(t *testing.T) {
	t.Parallel()
	v := newVault(t, "127.0.0.1")
	var m manager
	m.keep(t, "plain", "tcp", "127.0.0.1:0")
	m.keep(t, "", "tcp", "0.0.0.0:0")
	m.keep(t, "tls", "tcp", "0.0.0.0:0")
	r := m.start(t, "--tls-client-ca", v.file("crt"), "--tls-cert", v.file("crt"), "--tls-key", v.file("key"))
	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 0)
	checkWarned(t, r, map[bool]bool{false: true, true: false})
}

func TestServerIsActivatedBySystemd(t *testing.T) {
	t.Parallel()
	address := freePort(t)
	args := []string{"--listen", address, "--fdname", "plain", program(t, "bcast-server"), "--log-level", "debug"}
	r := &room{process: run(t, command(tool(t, "systemd-socket-activate"), args...)), tcp: address}
	r.stderr.await(t, "Listening on "+address)
	alice := r.dial(t, "tcp", 1) // the connection that starts the server
	alice.listen(t)
	bob := r.join(t, "tcp", 2)
	alice.say(t, "was anybody here before?\n")
	bob.awaitAll(t, "was anybody here before?\n")
	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 0)
}

func TestServerRefusesSocketsThatAreOfNoUse(t *testing.T) {
	t.Parallel()
	v := newVault(t, "127.0.0.1")
	pair := []string{"--tls-cert", v.file("crt"), "--tls-key", v.file("key")}
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { packets.Close() })
	for _, test := range []struct {
		name, socket string
		of           any // nil: a TCP socket
		flags        []string
		says         string
	}{
		{"TLS without a certificate", "tls", nil, nil, "a socket for TLS, which needs --tls-cert and --tls-key"},
		{"a certificate without TLS", "bcast.socket", nil, pair, "there are settings for TLS, and the service manager gives no socket for it"},
		{"authorities without TLS", "plain", nil, []string{"--tls-client-ca", v.file("crt")}, "the service manager gives no socket for it"},
		{"a certificate without its key", "tls", nil, pair[:2], "TLS needs --tls-cert and --tls-key"},
		{"packets", "plain", packets, nil, `cannot listen on the socket "plain" of the service manager`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var m manager
			if test.of == nil {
				m.keep(t, test.socket, "tcp", "127.0.0.1:0")
			} else {
				m.give(t, test.socket, test.of)
			}
			p := run(t, m.server(t, test.flags...))
			p.wait(t)
			if said := p.stderr.String(); !strings.Contains(said, test.says) || p.cmd.ProcessState.Success() {
				t.Errorf("it ends with %v and says %q, want %q", p.cmd.ProcessState, said, test.says)
			}
		})
	}
}

// TestServerIgnoresSocketsThatAreForAnother has the variables that a parent was started with.
func TestServerIgnoresSocketsThatAreForAnother(t *testing.T) {
	t.Parallel()
	cmd := serverAt(t, "127.0.0.1:0", scratchPath())
	cmd.Env = append(cmd.Env, "LISTEN_FDS=1", fmt.Sprint("LISTEN_PID=", os.Getpid()))
	p := run(t, cmd)
	p.stderr.await(t, `join="nc 127.0.0.1`)
	p.signal(t, syscall.SIGTERM)
	p.wantExit(t, 0)
}

// monotonic is the time at which the server began to read its files again.
var monotonic = regexp.MustCompile(`^RELOADING=1\nMONOTONIC_USEC=([0-9]+)$`)

func TestServerTellsTheServiceManagerHowItDoes(t *testing.T) {
	t.Parallel()
	path := scratchPath()
	told, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer told.Close()
	next := func() string {
		t.Helper()
		_ = told.SetReadDeadline(time.Now().Add(patience))
		buf := make([]byte, 4096)
		n, err := told.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	want := func(state string) {
		t.Helper()
		if got := next(); got != state {
			t.Fatalf("the service manager is told %q, want %q", got, state)
		}
	}

	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var m manager
	m.keep(t, "plain", "tcp", "127.0.0.1:0")
	cmd := m.server(t, "--token-file", token, "--drain-timeout", "3s")
	cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+path)
	p := run(t, cmd)
	want("STATUS=Listening on " + m.tcp)
	want("READY=1")

	p.signal(t, syscall.SIGHUP) // at once: it must not end the server
	if state := next(); !monotonic.MatchString(state) {
		t.Fatalf("the service manager is told %q, want when it began to reload", state)
	}
	want("READY=1")
	p.stderr.await(t, `msg="read again" what=token`) // the log may come later
	p.signal(t, syscall.SIGTERM)
	want("STATUS=Stopping: members have 3s to read the rest")
	want("STOPPING=1\nEXTEND_TIMEOUT_USEC=13000000") // 3 s, and 10 s for what comes after
	p.wantExit(t, 0)
}
