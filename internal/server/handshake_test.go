package server_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/server"
)

// An authority signs certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, pool: x509.NewCertPool()}
	made := a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "an authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
	})
	a.cert, a.key = made.Leaf, made.PrivateKey.(*ecdsa.PrivateKey)
	a.pool.AddCert(a.cert)
	return a
}

// issue makes a certificate for a client, or for the server on a loopback address.
func (a *authority) issue(changes ...func(*x509.Certificate)) tls.Certificate {
	a.t.Helper()
	cert := &x509.Certificate{
		Subject: pkix.Name{CommonName: "somebody"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	for _, change := range changes {
		change(cert)
	}
	return a.sign(cert)
}

// sign signs by the authority, or by the certificate itself while there is none.
func (a *authority) sign(cert *x509.Certificate) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = cert, key
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func expired(cert *x509.Certificate) {
	cert.NotBefore, cert.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
}

func withOtherName(cert *x509.Certificate) {
	cert.IPAddresses, cert.DNSNames = nil, []string{"elsewhere.example"}
}

// serverConfig is what the server is started with: it asks for a certificate of a.
func (a *authority) serverConfig(cert tls.Certificate) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}, SessionTicketsDisabled: true,
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool,
	}
}

// clientConfig is that of a client whom everything is right with.
func (a *authority) clientConfig() *tls.Config {
	return &tls.Config{RootCAs: a.pool, ServerName: "127.0.0.1", Certificates: []tls.Certificate{a.issue()}}
}

// startTLS serves ln and is start otherwise.
func startTLS(t *testing.T, srv *server.Server, ln net.Listener, cfg *tls.Config) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := srv.ServeTLS(ln, cfg); !errors.Is(err, server.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Errorf("shutdown when the test ended: %v", err)
		}
		<-done
	})
}

// startTCPWithTLS is startTLS on a loopback port, of which it returns the address.
func startTCPWithTLS(t *testing.T, srv *server.Server, cfg *tls.Config) string {
	t.Helper()
	lns, err := server.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	startTLS(t, srv, lns[0], cfg)
	return lns[0].Addr().String()
}

// converseTLS says something over TLS and wants the echo of it. It returns what went
// wrong, at whatever point.
func converseTLS(conn net.Conn, cfg *tls.Config) error {
	client := tls.Client(conn, cfg)
	const said = "are you there?"
	if _, err := io.WriteString(client, said); err != nil {
		return err
	}
	heard := make([]byte, len(said))
	if _, err := io.ReadFull(client, heard); err != nil {
		return err
	}
	if string(heard) != said {
		return fmt.Errorf("heard %q", heard)
	}
	return nil
}

