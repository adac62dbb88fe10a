//go:build unix

package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An authority signs certificates, as that of an organisation does. Its own is in a file.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// A pair is a certificate and its key, in files.
type pair struct{ crt, key string }

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	a.write(t, "ca", &x509.Certificate{
		Subject: pkix.Name{CommonName: "an authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	return a
}

// file is where the authority's own certificate is.
func (a *authority) file() string { return filepath.Join(a.dir, "ca.crt") }

// issue makes a certificate for 127.0.0.1 and ::1, with a change if there is one.
func (a *authority) issue(t *testing.T, name string, change func(*x509.Certificate)) pair {
	t.Helper()
	cert := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if change != nil {
		change(cert)
	}
	return a.write(t, name, cert)
}

// expired is a change that makes a certificate one of last week.
func expired(cert *x509.Certificate) {
	cert.NotBefore, cert.NotAfter = time.Now().AddDate(0, 0, -9), time.Now().AddDate(0, 0, -2)
}

// named returns the change that makes a certificate one for another name.
func named(host string) func(*x509.Certificate) {
	return func(cert *x509.Certificate) { cert.IPAddresses, cert.DNSNames = nil, []string{host} }
}

// write signs a certificate, the first by itself, and writes it and its key.
func (a *authority) write(t *testing.T, name string, cert *x509.Certificate) pair {
	t.Helper()
	if cert.NotAfter.IsZero() {
		cert.NotBefore, cert.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert == nil {
		a.cert, a.key = cert, key
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert == cert {
		if a.cert, err = x509.ParseCertificate(der); err != nil {
			t.Fatal(err)
		}
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	made := pair{filepath.Join(a.dir, name+".crt"), filepath.Join(a.dir, name+".key")}
	for path, block := range map[string]*pem.Block{
		made.crt: {Type: "CERTIFICATE", Bytes: der}, made.key: {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return made
}
