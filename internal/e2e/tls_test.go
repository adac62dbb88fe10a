//go:build unix

package e2e_test

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestContract01_EverybodyIsInOneRoomOverTLSOrNot has all tools at once.
func TestContract01_EverybodyIsInOneRoomOverTLSOrNot(t *testing.T) {
	t.Parallel()
	v := newVault(t, "127.0.0.1")
	r, secured := openSecured(t, v)
	var all []*process
	for _, words := range [][]string{
		append([]string{"nc.openbsd"}, likeNC("tcp", r.tcp)...),
		{"openssl", "s_client", "-quiet", "-verify_quiet", "-verify_return_error", "-CAfile", v.file("crt"), "-connect", "SECURED"},
		{"ncat", "--ssl", "HOST", "PORT"},
		{"socat", "-", "OPENSSL:SECURED,cafile=" + v.file("crt")},
		{"bcast-client", "--plain", "tls://SECURED", "--pin", v.pin},
		{"bcast-client", "--tls", "SECURED", "--ca", v.file("crt")},
		append([]string{"nc.traditional"}, likeNC("tcp", r.tcp)...),
	} {
		all = append(all, runTyped(t, toolAt(t, words, secured, r.tcp)))
		r.awaitMembers(t, len(all))
	}
	for i, speaker := range all {
		line := fmt.Sprintf("from %d, café\n", i)
		speaker.say(t, line)
		for j, other := range all {
			if j != i {
				other.stdout.await(t, line)
			}
		}
	}
	for i, member := range all {
		want := ""
		for j := range all {
			if j != i {
				want += fmt.Sprintf("from %d, café\n", j)
			}
		}
		member.stdout.awaitAll(t, want)
	}
}

func TestClientWithACertificateIsLetIn(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t)
	server, own := ours.issue(t, "server", nil), ours.issue(t, "own", nil)
	for name, words := range map[string][]string{
		"openssl": {"openssl", "s_client", "-quiet", "-CAfile", ours.file(), "-cert", own.crt, "-key", own.key, "-connect", "SECURED"},
		"ncat":    {"ncat", "--ssl-cert", own.crt, "--ssl-key", own.key, "HOST", "PORT"},
		"socat":   {"socat", "-", "OPENSSL:SECURED,cafile=" + ours.file() + ",cert=" + own.crt + ",key=" + own.key},
		"client":  {"bcast-client", "tls://SECURED", "--ca", ours.file(), "--cert", own.crt, "--key", own.key},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			secured := freePort(t)
			r := openRoomOf(t, 3, "127.0.0.1:0", scratchPath(),
				"--tls-listen", secured, "--tls-cert", server.crt, "--tls-key", server.key, "--tls-client-ca", ours.file())
			alice := r.join(t, "tcp", 1)
			me := runTyped(t, toolAt(t, words, secured, r.tcp))
			r.awaitMembers(t, 2)
			alice.say(t, "hello\n")
			me.stdout.await(t, "hello\n")
			me.say(t, "hi\n")
			alice.await(t, "hi\n")
		})
	}
}

func TestTLSByAnIPv6Address(t *testing.T) {
	t.Parallel()
	v := newVault(t, "::1")
	r := openRoomOf(t, 3, "127.0.0.1:0", scratchPath(), "--tls-listen", "[::1]:0", "--tls-cert", v.file("crt"), "--tls-key", v.file("key"))
	found := listening.FindAllStringSubmatch(r.stderr.String(), -1)[2]
	if want := "bcast-client tls://" + found[1]; found[2] != want {
		t.Errorf("the log says to join with %q, want %q", found[2], want)
	}
	for _, trust := range [][]string{{"--ca", v.file("crt")}, {"--pin", v.pin}} {
		// Exit code 0: the room has the line.
		me := command(program(t, "bcast-client"), append(trust, "tls://"+found[1])...)
		me.Stdin = strings.NewReader("hello\n")
		run(t, me).wantExit(t, 0)
	}
}

// TestNewCertificateIsForNewConnections has it replaced in both ways, while somebody talks.
func TestNewCertificateIsForNewConnections(t *testing.T) {
	t.Parallel()
	for name, hup := range map[string]bool{"files change": false, "SIGHUP": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, next := newVault(t, "127.0.0.1"), newVault(t, "127.0.0.1")
			r, secured := openSecured(t, v)
			conversation := r.converse(t)
			before := runTyped(t, command(program(t, "bcast-client"), "tls://"+secured, "--pin", v.pin, "--name", "before"))
			r.awaitMembers(t, 4)
			for _, file := range []string{"crt", "key"} {
				if err := os.Rename(next.file(file), v.file(file)); err != nil {
					t.Fatal(err)
				}
			}
			if hup {
				r.signal(t, syscall.SIGHUP)
				r.stderr.await(t, `msg="read again" what=certificate`)
				r.signalled = false // to end it
			} else {
				await(t, func() bool { return shows(t, secured, v.file("crt")) }, func() string { return "the server does not show the new certificate" })
				r.stderr.await(t, "because the files have changed")
			}
			after := runTyped(t, command(program(t, "bcast-client"), "tls://"+secured, "--pin", next.pin, "--name", "after"))
			r.awaitMembers(t, 5)
			old := run(t, command(program(t, "bcast-client"), "tls://"+secured, "--pin", v.pin))
			old.wantExit(t, 1)
			old.stderr.await(t, "another key than --pin says; its pin is "+next.pin)
			conversation.end(t)
			before.say(t, "still here\n")
			after.stdout.await(t, "before: still here\n")
			after.say(t, "newly here\n")
			before.stdout.await(t, "after: newly here\n")
		})
	}
}

// shows tells whether a server shows the certificate of a file.
func shows(t *testing.T, address, file string) bool {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // which it is, is asked
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return bytes.Equal(conn.ConnectionState().PeerCertificates[0].Raw, block.Bytes)
}

func TestScreenSaysThatItTakesAnyServer(t *testing.T) {
	t.Parallel()
	v := newVault(t, "elsewhere.example")
	_, secured := openSecured(t, v)
	for name, s := range map[string]*screen{
		"wide": sit(t, `"$CLIENT" --insecure tls://`+secured), "narrow": sitAt(t, size{30, 10}, `"$CLIENT" --insecure tls://`+secured),
	} {
		await(t, func() bool { return strings.Contains(s.rows(t)[0], "INSECUR") },
			func() string { return name + ": the header is " + s.rows(t)[0] })
	}
	s := sit(t, `"$CLIENT" --pin `+v.pin+` tls://`+secured)
	s.await(t, "[up")
	if header := s.rows(t)[0]; strings.Contains(header, "INSECURE") || !strings.Contains(header, "tls://"+secured) {
		t.Errorf("with a pin, the header is %q", header)
	}
}