func TestContract09_WhoFailsInTheHandshakeIsToldAndCountedAndDisturbsNobody(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	good, late, elsewhere := ours.issue(), ours.issue(expired), ours.issue(withOtherName)
	for name, test := range map[string]struct {
		server tls.Certificate
		client func(*tls.Config)     // makes the client wrong; nil: it is right
		raw    func(*net.TCPConn)    // is what the client does in the place of TLS
		sees   string                // of the client's error
		reason server.HandshakeError // that is counted
		hint   string                // that is logged
	}{
		"wrong authority of the server": {
			server: good, client: func(c *tls.Config) { c.RootCAs = theirs.pool },
			sees: "signed by unknown authority", reason: server.HandshakeCertificate, hint: "does not accept the server's certificate",
		},
		"expired": {
			server: late, client: func(*tls.Config) {},
			sees: "has expired", reason: server.HandshakeCertificate, hint: "does not accept the server's certificate",
		},
		"wrong name": {
			server: elsewhere, client: func(*tls.Config) {},
			sees: "127.0.0.1", reason: server.HandshakeCertificate, hint: "does not accept the server's certificate",
		},
		"wrong name, TLS 1.2": {
			server: elsewhere, client: func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 },
			sees: "127.0.0.1", reason: server.HandshakeCertificate, hint: "does not accept the server's certificate",
		},
		"no client certificate": {
			server: good, client: func(c *tls.Config) { c.Certificates = nil },
			sees: "certificate required", reason: server.HandshakeCertificate, hint: "showed no certificate",
		},
		"no client certificate, TLS 1.2": {
			server: good, client: func(c *tls.Config) { c.Certificates, c.MaxVersion = nil, tls.VersionTLS12 },
			sees: "handshake failure", reason: server.HandshakeCertificate, hint: "showed no certificate",
		},
		"client certificate of another authority": {
			server: good, client: func(c *tls.Config) {
				c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
					cert := theirs.issue()
					return &cert, nil
				}
			},
			sees: "unknown certificate authority", reason: server.HandshakeCertificate, hint: "not of an authority",
		},
		"client certificate expired": {
			server: good, client: func(c *tls.Config) { c.Certificates = []tls.Certificate{ours.issue(expired)} },
			sees: "expired certificate", reason: server.HandshakeCertificate, hint: "has expired",
		},
		"TLS 1.1": {
			server: good, client: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 },
			sees: "protocol version", reason: server.HandshakeVersion, hint: "1.2 or 1.3",
		},
		"plain": {
			server: good, raw: func(c *net.TCPConn) { _, _ = io.WriteString(c, "hello, is anybody there?\n") },
			sees: "EOF", reason: server.HandshakePlain, hint: "does not speak TLS",
		},
		"plain, fewer bytes than a record has": {
			server: good, raw: func(c *net.TCPConn) { _, _ = io.WriteString(c, "hi\n") },
			sees: "EOF", reason: server.HandshakePlain, hint: "does not speak TLS",
		},
		"plain, beginning like a record": {
			server: good, raw: func(c *net.TCPConn) { _, _ = io.WriteString(c, "\x16 is no record\n") },
			sees: "EOF", reason: server.HandshakePlain, hint: "does not speak TLS",
		},
		"plain and much": {
			server: good, raw: func(c *net.TCPConn) { _, _ = io.WriteString(c, strings.Repeat("much\n", 100_000)) },
			sees: "EOF", reason: server.HandshakePlain, hint: "does not speak TLS",
		},
		"wrong authority of the server, as OpenSSL says it": {
			server: good, raw: func(c *net.TCPConn) {
				_ = tls.Client(&unencrypted{TCPConn: c, alert: 48}, ours.clientConfig()).Handshake()
			},
			sees: "tls alert", reason: server.HandshakeCertificate, hint: "does not accept the server's certificate",
		},
		"another alert": {
			server: good, raw: func(c *net.TCPConn) {
				_ = tls.Client(&unencrypted{TCPConn: c, alert: 80}, ours.clientConfig()).Handshake()
			},
			sees: "tls alert", reason: server.HandshakeOther, hint: "broke it off",
		},
		"no handshake in a record": {
			server: good, raw: func(c *net.TCPConn) { _, _ = c.Write([]byte{22, 3, 1, 0, 4, 99, 0, 0, 0}) },
			sees: "tls alert", reason: server.HandshakeOther,
		},
		"gone": {
			server: good, raw: func(c *net.TCPConn) { _ = c.CloseWrite() },
			sees: "EOF", reason: server.HandshakeOther, hint: "broke it off",
		},
		"reset": {
			server: good, raw: func(c *net.TCPConn) { _ = c.SetLinger(0); c.Close() },
			sees: "closed", reason: server.HandshakeOther, hint: "broke it off",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log logBuffer
			srv := newServer(t, server.Config{Handler: echo, Logger: log.logger()})
			address := startTCPWithTLS(t, srv, ours.serverConfig(test.server))
			cfg := ours.clientConfig()
			well := tls.Client(dialTCP(t, address), &tls.Config{
				InsecureSkipVerify: true, Certificates: cfg.Certificates,
			})
			roundTrip(t, well)

			var err error
			conn := dialTCP(t, address)
			if test.raw != nil {
				test.raw(conn)
				var said []byte
				if said, err = io.ReadAll(conn); err == nil {
					err = io.EOF
				}
				if len(said) > 0 {
					err = fmt.Errorf("a tls alert: %v", said)
				}
			} else {
				test.client(cfg)
				err = converseTLS(conn, cfg)
			}
			if err == nil || !strings.Contains(err.Error(), test.sees) {
				t.Errorf("the client sees %v, want it to see %q", err, test.sees)
			}
			conn.Close()
			eventually(t, "it is counted", func() bool { return srv.Stats().HandshakeErrors[test.reason] == 1 })
			for reason, number := range srv.Stats().HandshakeErrors {
				if number > 0 && reason != test.reason {
					t.Errorf("counted as %v", reason)
				}
			}
			eventually(t, "it is logged", func() bool { return len(log.lines("INFO")) > 0 })
			lines := log.lines("INFO")
			for _, want := range []string{"remote=127.0.0.1:", "reason=" + test.reason.String(), test.hint} {
				if len(lines) != 1 || !strings.Contains(lines[0], want) {
					t.Errorf("logged %q, want one line with %q", lines, want)
				}
			}
			roundTrip(t, well)
			if stats := srv.Stats(); stats.Panics != 0 || stats.Refused[server.RefusedClosing] != 0 {
				t.Errorf("%+v", stats)
			}
			well.Close()
			eventually(t, "nothing is left", func() bool { return srv.Stats().Open == 0 })
		})
	}
}

