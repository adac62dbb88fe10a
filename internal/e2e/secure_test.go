//go:build unix

package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A vault is a folder with what a room is locked by.
type vault struct{ dir, pin string }

func (v vault) file(name string) string { return filepath.Join(v.dir, name) }

// newVault makes a certificate and a token.
func newVault(t *testing.T, hosts ...string) vault {
	t.Helper()
	v := vault{dir: t.TempDir()}
	args := []string{"cert", "--cert", v.file("crt"), "--key", v.file("key")}
	for _, host := range hosts {
		args = append(args, "--host", host)
	}
	made := run(t, command(program(t, "bcast-server"), args...))
	made.wantExit(t, 0)
	v.pin = strings.TrimSpace(made.stdout.String())
	if err := os.WriteFile(v.file("token"), []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return v
}

const token = "correct horse battery"

// openSecured starts a server that speaks TLS, at an address that it returns, beside plain
// lines.
func openSecured(t *testing.T, v vault, flags ...string) (r *room, secured string) {
	t.Helper()
	secured = freePort(t)
	flags = append(flags, "--tls-listen", secured, "--tls-cert", v.file("crt"), "--tls-key", v.file("key"))
	return openRoomOf(t, 3, "127.0.0.1:0", scratchPath(), flags...), secured
}

// TestRoomIsTheSameOverTLS has the tools that people use, in both directions.
func TestRoomIsTheSameOverTLS(t *testing.T) {
	t.Parallel()
	v := newVault(t, "localhost", "127.0.0.1")
	for name, tool := range map[string][]string{
		"openssl":      {tool(t, "openssl"), "s_client", "-quiet", "-verify_quiet", "-verify_return_error", "-CAfile", v.file("crt"), "-connect", "SECURED"},
		"ncat":         {tool(t, "ncat"), "--ssl", "SECURED"},
		"socat":        {tool(t, "socat"), "-", "OPENSSL:SECURED,cafile=" + v.file("crt")},
		"client, pin":  {program(t, "bcast-client"), "tls://SECURED", "--pin", v.pin},
		"client, ca":   {program(t, "bcast-client"), "--tls", "SECURED", "--ca", v.file("crt"), "--plain"},
		"client, none": {program(t, "bcast-client"), "--tls", "SECURED", "--insecure"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, secured := openSecured(t, v)
			alice := r.join(t, "tcp", 1)
			args := make([]string, 0, len(tool))
			for _, arg := range tool[1:] {
				args = append(args, strings.ReplaceAll(arg, "SECURED", secured))
			}
			if name == "ncat" { // it has no colon between host and port
				args = append(args[:len(args)-1], strings.Split(secured, ":")...)
			}
			me := runTyped(t, command(tool[0], args...))
			r.awaitMembers(t, 2)
			alice.say(t, "from nc\n")
			me.stdout.await(t, "from nc\n")
			me.say(t, "over TLS\n")
			alice.await(t, "over TLS\n")
		})
	}
}

// warned are the addresses that everybody may join at, as the log has it.
var warned = regexp.MustCompile(`msg="anybody who can reach this address may join: [^"]*" address=(\S+)`)

// TestAddressesThatEverybodyMayJoinAtAreWarnedOf has a room on loopback, a Unix socket, and
// two addresses of all networks, of which the second has TLS.
func TestAddressesThatEverybodyMayJoinAtAreWarnedOf(t *testing.T) {
	t.Parallel()
	v := newVault(t, "127.0.0.1")
	for name, test := range map[string]struct {
		flags      []string
		plain, tls bool // are warned of
	}{
		"nothing":                 {nil, true, true},
		"deny":                    {[]string{"--deny", "10.0.0.0/8"}, true, true},
		"allow":                   {[]string{"--allow", "127.0.0.0/8"}, false, false},
		"token":                   {[]string{"--token-file", v.file("token")}, false, false},
		"certificates of clients": {[]string{"--tls-client-ca", v.file("crt")}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			secured := []string{"--listen", "0.0.0.0:0", "--tls-listen", "0.0.0.0:0", "--tls-cert", v.file("crt"), "--tls-key", v.file("key")}
			r := openRoomOf(t, 4, "127.0.0.1:0", scratchPath(), append(test.flags, secured...)...)
			r.signal(t, syscall.SIGTERM)
			r.wantExit(t, 0) // with its last word
			checkWarned(t, r, map[bool]bool{false: test.plain, true: test.tls})
		})
	}
}

