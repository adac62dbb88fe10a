//go:build unix

package e2e_test

import (
	"net"
	"os/exec"
	"strings"
	"testing"
)

// A refusal is a connection that comes to nothing, as both sides see it.
type refusal struct {
	server []string // flags, behind those for TLS
	pair   pair     // of the server

	command []string // of the client; SECURED and PLAIN are the ports
	exit    int
	says    []string // on stderr
	logs    []string // in one line
}

// refuse has a client come to a room with a conversation, which is not to notice.
func refuse(t *testing.T, r refusal) {
	t.Helper()
	secured := freePort(t)
	flags := append([]string{"--tls-listen", secured, "--tls-cert", r.pair.crt, "--tls-key", r.pair.key}, r.server...)
	room := openRoomOf(t, 3, "127.0.0.1:0", scratchPath(), flags...)
	conversation := room.converse(t)
	client := run(t, toolAt(t, r.command, secured, room.tcp))
	client.wantExit(t, r.exit)
	for _, want := range r.says {
		client.stderr.await(t, want)
	}
	if got := client.stdout.String(); got != "" {
		t.Errorf("on its stdout is %s", quote(got))
	}
	logged := func() bool {
		for line := range strings.Lines(room.stderr.String()) {
			if containsAll(line, r.logs) {
				return true
			}
		}
		return false
	}
	await(t, logged, func() string { return "no line of the log has " + strings.Join(r.logs, ", ") })
	conversation.end(t)
}

func containsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

// toolAt is the command of a tool, or of bcast-client, with the ports in it: SECURED, PLAIN,
// or HOST and PORT of the former.
func toolAt(t *testing.T, words []string, secured, plain string) *exec.Cmd {
	t.Helper()
	path := ""
	if words[0] == "bcast-client" {
		path = program(t, words[0])
	} else {
		path = tool(t, words[0])
	}
	host, port, _ := net.SplitHostPort(secured)
	fill := strings.NewReplacer("SECURED", secured, "PLAIN", plain, "HOST", host, "PORT", port)
	args := make([]string, 0, len(words))
	for _, word := range words[1:] {
		args = append(args, fill.Replace(word))
	}
	return command(path, args...)
}

// distrusted is what the log says of who does not accept the server's certificate.
var distrusted = []string{"a TLS handshake failed", "reason=certificate", "the client does not accept the server's certificate", "it needs the authority's, or the pin"}

func TestServersCertificateThatIsNotAcceptedIsToldOnBothSides(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t), newAuthority(t)
	for name, test := range map[string]struct {
		pair pair
		ca   string
		says []string // of bcast-client
	}{
		"wrong authority": {
			ours.issue(t, "good", nil), theirs.file(),
			[]string{"nobody that is trusted here has signed the server's certificate\n", "--ca FILE", "--pin PIN"},
		},
		"expired": {
			ours.issue(t, "expired", expired), ours.file(),
			[]string{"the server's certificate is not valid now, but from 2", "check the clock here, or have the certificate renewed"},
		},
		"wrong name": {
			ours.issue(t, "elsewhere", named("elsewhere.example")), ours.file(),
			[]string{"the server's certificate is for another name: elsewhere.example\n", "connect to one of these names"},
		},
	} {
		attempts := map[string]refusal{
			"client": {command: []string{"bcast-client", "tls://SECURED", "--ca", test.ca}, says: test.says},
			"openssl": {
				command: []string{"openssl", "s_client", "-quiet", "-verify_return_error", "-verify_ip", "HOST", "-CAfile", test.ca, "-connect", "SECURED"},
				says:    []string{"certificate verify failed"},
			},
		}
		if name != "wrong name" { // for that, these look when TLS is set up, and leave like anybody
			attempts["ncat"] = refusal{command: []string{"ncat", "--ssl-verify", "--ssl-trustfile", test.ca, "HOST", "PORT"}, says: []string{"Ncat: "}}
			attempts["socat"] = refusal{command: []string{"socat", "-", "OPENSSL:SECURED,cafile=" + test.ca}, says: []string{"certificate verify failed"}}
		}
		for tool, attempt := range attempts {
			t.Run(name+"/"+tool, func(t *testing.T) {
				t.Parallel()
				attempt.pair, attempt.exit, attempt.logs = test.pair, 1, distrusted
				refuse(t, attempt)
			})
		}
	}
}

func TestClientsCertificateThatIsNotAcceptedIsToldOnBothSides(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t), newAuthority(t)
	good := ours.issue(t, "good", nil)
	for name, test := range map[string]struct {
		own         pair
		alert, hint string
	}{
		"none":            {pair{}, "certificate required", "the client showed no certificate, and needs one"},
		"wrong authority": {theirs.issue(t, "theirs", nil), "unknown certificate authority", "the client's certificate is not of an authority that is accepted here"},
		"expired":         {ours.issue(t, "expired", expired), "expired certificate", "the client's certificate has expired, or is not valid yet"},
	} {
		client := []string{"bcast-client", "tls://SECURED", "--ca", ours.file()}
		openssl := []string{"openssl", "s_client", "-ign_eof", "-CAfile", ours.file(), "-connect", "SECURED"}
		if test.own.crt != "" {
			client = append(client, "--cert", test.own.crt, "--key", test.own.key)
			openssl = append(openssl, "-cert", test.own.crt, "-key", test.own.key)
		}
		for tool, attempt := range map[string]refusal{
			"client":  {command: client, says: []string{"the server refuses this side's TLS: " + test.alert + "\n", "--cert and --key"}},
			"follow":  {command: append(client, "--follow"), says: []string{"the server refuses this side's TLS: " + test.alert + "\n"}},
			"openssl": {command: append(openssl, "-quiet"), says: []string{"alert"}},
		} {
			t.Run(name+"/"+tool, func(t *testing.T) {
				t.Parallel()
				attempt.server, attempt.pair, attempt.exit = []string{"--tls-client-ca", ours.file()}, good, 1
				attempt.logs = []string{"a TLS handshake failed", "reason=certificate", test.hint}
				refuse(t, attempt)
			})
		}
	}
}

