package certificate_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bcast/internal/certificate"
)

// A pair is a certificate in files.
type pair struct {
	t                 *testing.T
	certFile, keyFile string
}

func newPair(t *testing.T) *pair {
	t.Helper()
	dir := t.TempDir()
	return &pair{t: t, certFile: filepath.Join(dir, "cert.pem"), keyFile: filepath.Join(dir, "key.pem")}
}

func selfSigned(t *testing.T, hosts ...string) (certPEM, keyPEM []byte, pin string) {
	t.Helper()
	certPEM, keyPEM, pin, err := certificate.SelfSigned(hosts, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return certPEM, keyPEM, pin
}

// renew replaces the certificate and returns the new one's pin.
func (p *pair) renew() (pin string) {
	p.t.Helper()
	certPEM, keyPEM, pin := selfSigned(p.t, "127.0.0.1")
	replace(p.t, p.certFile, certPEM)
	replace(p.t, p.keyFile, keyPEM)
	return pin
}

// replace puts a new file in the place of an old one, as tools do that renew.
func replace(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// pem is the certificate's file.
func (p *pair) pem() []byte {
	p.t.Helper()
	text, err := os.ReadFile(p.certFile)
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

func (p *pair) load(log *slog.Logger) *certificate.Certificate {
	p.t.Helper()
	cert, err := certificate.Load(p.certFile, p.keyFile, log)
	if err != nil {
		p.t.Fatal(err)
	}
	return cert
}

// pinOf is the pin of what Get returns.
func pinOf(t *testing.T, c *certificate.Certificate) string {
	t.Helper()
	cert, err := c.Get(nil)
	if err != nil {
		t.Fatal(err)
	}
	return certificate.Pin(cert.Leaf)
}

func eventually(t *testing.T, what string, isTrue func() bool) {
	t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(10 * time.Second); !isTrue(); <-again.C {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to pass that %s", what)
		}
	}
}

// buffer is what is logged.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *buffer) count(text string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Count(b.buf.String(), text)
}

func (b *buffer) logger() *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

func TestACertificateThatChangesIsPickedUp(t *testing.T) {
	t.Parallel()
	var log buffer
	p := newPair(t)
	p.renew()
	cert := p.load(log.logger())
	for range 2 {
		want := p.renew()
		eventually(t, "the new one is used", func() bool { return pinOf(t, cert) == want })
	}
	if got := log.count("level=INFO"); got != 2 {
		t.Errorf("logged %d times, want 2", got)
	}
}

func TestFilesAreLookedAtOnceASecond(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	old := p.renew()
	cert := p.load(nil)
	pinOf(t, cert) // looks
	start := time.Now()
	p.renew()
	for pinOf(t, cert) == old {
		if time.Since(start) > 10*time.Second {
			t.Fatal("it is never picked up")
		}
	}
	if took := time.Since(start); took < 900*time.Millisecond {
		t.Errorf("the files were looked at again after %v", took)
	}
}

func TestACertificateThatCannotBeReadLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	var log buffer
	p := newPair(t)
	old := p.renew()
	cert := p.load(log.logger())
	certPEM, keyPEM, want := selfSigned(t, "127.0.0.1")
	replace(t, p.certFile, certPEM) // half of it: the key is still the old one's
	if err := cert.Reload(); err == nil || !strings.Contains(err.Error(), p.certFile) {
		t.Errorf("error %v, want one that names the file", err)
	}
	for until := time.Now().Add(2500 * time.Millisecond); time.Now().Before(until); { // several looks
		if got := pinOf(t, cert); got != old {
			t.Fatal("the old one is not used")
		}
	}
	if got := log.count("level=ERROR"); got != 1 {
		t.Errorf("logged %d times, want once", got)
	}
	if err := os.Remove(p.keyFile); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another trouble is logged", func() bool { return pinOf(t, cert) == old && log.count("level=ERROR") == 2 })
	replace(t, p.keyFile, keyPEM)
	eventually(t, "the new one is used", func() bool { return pinOf(t, cert) == want })
}

