package certificate

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// A Certificate is a certificate and its key, in two files. It may be used by any
// number of goroutines at a time.
type Certificate struct{ files files[*tls.Certificate] }

// Load reads a certificate in PEM, with those between it and its authority, and its
// key. When a file changes, Get has what is new: it looks at most once a second, and
// where the two do not fit together, as while they are being replaced, it goes on with
// what they were. That is logged, once for each change; nil discards.
func Load(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{files[*tls.Certificate]{paths: []string{certFile, keyFile}, log: log}}
	c.files.read = func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return nil, fmt.Errorf("read the certificate %s and its key %s: %w", certFile, keyFile, err)
		}
		return &pair, nil
	}
	if err := c.files.open(); err != nil {
		return nil, err
	}
	return c, nil
}

// Get returns the certificate. It is what [tls.Config.GetCertificate] asks for.
func (c *Certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.files.get(), nil }

// GetClient is Get for [tls.Config.GetClientCertificate].
func (c *Certificate) GetClient(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return c.files.get(), nil
}

// NotAfter is when the certificate expires.
func (c *Certificate) NotAfter() time.Time { return c.files.get().Leaf.NotAfter }

// Reload reads the files now, whether they have changed or not. On an error everything
// stays as it was.
func (c *Certificate) Reload() error { return c.files.reload(c.files.stamps()) }

// Authorities are the certificates of those whose word on others is taken, in a file.
// They may be used by any number of goroutines at a time.
type Authorities struct{ files files[*x509.CertPool] }

// LoadAuthorities reads a file of certificates in PEM. When it changes, Get has what is
// new, as with [Load].
func LoadAuthorities(file string, log *slog.Logger) (*Authorities, error) {
	a := &Authorities{files[*x509.CertPool]{paths: []string{file}, log: log}}
	a.files.read = func() (*x509.CertPool, error) {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read authorities: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("read authorities: %s: %w", file, errNoCertificate)
		}
		return pool, nil
	}
	if err := a.files.open(); err != nil {
		return nil, err
	}
	return a, nil
}

var errNoCertificate = errors.New("there is no certificate in it")

// Get returns the authorities.
func (a *Authorities) Get() *x509.CertPool { return a.files.get() }

// Reload reads the file now, whether it has changed or not. On an error everything
// stays as it was.
func (a *Authorities) Reload() error { return a.files.reload(a.files.stamps()) }

// ServerConfig is for servers with a certificate: TLS 1.2 and 1.3, and what has changed
// in the files is used from the next handshake on. Where clients is not nil, each
// client must show a certificate of one of those authorities.
//
// There are no session tickets. A client that only writes would leave the ticket
// unread, and when it closes, its system resets the connection for that. And who has
// one is not asked for a certificate again.
func ServerConfig(cert *Certificate, clients *Authorities) *tls.Config {
	cfg := &tls.Config{
		MinVersion:             tls.VersionTLS12,
		GetCertificate:         cert.Get,
		SessionTicketsDisabled: true,
	}
	if clients == nil {
		return cfg
	}
	cfg.ClientAuth = tls.RequireAndVerifyClientCert
	cfg.ClientCAs = clients.Get()
	base := cfg.Clone()
	cfg.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		current := base.Clone()
		current.ClientCAs = clients.Get()
		return current, nil
	}
	return cfg
}

// Pin names the key of a certificate: the SHA-256 of its SubjectPublicKeyInfo in base64
// (RFC 7469, 2.4). It stays the same when the certificate is renewed with its key.
func Pin(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}