func TestWrongProtocolIsToldOnBothSides(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t)
	good := ours.issue(t, "good", nil)
	older := []string{"a TLS handshake failed", "reason=version", "it needs 1.2 or 1.3"}
	plain := []string{"a TLS handshake failed", "reason=plain", "the client does not speak TLS: it is to, or to connect to a port without"}
	secured := []string{"refused a client", "reason=tls", "those with TLS need an address of --tls-listen"}
	without := []string{"the server has ended the connection without a word\n", "does it want TLS (--tls)"}
	for name, attempt := range map[string]refusal{
		"TLS 1.1/openssl":          {command: []string{"openssl", "s_client", "-quiet", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0", "-connect", "SECURED"}, exit: 1, says: []string{"alert protocol version"}, logs: older},
		"plain on TLS/client":      {command: []string{"bcast-client", "SECURED"}, exit: 1, says: without, logs: plain},
		"plain on TLS/follow":      {command: []string{"bcast-client", "--follow", "SECURED"}, exit: 1, says: without, logs: plain},
		"plain on TLS/ncat":        {command: []string{"sh", "-c", "echo hello | ncat HOST PORT"}, logs: plain}, // which is told nothing
		"plain on TLS/nc":          {command: []string{"sh", "-c", "echo hello | nc.openbsd -N HOST PORT"}, logs: plain},
		"TLS on plain/client":      {command: []string{"bcast-client", "tls://PLAIN", "--ca", ours.file()}, exit: 1, says: []string{"the server has ended the connection in the handshake of TLS\n", "leave TLS out, or take the port that is for it"}, logs: secured},
		"TLS on plain/openssl":     {command: []string{"openssl", "s_client", "-quiet", "-connect", "PLAIN"}, exit: 1, says: []string{"unexpected eof"}, logs: secured},
		"TLS on plain/socat":       {command: []string{"socat", "-", "OPENSSL:PLAIN,cafile=" + ours.file()}, exit: 1, says: []string{"SSL_connect"}, logs: secured},
		"TLS on plain/client, 2nd": {command: []string{"bcast-client", "--tls", "--insecure", "PLAIN", "--follow"}, exit: 1, says: []string{"leave TLS out"}, logs: secured},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name, _, _ := strings.Cut(name, " on "); name == "plain" {
				tool(t, "ncat")
				tool(t, "nc.openbsd")
			}
			attempt.pair = good
			refuse(t, attempt)
		})
	}
}

func TestWhoIsNotLetInIsToldOnBothSides(t *testing.T) {
	t.Parallel()
	good := newAuthority(t).issue(t, "good", nil)
	hint := "it is full, or does not let this address in"
	for name, test := range map[string]struct {
		server []string
		logs   []string
	}{
		"room is full":    {[]string{"--max-clients", "3"}, []string{"too many connections, refusing new ones", "max=3"}},
		"too many of one": {[]string{"--max-clients-per-ip", "2"}, []string{"too many connections from one address", "address=127.0.0.1"}},
	} {
		for tool, attempt := range map[string]refusal{
			"client":     {command: []string{"bcast-client", "PLAIN"}, says: []string{"the server has ended the connection without a word\n", hint}},
			"client TLS": {command: []string{"bcast-client", "tls://SECURED"}, says: []string{"the server has ended the connection in the handshake of TLS\n", hint}},
		} {
			t.Run(name+"/"+tool, func(t *testing.T) {
				t.Parallel()
				attempt.pair, attempt.exit, attempt.server, attempt.logs = good, 1, test.server, test.logs
				refuse(t, attempt)
			})
		}
	}
}

// TestDeniedClientIsTold has nobody else in the room, as they would all be denied.
func TestDeniedClientIsTold(t *testing.T) {
	t.Parallel()
	good := newAuthority(t).issue(t, "good", nil)
	secured := freePort(t)
	room := openRoomOf(t, 3, "127.0.0.1:0", scratchPath(), "--deny", "127.0.0.0/8", "--tls-listen", secured, "--tls-cert", good.crt, "--tls-key", good.key)
	for _, address := range []string{room.tcp, "tls://" + secured} {
		client := run(t, command(program(t, "bcast-client"), address))
		client.wantExit(t, 1)
		client.stderr.await(t, "or does not let this address in")
	}
	room.stderr.await(t, `msg="connections from an address that is not let in, refusing them" address=127.0.0.1`)
	alice, bob := room.join(t, "unix", 1), room.join(t, "unix", 2) // which have no address
	alice.say(t, "hello\n")
	bob.awaitAll(t, "hello\n")
}