func TestReloadReadsAtOnce(t *testing.T) {
	p := newPair(t)
	p.renew()
	cert := p.load(nil)
	pinOf(t, cert)
	want := p.renew()
	if err := cert.Reload(); err != nil {
		t.Fatal(err)
	}
	if pinOf(t, cert) != want {
		t.Error("the new one is not used")
	}
	client, err := cert.GetClient(nil)
	if err != nil || certificate.Pin(client.Leaf) != want {
		t.Errorf("a client has another one, %v", err)
	}
}

func TestWhatIsNoCertificateIsNotLoaded(t *testing.T) {
	p := newPair(t)
	if _, err := certificate.Load(p.certFile, p.keyFile, nil); err == nil || !strings.Contains(err.Error(), p.certFile) {
		t.Errorf("without a file: %v", err)
	}
	if _, err := certificate.LoadAuthorities(p.certFile, nil); err == nil || !strings.Contains(err.Error(), p.certFile) {
		t.Errorf("without a file: %v", err)
	}
	replace(t, p.certFile, []byte("hello\n"))
	replace(t, p.keyFile, []byte("hello\n"))
	if _, err := certificate.Load(p.certFile, p.keyFile, nil); err == nil || !strings.Contains(err.Error(), p.keyFile) {
		t.Errorf("other files: %v", err)
	}
	if _, err := certificate.LoadAuthorities(p.certFile, nil); err == nil || !strings.Contains(err.Error(), "no certificate in it") {
		t.Errorf("another file: %v", err)
	}
}

// handshake connects by TLS and returns the pin of the server, and the errors of both.
func handshake(server, client *tls.Config) (pin string, serverErr, clientErr error) {
	near, far := net.Pipe()
	defer near.Close()
	var wg sync.WaitGroup
	wg.Go(func() {
		defer far.Close()
		conn := tls.Server(far, server)
		if serverErr = conn.Handshake(); serverErr == nil {
			_, serverErr = conn.Write([]byte("x"))
		}
	})
	conn := tls.Client(near, client)
	if clientErr = conn.Handshake(); clientErr == nil {
		_, clientErr = conn.Read(make([]byte, 1))
	}
	if certs := conn.ConnectionState().PeerCertificates; len(certs) > 0 {
		pin = certificate.Pin(certs[0])
	}
	near.Close()
	wg.Wait()
	return pin, serverErr, clientErr
}