// unencrypted is a connection on which a client answers the server's first word with an
// alert.
type unencrypted struct {
	*net.TCPConn
	alert byte
}

func (c *unencrypted) Read(p []byte) (int, error) {
	if _, err := c.TCPConn.Read(p[:1]); err != nil {
		return 0, err
	}
	if _, err := c.Write([]byte{21, 3, 3, 0, 2, 2, c.alert}); err != nil {
		return 0, err
	}
	return 0, io.EOF
}

// A client of TLS 1.3 may write before it knows that it is not let in: if the server
// just closed, its system would reset the connection, and the client would see that.
func TestAClientThatWritesAtOnceStillReadsWhyItIsNotLetIn(t *testing.T) {
	ours := newAuthority(t)
	srv := newServer(t, server.Config{Handler: echo})
	address := startTCPWithTLS(t, srv, ours.serverConfig(ours.issue()))
	for range 20 {
		conn := dialTCP(t, address)
		client := tls.Client(conn, &tls.Config{RootCAs: ours.pool, ServerName: "127.0.0.1"})
		for range 10 {
			if _, err := client.Write(make([]byte, 10_000)); err != nil {
				t.Fatalf("write: %v", err)
			}
		}
		if _, err := client.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "certificate required") {
			t.Fatalf("the client sees %v", err)
		}
		conn.Close()
	}
}

func TestWhoIsRightConversesOverTLS(t *testing.T) {
	ours := newAuthority(t)
	for name, change := range map[string]func(*tls.Config){
		"TLS 1.3": func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 },
		"TLS 1.2": func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 },
	} {
		t.Run(name, func(t *testing.T) {
			served := make(chan net.Conn, 1)
			srv := newServer(t, server.Config{Handler: opened(func(conn net.Conn, wake func()) func(context.Context) bool {
				if wake != nil {
					t.Error("the server says that it can wait for TLS")
				}
				served <- conn
				return echo.Open(conn, nil)
			})})
			address := startTCPWithTLS(t, srv, ours.serverConfig(ours.issue()))
			conn, cfg := dialTCP(t, address), ours.clientConfig()
			change(cfg)
			if err := converseTLS(conn, cfg); err != nil {
				t.Fatal(err)
			}
			over, ok := (<-served).(*tls.Conn)
			if !ok || over.RemoteAddr().String() != conn.LocalAddr().String() || len(over.ConnectionState().PeerCertificates) != 1 {
				t.Fatalf("the handler got %v", over)
			}
			under := over.NetConn().(interface{ NetConn() net.Conn }).NetConn()
			if _, ok := under.(*net.TCPConn); !ok {
				t.Errorf("under it is a %T", under)
			}
			conn.Close()
		})
	}
}

