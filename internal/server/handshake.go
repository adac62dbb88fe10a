package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"
)

const (
	// handshakeTime is how long a TLS handshake may take.
	handshakeTime = 10 * time.Second

	// farewell is how long the peer of one that failed has to read why.
	farewell = 2 * time.Second
)

// HandshakeError is why a TLS handshake failed.
type HandshakeError uint8

// The reasons there are.
const (
	HandshakePlain       HandshakeError = iota // the client does not speak TLS
	HandshakeVersion                           // it speaks no version that is spoken here
	HandshakeCertificate                       // it has no certificate that is accepted, or does not accept the server's
	HandshakeTimeout                           // it took more than 10 s
	HandshakeOther                             // anything else, such as that it has gone
)

var handshakeErrorNames = [...]string{
	HandshakePlain:       "plain",
	HandshakeVersion:     "version",
	HandshakeCertificate: "certificate",
	HandshakeTimeout:     "timeout",
	HandshakeOther:       "other",
}

// String returns one lower-case word, fit for a log or a metric's label.
func (e HandshakeError) String() string {
	if int(e) >= len(handshakeErrorNames) {
		return fmt.Sprintf("HandshakeError(%d)", uint8(e))
	}
	return handshakeErrorNames[e]
}

// openTLS is the goroutine of a connection that begins with a handshake.
func (s *Server) openTLS(c *connection, cfg *tls.Config) {
	if s.begin(c, cfg) {
		s.serveConn(c)
	}
}

// begin does the handshake and opens c, and reports whether it is to be served.
func (s *Server) begin(c *connection, cfg *tls.Config) (isOpen bool) {
	isOver := true
	defer s.end(c, &isOver)
	begun := &beginning{Conn: c.Conn}
	conn := tls.Server(begun, cfg)
	ctx, cancel := context.WithTimeout(s.ctx, handshakeTime)
	defer cancel()
	switch err := conn.HandshakeContext(ctx); {
	case err == nil:
	case s.ctx.Err() != nil:
		s.counters.refused[RefusedClosing].Add(1)
		return false
	default:
		s.handshakeFailed(begun, err)
		return false
	}
	begun.over = true
	c.tls = conn
	c.serve = s.handler.Open(conn, nil)
	isOver = c.serve == nil
	return !isOver
}

// handshakeFailed counts and logs a failure, and has the peer read what it was told.
func (s *Server) handshakeFailed(c *beginning, err error) {
	reason, hint := c.explain(err)
	failed := s.counters.handshakes[reason].Add(1)
	if due(&s.handshakeLogs[reason]) {
		s.log.Info("a TLS handshake failed", "remote", addrString(c.RemoteAddr()),
			"reason", reason.String(), "error", err, "hint", hint, "failed", failed)
	}
	c.part(s.ctx)
}

// A beginning is a connection on which a TLS handshake is to be done. It stays between
// the *tls.Conn and what the listener returned, which NetConn returns.
type beginning struct {
	net.Conn
	begun   bool            // its first byte has come
	foreign bool            // no version that the client speaks is spoken here
	over    bool            // the handshake is done
	last    [alertSize]byte // that have come until then
}

// NetConn returns what the listener returned.
func (c *beginning) NetConn() net.Conn { return c.Conn }

// What records of TLS begin with (RFC 8446, 5.1), and the size of one with an alert that
// is not encrypted.
const (
	recordAlert     = 21
	recordHandshake = 22
	alertSize       = 7
)

// errPlain is what a handshake fails with whose first byte is none of TLS.
var errPlain = errors.New("the first byte is not that of a TLS handshake")

// Read fails as soon as the client cannot be one of TLS: crypto/tls would wait for
// five bytes, and a word that somebody typed may have less.
func (c *beginning) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.begun {
		c.begun = true
		if p[0] != recordHandshake {
			return n, errPlain
		}
	}
	if !c.over {
		come := append(c.last[:], p[:n]...)
		copy(c.last[:], come[len(come)-alertSize:])
	}
	return n, err
}

// lastAlert returns the alert that came last, if nothing came behind it.
func (c *beginning) lastAlert() (tls.AlertError, bool) {
	isAlert := c.last[0] == recordAlert && c.last[1] == 3 && c.last[3] == 0 && c.last[4] == 2
	return tls.AlertError(c.last[6]), isAlert
}