// checkWarned checks of which of the addresses of all networks the log warns: of those with
// TLS, and those without.
func checkWarned(t *testing.T, r *room, want map[bool]bool) {
	t.Helper()
	got := make(map[string]bool)
	for _, found := range warned.FindAllStringSubmatch(r.stderr.String(), -1) {
		got[found[1]] = true
	}
	for _, found := range listening.FindAllStringSubmatch(r.stderr.String(), -1) {
		address, isTLS := found[1], strings.Contains(found[2], "tls://")
		isOpen := !strings.HasPrefix(address, "127.") && !strings.HasPrefix(address, "/")
		if got[address] != (isOpen && want[isTLS]) {
			t.Errorf("of %s the log warns: %v (%s)", address, got[address], r.stderr)
		}
	}
}

func TestWrongTLSSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	right, other := newVault(t, "127.0.0.1"), newVault(t, "elsewhere.example")
	for _, test := range []struct {
		name, dir   string // of the server's certificate
		flags       []string
		says, hints string
	}{
		{"unknown authority", right.dir, []string{"--tls"}, "nobody that is trusted here has signed", "--pin"},
		{"wrong pin", right.dir, []string{"--tls", "--pin", other.pin}, "another key than --pin says; its pin is " + right.pin, "new pin"},
		{"wrong name", other.dir, []string{"--tls", "--ca", other.file("crt")}, "is for another name: elsewhere.example", "connect to one of these"},
		{"no certificate of the client's", right.dir, []string{"--tls", "--ca", right.file("crt")}, "the server refuses this side's TLS: certificate required", "--cert and --key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var more []string
			if strings.HasPrefix(test.name, "no certificate") {
				more = []string{"--tls-client-ca", other.file("crt")}
			}
			_, secured := openSecured(t, vault{dir: test.dir}, more...)
			me := runTyped(t, command(program(t, "bcast-client"), append(test.flags, secured)...))
			me.wantExit(t, 1)
			if said := me.stderr.String(); !strings.Contains(said, test.says) || !strings.Contains(said, test.hints) {
				t.Errorf("it says %q", said)
			}
		})
	}
}

func TestTLSAndPlainPortsTellEachOther(t *testing.T) {
	t.Parallel()
	v := newVault(t, "127.0.0.1")
	r, secured := openSecured(t, v)
	alice := r.join(t, "tcp", 1)

	lost := runTyped(t, command(program(t, "bcast-client"), "--tls", "--insecure", r.tcp))
	lost.wantExit(t, 1)
	r.stderr.await(t, "reason=tls")
	r.stderr.await(t, "--tls-listen")
	plain := runTyped(t, command(tool(t, "ncat"), strings.Split(secured, ":")...))
	plain.say(t, "hello\n")
	r.stderr.await(t, "reason=plain")

	bob := r.join(t, "tcp", 2)
	bob.say(t, "nobody noticed\n")
	alice.awaitAll(t, "nobody noticed\n")
}

func TestTokenOpensTheRoom(t *testing.T) {
	t.Parallel()
	v := newVault(t, "localhost")
	r := openRoom(t, "--token-file", v.file("token"))
	nc := runTyped(t, command(tool(t, "nc.openbsd"), strings.Split(r.tcp, ":")...))
	nc.say(t, token+"\n")
	r.awaitMembers(t, 1)
	me := runTyped(t, command(program(t, "bcast-client"), "--name", "hanako", "--token-file", v.file("token"), r.tcp))
	r.awaitMembers(t, 2)
	me.say(t, "hello\n")
	nc.stdout.awaitAll(t, "hanako: hello\n")

	wrong := runTyped(t, command(program(t, "bcast-client"), r.tcp))
	wrong.wantExit(t, 1)
	if said := wrong.stderr.String(); !strings.Contains(said, "the room wants a token") || !strings.Contains(said, "--token-file") {
		t.Errorf("it says %q", said)
	}
}

func TestSecretsThatEverybodyMayReadAreWarnedOf(t *testing.T) {
	t.Parallel()
	v := newVault(t, "localhost")
	const warning = "every user of this machine may read"
	r, _ := openSecured(t, v, "--token-file", v.file("token"))
	if strings.Contains(r.stderr.String(), warning) {
		t.Error("it warns of files that nobody else may read")
	}
	for _, name := range []string{"token", "key"} {
		if err := os.Chmod(v.file(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, _ = openSecured(t, v, "--token-file", v.file("token"))
	for _, name := range []string{"token", "key"} {
		r.stderr.await(t, warning+" a secret of the room's: see chmod o-r\" file="+v.file(name))
	}
}
