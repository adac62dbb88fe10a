//go:build unix

package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A controlled room is one that an operator can ask.
type controlled struct {
	*room
	socket, settings string // the settings file
}

// openControlled starts a server with a settings file, in which nothing is set.
func openControlled(t *testing.T, flags ...string) controlled {
	t.Helper()
	return openControlledOf(t, 2, "", flags...)
}

// openControlledOf is openControlled for a server with more listeners than two, and
// settings.
func openControlledOf(t *testing.T, listeners int, settings string, flags ...string) controlled {
	t.Helper()
	c := controlled{socket: scratchPath(), settings: filepath.Join(t.TempDir(), "server.toml")}
	c.set(t, settings)
	c.room = openRoomOf(t, listeners, "127.0.0.1:0", scratchPath(), append(flags, "--control", c.socket, "--config", c.settings)...)
	return c
}

func (c controlled) set(t *testing.T, settings string) {
	t.Helper()
	if err := os.WriteFile(c.settings, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ctl asks, and waits for the exit code.
func (c controlled) ctl(t *testing.T, code int, args ...string) *process {
	t.Helper()
	p := run(t, command(program(t, "bcast-server"), append([]string{"ctl", "--control", c.socket}, args...)...))
	p.wantExit(t, code)
	return p
}

// says checks what ctl printed, by a pattern.
func (p *process) says(t *testing.T, pattern string) {
	t.Helper()
	if said := p.stdout.String() + p.stderr.String(); !regexp.MustCompile("(?m)" + pattern).MatchString(said) {
		t.Errorf("%s says\n%s\nwant %s", p, said, pattern)
	}
}

func TestOperatorSeesAndActs(t *testing.T) {
	t.Parallel()
	c := openControlled(t)
	alice := c.join(t, "tcp", 1)
	me := runTyped(t, command(program(t, "bcast-client"), "--name", "花子", "--follow", "unix:"+c.unix))
	c.awaitMembers(t, 2)
	me.say(t, "hello\n")
	alice.awaitAll(t, "花子: hello\n")

	members := c.ctl(t, 0, "members")
	members.says(t, `\AID +ADDRESS +DIALECT +AGE +RECEIVED +SENT +BEHIND +NAME\n`)
	members.says(t, `^1 +`+regexp.QuoteMeta(alice.conn.LocalAddr().String())+` +plain +\d+s +0 B +14 B +0 B +guest-\d+$`)
	members.says(t, `^2 +`+regexp.QuoteMeta(c.unix)+` +framed +\d+s +\d+ B +\d+ B +0 B +花子$`)
	var listed []struct {
		ID            uint64
		Name, Dialect string
	}
	if err := json.Unmarshal([]byte(c.ctl(t, 0, "--json", "members").stdout.String()), &listed); err != nil || len(listed) != 2 || listed[1].Name != "花子" {
		t.Errorf("for programs, members are %+v, %v", listed, err)
	}
	c.ctl(t, 0, "status").says(t, `^members +2, of which framed: 1\n`)

	kick := c.ctl(t, 1, "kick", "1", "77", "78")
	kick.says(t, `^1 is out$`)
	kick.says(t, `^bcast-server: no such connection: 77 78\n  see who is there with: bcast-server ctl members$`)
	alice.awaitClosed(t)
	alice.conn.Close()
	c.awaitMembers(t, 1)

	c.ctl(t, 0, "suspend").says(t, `^suspended: `)
	if conn, err := net.Dial("tcp", c.tcp); err == nil {
		t.Errorf("somebody could connect while the room was suspended: %v to %v", conn.LocalAddr(), conn.RemoteAddr())
		conn.Close()
	}
	c.ctl(t, 0, "resume").says(t, `^open: `)

	bob := c.join(t, "tcp", 2)
	c.ctl(t, 0, "ban", "127.0.0.1", "--for", "90m").says(t, `^127\.0\.0\.1/32 is banned for 1h30m0s, connections ended: 1$`)
	bob.awaitClosed(t)
	c.ctl(t, 0, "bans").says(t, `\AADDRESS +ENDS IN\n127\.0\.0\.1/32 +1h(30m0|29m5\d)s$`)
	c.ctl(t, 1, "unban", "127.0.0.0/8").says(t, `^bcast-server: 127\.0\.0\.0/8 is not banned\n  ask for the bans`)
	c.ctl(t, 0, "unban", "127.0.0.1").says(t, `^127\.0\.0\.1/32 is not banned any more$`)
	c.ctl(t, 1, "ban", "everybody").says(t, `"everybody" is no address`)
	c.join(t, "tcp", 2).say(t, "back\n")
	me.stdout.await(t, "back\n")
	me.signal(t, syscall.SIGINT)
}

func TestBanCountsForWhoHasStillToTellTheToken(t *testing.T) {
	t.Parallel()
	v := newVault(t, "127.0.0.1")
	c := openControlled(t, "--token-file", v.file("token"))
	conn, err := net.Dial("tcp", c.tcp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	await(t, func() bool {
		return regexp.MustCompile(`"accepted": ?1`).MatchString(c.ctl(t, 0, "--json", "status").stdout.String())
	},
		func() string { return "nobody has come" })
	c.ctl(t, 0, "ban", "127.0.0.1").says(t, `connections ended: 0$`)
	if _, err := conn.Write([]byte(token + "\n")); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || len(got) > 0 {
		t.Errorf("%q comes, %v", got, err)
	}
	c.signal(t, syscall.SIGTERM)
	c.wantExit(t, 0)
	c.stderr.await(t, "refused.banned=1")
}

func TestControlSocketIsTheServersUsersAlone(t *testing.T) {
	t.Parallel()
	c := openControlled(t)
	if info, err := os.Lstat(c.socket); err != nil || info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("the socket is %v, %v", info, err)
	}
	c.signal(t, syscall.SIGKILL)
	c.wait(t)
	c.ctl(t, 1, "status").says(t, `^bcast-server: no server answers at .*\n  start the server with --control `)

	heir := openRoom(t, "--control", c.socket) // in the place of what the dead one has left
	c.ctl(t, 0, "status").says(t, `^state +open$`)
	run(t, serverAt(t, "127.0.0.1:0", scratchPath(), "--control", c.socket)).complains(t, 1,
		"bcast-server: cannot listen on unix:"+c.socket+": the address is in use\n"+
			"  another server answers there: stop it, or choose another path with --control\n",
	)
	heir.signal(t, syscall.SIGTERM)
	heir.wantExit(t, 0)
	if _, err := os.Lstat(c.socket); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

// TestOperatorEndsTheWaitOfAServerThatStops puts out who holds it up.
func TestOperatorEndsTheWaitOfAServerThatStops(t *testing.T) {
	t.Parallel()
	c := openControlled(t, "--drain-timeout", "10m")
	saidMuch(t, c.room, 0)
	c.signal(t, syscall.SIGTERM)
	c.stderr.await(t, "msg=stopping")
	c.ctl(t, 0, "status").says(t, `^state +stopping$`)
	c.ctl(t, 1, "suspend").says(t, `^bcast-server: the server is stopping\n`)
	c.ctl(t, 1, "reload").says(t, `^bcast-server: the server is stopping\n`)
	c.ctl(t, 0, "kick", "1")
	c.wantExit(t, 0) // that it has not got everything is what the operator wanted
}

// reloads are the ways to have a server read again.
var reloads = map[string]func(*testing.T, controlled){
	"ctl": func(t *testing.T, c controlled) { c.ctl(t, 0, "reload") },
	"SIGHUP": func(t *testing.T, c controlled) {
		before := strings.Count(c.stderr.String(), `what=--log-level`)
		c.signalOnly(t, syscall.SIGHUP)
		await(t, func() bool { return strings.Count(c.stderr.String(), `what=--log-level`) > before },
			func() string { return "the server does not say that it has read again" })
	},
}

// signalOnly sends a signal that does not end the process.
func (c controlled) signalOnly(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := c.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

func TestReloadChangesWhatItCan(t *testing.T) {
	t.Parallel()
	for name, reload := range reloads {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVault(t, "127.0.0.1")
			c := openControlled(t, "--token-file", v.file("token"))
			alice := c.join(t, "unix", 0)
			alice.say(t, token+"\n")
			c.awaitMembers(t, 1)
			c.refuses(t, false)

			const other = "wrong donkey generator"
			if err := os.WriteFile(v.file("token"), []byte(other+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			c.set(t, `deny = ["127.0.0.0/8"]`)
			reload(t, c)
			c.refuses(t, true)
			bob := c.join(t, "unix", 1)
			bob.say(t, other+"\n")
			c.awaitMembers(t, 2)
			bob.say(t, "hello\n")
			alice.awaitAll(t, "hello\n") // the change of the token has not put her out

			c.set(t, "")
			reload(t, c)
			c.refuses(t, false)
		})
	}
}

// refuses checks whether the server closes connections of 127.0.0.1 at once, which it
// says, or waits for the token.
func (c controlled) refuses(t *testing.T, want bool) {
	t.Helper()
	var s struct {
		Accepted uint64
		Refused  map[string]uint64
	}
	status := func() {
		if err := json.Unmarshal([]byte(c.ctl(t, 0, "--json", "status").stdout.String()), &s); err != nil {
			t.Fatal(err)
		}
	}
	status()
	accepted, denied := s.Accepted, s.Refused["denied"]
	conn, err := net.Dial("tcp", c.tcp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	await(t, func() bool { status(); return s.Accepted > accepted }, func() string { return "nobody was accepted" })
	if got := s.Refused["denied"] > denied; got != want {
		t.Errorf("refused: %v, want %v", got, want)
	}
}

func TestReloadReportsEachThing(t *testing.T) {
	t.Parallel()
	v := newVault(t, "127.0.0.1")
	c := openControlledOf(t, 3, `log-format = "text"`, "--allow", "127.0.0.0/8",
		"--token-file", v.file("token"), "--tls-listen", "unix:"+scratchPath(), "--tls-cert", v.file("crt"), "--tls-key", v.file("key"),
		"--tls-client-ca", v.file("crt"))
	report := func(code int, want map[string]string) *process {
		t.Helper()
		p := c.ctl(t, code, "reload")
		for what, result := range want {
			p.says(t, `^`+what+` +`+result+`$`)
		}
		if lines := strings.Count(p.stdout.String(), "\n"); lines != 1+len(want) {
			t.Errorf("the report has %d lines, want %d:\n%s", lines, 1+len(want), p.stdout)
		}
		return p
	}
	want := map[string]string{
		"certificate": "unchanged", "authorities of clients": "unchanged", "token": "unchanged",
		"--allow and --deny": "unchanged", "--log-level": "unchanged",
	}
	report(0, want)

	renewed := newVault(t, "127.0.0.1")
	for _, name := range []string{"crt", "key"} {
		if err := os.Rename(renewed.file(name), v.file(name)); err != nil {
			t.Fatal(err)
		}
	}
	c.set(t, "log-format = \"json\"\nbacklog = \"32MiB\"\nallow = [\"10.0.0.0/8\"]\ndeny = [\"10.1.0.0/16\"]\nlog-level = \"error\"")
	// The command line wins where it says something: --allow and --log-level.
	want["certificate"], want["authorities of clients"], want["--allow and --deny"] = "changed", "changed", "changed"
	want["--log-format"], want["--backlog"] = "needs a restart", "needs a restart"
	report(0, want)
	want["certificate"], want["authorities of clients"], want["--allow and --deny"] = "unchanged", "unchanged", "unchanged"
	report(0, want) // what needs a restart still does

	// Nothing of a file that is wrong is taken, and what cannot be read stays.
	c.set(t, "deny = [\"127.0.0.0/8\"]\nbacklog = \"much\"")
	for _, file := range []string{"crt", "token"} {
		if err := os.WriteFile(v.file(file), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept := report(1, map[string]string{"certificate": "kept", "authorities of clients": "kept", "token": "kept", "settings": "kept"})
	kept.says(t, `^bcast-server: not all was read again: certificate: .*; authorities of clients: .*; token: .*; settings: .*backlog: "much" is not a size`)
	kept.says(t, `^  mend that and reload again; the server goes on with what it had$`)
	c.stderr.await(t, `level=ERROR msg="cannot read again, going on with what was" what=settings error=`)
	c.refuses(t, false)
	alice := c.join(t, "unix", 0)
	alice.say(t, token+"\n")
	c.awaitMembers(t, 1)
}

func TestReloadChangesTheLogLevel(t *testing.T) {
	t.Parallel()
	settings := filepath.Join(t.TempDir(), "server.toml")
	c := controlled{socket: scratchPath(), settings: settings}
	c.set(t, `log-level = "info"`)
	server := run(t, command(program(t, "bcast-server"), "--listen", "127.0.0.1:0", "--control", c.socket, "--config", settings))
	server.stderr.await(t, "msg=listening")
	c.room = &room{process: server, tcp: listening.FindStringSubmatch(server.stderr.String())[1]}
	for i, level := range []string{"debug", "warn", "debug"} {
		c.set(t, fmt.Sprintf("log-level = %q", level))
		c.ctl(t, 0, "reload").says(t, `^--log-level +changed$`)
		before := c.stderr.len()
		conn, err := net.Dial("tcp", c.tcp)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		await(t, func() bool { return strings.Count(c.ctl(t, 0, "members").stdout.String(), "plain") > i },
			func() string { return "nobody has joined" })
		if said := strings.Contains(c.stderr.since(before), "msg=joined"); said != (level == "debug") {
			t.Errorf("at %s, it says who joins: %v", level, said)
		}
	}
}

// TestHangUpSaysWhatCameOfIt has a log that says less and less: what a signal has done is nowhere else.
func TestHangUpSaysWhatCameOfIt(t *testing.T) {
	t.Parallel()
	settings := filepath.Join(t.TempDir(), "server.toml")
	c := controlled{settings: settings}
	c.set(t, `log-level = "info"`)
	c.room = &room{process: run(t, command(program(t, "bcast-server"), "--listen", "127.0.0.1:0", "--config", settings))}
	c.stderr.await(t, "msg=listening")
	for _, test := range []struct {
		settings string
		says     []string
	}{
		{"log-level = 'warn'\nbacklog = '32MiB'", []string{
			`level=INFO msg="read again" what=--log-level result=changed`,
			`level=WARN msg="read again" what=--backlog result="needs a restart"`,
		}},
		{"log-level = 'warn'\nbacklog = '32MiB'", []string{`level=WARN msg="read again" what=--backlog result="needs a restart"`}},
		{"log-level = 'error'\nbacklog = 'much'", []string{`level=ERROR msg="cannot read again, going on with what was" what=settings`}},
		{"log-level = 'info'", []string{`level=INFO msg="read again" what=--log-level result=changed`}},
	} {
		c.set(t, test.settings)
		before := c.stderr.len()
		c.signalOnly(t, syscall.SIGHUP)
		for _, want := range test.says {
			await(t, func() bool { return strings.Contains(c.stderr.since(before), want) },
				func() string { return fmt.Sprintf("after %q, %q is not said", test.settings, want) })
		}
	}
}