// The server ends what it closes itself so that the client knows that nothing is
// missing.
func TestTheEndOfAHandlerIsTheEndOfTLS(t *testing.T) {
	ours := newAuthority(t)
	srv := newServer(t, server.Config{Handler: server.HandlerFunc(func(_ context.Context, conn net.Conn) {
		_, _ = io.WriteString(conn, "all there is")
	})})
	conn := dialTCP(t, startTCPWithTLS(t, srv, ours.serverConfig(ours.issue())))
	got, err := io.ReadAll(tls.Client(&strict{conn}, ours.clientConfig()))
	if err != nil || string(got) != "all there is" {
		t.Errorf("read %q, %v", got, err)
	}
}

// strict is a connection whose end is an error: only TLS itself may end.
type strict struct{ net.Conn }

func (c *strict) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("the connection has ended, and TLS has not")
	}
	return n, err
}

func TestContract09_AHandshakeThatTakesTooLongIsEnded(t *testing.T) {
	for name, drip := range map[string]func(io.Writer) error{
		"says nothing": func(io.Writer) error { return nil },
		"says a byte a second": func(w io.Writer) error {
			for _, b := range []byte{22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 0, 0} {
				if _, err := w.Write([]byte{b}); err != nil {
					return err
				}
				time.Sleep(time.Second) // in the bubble: as slow as it says
			}
			return errors.New("it may go on")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours := newAuthority(t) // in the bubble's time
				var log logBuffer
				srv := newServer(t, server.Config{Handler: echo, MaxConns: 2, Logger: log.logger()})
				ln := newFakeListener()
				startTLS(t, srv, ln, ours.serverConfig(ours.issue()))
				began := time.Now()
				slow := ln.dial(t)
				var wg sync.WaitGroup
				wg.Go(func() {
					if err := drip(slow); err != nil && !errors.Is(err, io.ErrClosedPipe) {
						t.Error(err)
					}
				})
				well := tls.Client(ln.dial(t), ours.clientConfig())
				roundTrip(t, well)
				wantClosed(t, ln.dial(t)) // it counts, as one that is open
				synctest.Wait()
				if stats := srv.Stats(); stats.Open != 2 || stats.Refused[server.RefusedFull] != 1 {
					t.Errorf("%+v, want two open and one refused", stats)
				}
				wantClosed(t, slow)
				if took := time.Since(began); took != 10*time.Second {
					t.Errorf("it was closed after %v", took)
				}
				wg.Wait()
				synctest.Wait()
				if stats := srv.Stats(); stats.HandshakeErrors[server.HandshakeTimeout] != 1 || stats.Open != 1 {
					t.Errorf("%+v, want one that took too long", stats)
				}
				if lines := log.lines("INFO"); len(lines) != 1 || !strings.Contains(lines[0], "within 10s") {
					t.Errorf("logged %q", lines)
				}
				roundTrip(t, well)
				well.Close()
			})
		})
	}
}

func TestShutdownInterruptsHandshakes(t *testing.T) {
	ours := newAuthority(t)
	const number = 20
	srv := newServer(t, server.Config{Handler: echo})
	address := startTCPWithTLS(t, srv, ours.serverConfig(ours.issue()))
	var conns []*net.TCPConn
	for range number {
		conn := dialTCP(t, address)
		if _, err := conn.Write([]byte{22, 3, 1}); err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	wrong := dialTCP(t, address) // one that has been told, and is given time to read it
	if _, err := io.WriteString(wrong, "hello\n"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are there", func() bool {
		stats := srv.Stats()
		return stats.Open == number+1 && stats.HandshakeErrors[server.HandshakePlain] == 1
	})
	if took, err := shutdown(t, srv, 10*time.Second); err != nil || took > time.Second {
		t.Errorf("it took %v, %v", took, err)
	}
	for _, conn := range conns {
		if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("a connection is open")
		}
	}
	stats := srv.Stats()
	if stats.Refused[server.RefusedClosing] != number || stats.HandshakeErrors[server.HandshakeOther] != 0 {
		t.Errorf("%+v, want %d refused", stats, number)
	}
}

