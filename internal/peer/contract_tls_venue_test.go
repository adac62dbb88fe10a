package peer_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"bcast/internal/certificate"
)

// An identity is how a venue over TLS and its clients know each other.
type identity struct{ server, client *tls.Config }

// overTLS makes a venue one whose connections are over TLS of a version.
func overTLS(t *testing.T, version uint16) func(*plan) {
	t.Helper()
	certPEM, keyPEM, _, err := certificate.SelfSigned([]string{"127.0.0.1"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(pair.Leaf)
	id := &identity{
		server: &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, SessionTicketsDisabled: true},
		client: &tls.Config{MinVersion: version, MaxVersion: version, RootCAs: roots, ServerName: "127.0.0.1"},
	}
	return func(p *plan) { p.tls = id }
}

// secure returns TLS over conn, of which nothing but TLS itself may end what is read.
func (id *identity) secure(t *testing.T, conn *net.TCPConn) *tls.Conn {
	t.Helper()
	over := tls.Client(truncated{conn}, id.client)
	if err := over.Handshake(); err != nil {
		t.Fatal(err)
	}
	return over
}

// truncated is a connection whose end is an error: over TLS, a stream that is complete
// has ended before.
type truncated struct{ *net.TCPConn }

func (c truncated) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("the connection has ended, and TLS has not")
	}
	return n, err
}

func (c *client) Read(p []byte) (int, error) {
	if c.over != nil {
		return c.over.Read(p)
	}
	return c.TCPConn.Read(p)
}

func (c *client) Write(p []byte) (int, error) {
	if c.over != nil {
		return c.over.Write(p)
	}
	return c.TCPConn.Write(p)
}

func (c *client) WriteTo(w io.Writer) (int64, error) {
	if c.over != nil {
		return io.Copy(w, c.over)
	}
	return c.TCPConn.WriteTo(w)
}

func (c *client) ReadFrom(r io.Reader) (int64, error) {
	if c.over != nil {
		return io.Copy(c.over, r)
	}
	return c.TCPConn.ReadFrom(r)
}

func (c *client) CloseWrite() error {
	if c.over != nil {
		return c.over.CloseWrite()
	}
	return c.TCPConn.CloseWrite()
}

// socketOf is the socket under what the handler gets for a connection.
func socketOf(conn net.Conn) *net.TCPConn {
	for {
		over, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return conn.(*net.TCPConn)
		}
		conn = over.NetConn()
	}
}