func TestServersSpeakTLSFrom12On(t *testing.T) {
	p := newPair(t)
	p.renew()
	cfg := certificate.ServerConfig(p.load(nil), nil)
	for version, want := range map[uint16]bool{
		tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true,
	} {
		client := &tls.Config{MinVersion: version, MaxVersion: version, InsecureSkipVerify: true}
		if _, _, err := handshake(cfg, client); (err == nil) != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}

func TestClientsNeedACertificateOfTheAuthoritiesAsTheyAreNow(t *testing.T) {
	server, one, other := newPair(t), newPair(t), newPair(t)
	server.renew()
	one.renew()
	other.renew()
	file := filepath.Join(t.TempDir(), "ca.pem")
	replace(t, file, one.pem())
	clients, err := certificate.LoadAuthorities(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg := certificate.ServerConfig(server.load(nil), clients)
	check := func(client *pair, want bool) {
		t.Helper()
		c := &tls.Config{InsecureSkipVerify: true, ClientSessionCache: tls.NewLRUClientSessionCache(1)}
		if client != nil {
			c.GetClientCertificate = client.load(nil).GetClient
		}
		for range 2 { // the second time with a ticket, if there were one
			if _, serverErr, _ := handshake(cfg, c); (serverErr == nil) != want {
				t.Errorf("let in: %v", serverErr)
			}
		}
	}
	check(nil, false)
	check(one, true)
	check(other, false)
	replace(t, file, other.pem())
	if err := clients.Reload(); err != nil {
		t.Fatal(err)
	}
	check(one, false)
	check(other, true)
	replace(t, file, []byte("nothing"))
	if clients.Reload() == nil {
		t.Error("nothing is taken for authorities")
	}
	check(other, true)
	if pool := clients.Get(); pool == nil {
		t.Error("there are no authorities")
	}
}

func TestACertificateIsReloadedUnderLoad(t *testing.T) {
	p := newPair(t)
	pins := map[string]bool{p.renew(): true}
	cert := p.load(nil)
	cfg := certificate.ServerConfig(cert, nil)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	seen := make([]map[string]bool, 4)
	for i := range seen {
		seen[i] = make(map[string]bool)
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				pin, _, err := handshake(cfg, &tls.Config{InsecureSkipVerify: true})
				if err != nil {
					t.Errorf("a handshake failed: %v", err)
					return
				}
				seen[i][pin] = true
			}
		})
	}
	var last string
	for range 20 {
		last = p.renew()
		pins[last] = true
		if err := cert.Reload(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
	for _, some := range seen {
		for pin := range some {
			if !pins[pin] {
				t.Errorf("%s is of no certificate there was", pin)
			}
		}
	}
	if pin, _, err := handshake(cfg, &tls.Config{InsecureSkipVerify: true}); err != nil || pin != last {
		t.Errorf("the last one is not used: %v", err)
	}
}

func TestASelfSignedCertificateIsForItsHosts(t *testing.T) {
	hosts := []string{"room.example", "*.lan", "192.168.1.5", "::1", "[fe80::1%eth0]", "::ffff:10.0.0.1", "localhost"}
	certPEM, keyPEM, pin := selfSigned(t, hosts...)
	loaded, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	cert := loaded.Leaf
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	for name, want := range map[string]bool{
		"room.example": true, "printer.lan": true, "192.168.1.5": true, "::1": true, "fe80::1": true, "10.0.0.1": true,
		"localhost": true, "elsewhere.example": false, "192.168.1.6": false, "lan": false,
	} {
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if certificate.Pin(cert) != pin {
		t.Errorf("the pin is %s, of the certificate %s", pin, certificate.Pin(cert))
	}
	if raw, err := base64.StdEncoding.DecodeString(pin); err != nil || len(raw) != 32 {
		t.Errorf("pin %q: %v", pin, err)
	}
	if cert.IsCA || cert.NotBefore.After(time.Now().Add(-time.Minute)) || time.Until(cert.NotAfter).Round(time.Minute) != time.Hour {
		t.Errorf("it is valid from %v to %v, as authority %v", cert.NotBefore, cert.NotAfter, cert.IsCA)
	}
	other, _, otherPin := selfSigned(t, "localhost")
	block, _ := pem.Decode(other)
	second, err := x509.ParseCertificate(block.Bytes)
	if err != nil || otherPin == pin || second.SerialNumber.Cmp(cert.SerialNumber) == 0 {
		t.Errorf("two certificates share a key or a number, %v", err)
	}
}

// The pin is what others compute by the recipe of RFC 7469.
func TestThePinIsThatOfOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	} else if err != nil {
		t.Skip("openssl is not installed: apt-get install openssl")
	}
	certPEM, _, pin := selfSigned(t, "localhost")
	run := func(in []byte, args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), openssl, args...)
		cmd.Stdin = bytes.NewReader(in)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	key := run(certPEM, "x509", "-pubkey", "-noout")
	digest := run(run(key, "pkey", "-pubin", "-outform", "der"), "dgst", "-sha256", "-binary")
	if got := base64.StdEncoding.EncodeToString(digest); got != pin {
		t.Errorf("openssl says %s, we %s", got, pin)
	}
	file := filepath.Join(t.TempDir(), "cert.pem")
	replace(t, file, certPEM)
	run(certPEM, "verify", "-x509_strict", "-CAfile", file)
}

func TestWhatIsNoHostGetsNoCertificate(t *testing.T) {
	for _, hosts := range [][]string{
		nil,
		{""},
		{"localhost", ""},
		{"localhost:1234"},
		{"http://localhost"},
		{"a b"},
		{"a..b"},
		{"-a"},
		{"*"},
		{"a.*.b"},
		{"müller.example"},
		{strings.Repeat("a", 64)},
		{strings.Repeat("a.", 127) + "a"},
		{"a\n"},
	} {
		if _, _, _, err := certificate.SelfSigned(hosts, time.Hour); err == nil {
			t.Errorf("%q is taken for a host", hosts)
		}
	}
	for _, valid := range []time.Duration{0, -time.Hour} {
		if _, _, _, err := certificate.SelfSigned([]string{"localhost"}, valid); err == nil {
			t.Errorf("valid for %v", valid)
		}
	}
}