// part ends a connection so that the peer can read what it was told: closing a socket
// with unread input resets it.
func (c *beginning) part(ctx context.Context) {
	closer, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok || closer.CloseWrite() != nil {
		return
	}
	_ = c.SetReadDeadline(time.Now().Add(farewell)) // fails where it is closed
	if ctx.Err() == nil {                           // or this has undone what Shutdown set
		_, _ = io.Copy(io.Discard, c.Conn)
	}
}

// explain finds out why the handshake of c failed, and what might help.
func (c *beginning) explain(err error) (reason HandshakeError, hint string) {
	var header tls.RecordHeaderError
	var refused *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return HandshakeTimeout, fmt.Sprintf("the client did not finish it within %v", handshakeTime)
	case errors.Is(err, errPlain), errors.As(err, &header) && header.Conn != nil:
		return HandshakePlain, "the client does not speak TLS: it is to, or to connect to a port without"
	case c.foreign:
		return HandshakeVersion, "the client speaks older versions of TLS only: it needs 1.2 or 1.3"
	case errors.As(err, &refused):
		return HandshakeCertificate, certificateHint(refused)
	case isWithoutCertificate(err):
		return HandshakeCertificate, "the client showed no certificate, and needs one"
	case c.isDistrusted(err):
		return HandshakeCertificate, "the client does not accept the server's certificate: " +
			"it needs the authority's, or the pin, and the name that the certificate has"
	default:
		return HandshakeOther, "the client broke it off, or speaks a TLS of its own"
	}
}

func certificateHint(err *tls.CertificateVerificationError) string {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the client's certificate has expired, or is not valid yet"
	case errors.As(err, &unknown):
		return "the client's certificate is not of an authority that is accepted here"
	default:
		return "the client's certificate is not accepted here"
	}
}

// isWithoutCertificate reports whether a client did not show the certificate that it is
// to have. Package tls has no other name for that.
func isWithoutCertificate(err error) bool {
	return strings.HasSuffix(err.Error(), "client didn't provide a certificate")
}

// distrust are the alerts by which a client refuses the server's certificate (RFC 8446,
// 6.2).
var distrust = []tls.AlertError{
	42, // bad_certificate
	43, // unsupported_certificate
	44, // certificate_revoked
	45, // certificate_expired
	46, // certificate_unknown
	48, // unknown_ca
}

// isDistrusted reports whether the client has sent an alert of those. What package tls
// returns for one is not a tls.AlertError, but reads the same. OpenSSL does not encrypt
// it in TLS 1.3, which to package tls is a broken record.
func (c *beginning) isDistrusted(err error) bool {
	if alert, ok := c.lastAlert(); ok {
		return slices.Contains(distrust, alert)
	}
	var remote *net.OpError
	if !errors.As(err, &remote) || remote.Op != "remote error" {
		return false
	}
	return slices.ContainsFunc(distrust, func(alert tls.AlertError) bool { return remote.Err.Error() == alert.Error() })
}

// observed is cfg for connections that are a beginning: it notes of a client that it
// speaks no version that is spoken here, for which package tls has no error.
func observed(cfg *tls.Config) *tls.Config {
	cfg = cfg.Clone()
	inner := cfg.GetConfigForClient
	cfg.GetConfigForClient = func(hello *tls.ClientHelloInfo) (chosen *tls.Config, err error) {
		if inner != nil {
			if chosen, err = inner(hello); err != nil {
				return nil, err
			}
		}
		used := chosen
		if used == nil {
			used = cfg
		}
		if c, ok := hello.Conn.(*beginning); ok {
			c.foreign = !slices.ContainsFunc(hello.SupportedVersions, func(version uint16) bool { return speaks(used, version) })
		}
		return chosen, nil
	}
	return cfg
}

func speaks(cfg *tls.Config, version uint16) bool {
	least, most := cfg.MinVersion, cfg.MaxVersion
	if least == 0 {
		least = tls.VersionTLS12 // what package tls takes for it
	}
	return version >= least && (most == 0 || version <= most)
}