// A peer that does not read cannot make closing by force wait for the word with which
// TLS ends.
func TestClosingByForceDoesNotWaitForAPeerThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours := newAuthority(t)
		srv := newServer(t, server.Config{Handler: server.HandlerFunc(func(ctx context.Context, _ net.Conn) { <-ctx.Done() })})
		ln := newFakeListener()
		startTLS(t, srv, ln, ours.serverConfig(ours.issue()))
		for range 3 {
			if err := tls.Client(ln.dial(t), ours.clientConfig()).Handshake(); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if took, err := shutdown(t, srv, time.Second); err == nil || took != time.Second {
			t.Errorf("it took %v, %v; want 1s", took, err)
		}
		if open := srv.Stats().Open; open != 0 {
			t.Errorf("%d are open", open)
		}
	})
}

func TestContract09_APanicBehindAHandshakeDisturbsNobodyElse(t *testing.T) {
	ours := newAuthority(t)
	for name, handler := range map[string]server.Handler{
		"in Open": opened(func(net.Conn, func()) func(context.Context) bool { panic("as you wish") }),
		"later":   server.HandlerFunc(func(context.Context, net.Conn) { panic("as you wish") }),
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t, server.Config{Handler: handler})
			address := startTCPWithTLS(t, srv, ours.serverConfig(ours.issue()))
			for range 2 {
				if got, err := io.ReadAll(tls.Client(dialTCP(t, address), ours.clientConfig())); err != nil || len(got) > 0 {
					t.Errorf("read %q, %v", got, err)
				}
			}
			eventually(t, "both are over", func() bool { return srv.Stats().Open == 0 })
			if got := srv.Stats().Panics; got != 2 {
				t.Errorf("%d panics, want 2", got)
			}
		})
	}
}

func TestAConnectionThatIsNotWantedBehindItsHandshakeIsClosed(t *testing.T) {
	ours := newAuthority(t)
	srv := newServer(t, server.Config{Handler: opened(func(net.Conn, func()) func(context.Context) bool { return nil })})
	address := startTCPWithTLS(t, srv, ours.serverConfig(ours.issue()))
	if got, err := io.ReadAll(tls.Client(dialTCP(t, address), ours.clientConfig())); err != nil || len(got) > 0 {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestHandshakesThatFailAreLoggedAtMostOnceInTenSecondsForEachReason(t *testing.T) {
	ours := newAuthority(t)
	synctest.Test(t, func(t *testing.T) {
		var log logBuffer
		srv := newServer(t, server.Config{Handler: echo, Logger: log.logger()})
		ln := newFakeListener()
		startTLS(t, srv, ln, ours.serverConfig(ours.issue()))
		for range 100 { // 20 s: at 0 s, 10 s
			plain := ln.dial(t)
			_, _ = io.WriteString(plain, "h")
			wantClosed(t, plain)
			ln.dial(t).Close()
			time.Sleep(200 * time.Millisecond) // in the bubble: 100 times make 20 s
		}
		lines := strings.Join(log.lines("INFO"), "")
		for _, reason := range []string{"reason=plain", "reason=other"} {
			if got := strings.Count(lines, reason); got != 2 {
				t.Errorf("%d lines with %s, want 2:\n%s", got, reason, lines)
			}
		}
		stats := srv.Stats()
		if stats.HandshakeErrors[server.HandshakePlain] != 100 || stats.HandshakeErrors[server.HandshakeOther] != 100 {
			t.Errorf("%+v, want all counted", stats)
		}
	})
}

func TestServeTLSNeedsACertificate(t *testing.T) {
	for _, cfg := range []*tls.Config{nil, {}} {
		ln := newFakeListener()
		if err := newServer(t, server.Config{Handler: echo}).ServeTLS(ln, cfg); err == nil || !strings.Contains(err.Error(), "no certificate") {
			t.Errorf("error %v", err)
		}
		<-ln.closed
	}
}

func TestHandshakeErrorsHaveNames(t *testing.T) {
	var names bytes.Buffer
	for reason := range server.HandshakeOther + 2 {
		fmt.Fprintf(&names, "%v ", reason)
	}
	if got, want := names.String(), "plain version certificate timeout other HandshakeError(5) "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
