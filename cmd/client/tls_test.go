package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// A server of which nothing is known yet has chosen the names in its certificate.
func TestContract12_NamesInACertificateAreText(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{
		DNSNames: []string{"evil\x1b]0;title\x07.example"}, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
	})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if conn, err := ln.Accept(); err == nil {
			_, _ = io.Copy(io.Discard, conn) // the handshake, which fails
			conn.Close()
		}
	}()
	err = run(t.Context(), []string{"bcast-client", "--tls", ln.Addr().String()}, strings.NewReader(""), io.Discard, io.Discard)
	ln.Close()
	<-served
	var out strings.Builder
	complain(&out, err)
	if said := out.String(); strings.ContainsAny(said, "\x1b\x07") || !strings.Contains(said, "is for another name: evil␛]0;title␇.example, 192.0.2.1\n") {
		t.Errorf("the terminal gets %q", said)
	}
}
