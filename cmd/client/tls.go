package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"bcast/internal/certificate"
	"bcast/internal/config"
	"bcast/internal/session"
	"bcast/internal/wire"
)

// dialTimeout is how long connecting may take, the handshake of TLS included.
const dialTimeout = 10 * time.Second

// tlsPrefix before an address asks for TLS.
const tlsPrefix = "tls://"

// secureFlags say how a room is joined that not everybody may join.
func secureFlags() []config.Flag {
	return []config.Flag{
		{Name: "token-file", Kind: config.File, Category: secured, Usage: "`FILE` with the token of the room, which is proved and not sent, but with --plain"},
		{Name: "tls", Kind: config.Switch, Category: secured, Usage: "speak TLS, as with an address that begins with " + tlsPrefix},
		{Name: "ca", Kind: config.File, Category: secured, DefaultText: "those of the system", Usage: "`FILE` with the authorities whose word on the server is taken, in PEM"},
		{Name: "pin", Category: secured, Usage: "`PIN` of the server's key, as bcast-server cert prints it: any certificate with that key is taken, and no other"},
		{Name: "cert", Kind: config.File, Category: secured, Usage: "`FILE` with a certificate of this side, where the server wants one"},
		{Name: "key", Kind: config.File, Category: secured, Usage: "`FILE` with its key"},
		{Name: "insecure", Kind: config.Switch, Category: secured, Usage: "take whatever server answers: what is said can be read and changed on its way"},
	}
}

// A dialer makes connections; nil is the one without TLS.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// readToken reads the token that --token-file has, if there is one.
func readToken(v *config.Values) (token wire.RoomToken) {
	file := v.Text("token-file")
	if file == "" {
		return token
	}
	text, err := os.ReadFile(file)
	if err == nil {
		token, err = wire.ParseRoomToken(text)
	}
	if err != nil {
		v.Fail("token-file", err)
	}
	return token
}

// readDialer takes the settings of TLS. It returns nil where there is none.
func readDialer(v *config.Values, wanted bool) dialer {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: v.Switch("insecure")} //nolint:gosec // it is asked for
	pin, ca, cert, key := v.Text("pin"), v.Text("ca"), v.Text("cert"), v.Text("key")
	switch {
	case !wanted && !v.Switch("tls"):
		if pin+ca+cert+key != "" || cfg.InsecureSkipVerify {
			v.Fail("tls", errors.New("--ca, --pin, --cert, --key and --insecure are for TLS: say --tls, or write tls://HOST:PORT"))
		}
		return nil
	case pin != "" && ca != "":
		v.Fail("pin", errors.New("a pin and --ca exclude each other"))
	case (cert == "") != (key == ""):
		v.Fail("cert", errors.New("--cert and --key belong together"))
	}
	if ca != "" {
		if text, err := os.ReadFile(ca); err != nil {
			v.Fail("ca", err)
		} else if cfg.RootCAs = x509.NewCertPool(); !cfg.RootCAs.AppendCertsFromPEM(text) {
			v.Fail("ca", fmt.Errorf("%s has no certificate in PEM", ca))
		}
	}
	if cert != "" && key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			v.Fail("cert", err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	if pin != "" {
		cfg.InsecureSkipVerify = true // the pin says more than any authority
		cfg.VerifyConnection = func(state tls.ConnectionState) error {
			if got := certificate.Pin(state.PeerCertificates[0]); got != pin {
				return pinError{got}
			}
			return nil
		}
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, dialTimeout)
		defer cancel()
		own := cfg.Clone()
		if host, _, err := net.SplitHostPort(address); err == nil && network != "unix" {
			own.ServerName, _, _ = strings.Cut(host, "%") // no certificate has a zone
		} else {
			own.ServerName = "localhost"
		}
		return (&tls.Dialer{Config: own}).DialContext(ctx, network, address)
	}
}

// A pinError says that a server has another key than the one that --pin names.
type pinError struct{ got string }

func (e pinError) Error() string {
	return fmt.Sprintf("the server has another key than --pin says; its pin is %s", e.got)
}

// remoteAlert is what crypto/tls calls what the server says of a handshake that it ends.
const remoteAlert = "remote error"

// plainTLS says in one line what is wrong with TLS, or "".
func plainTLS(err error) string {
	var pin pinError
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Op == remoteAlert:
		return "the server refuses this side's TLS: " + strings.TrimPrefix(op.Err.Error(), "tls: ")
	case errors.As(err, &pin):
		return pin.Error()
	case errors.As(err, &host):
		return "the server's certificate is for another name: " + namesOf(host.Certificate)
	case errors.As(err, &unknown):
		return "nobody that is trusted here has signed the server's certificate"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server's certificate is not valid now, but from " + invalid.Cert.NotBefore.Format(time.DateOnly) + " to " + invalid.Cert.NotAfter.Format(time.DateOnly)
	case errors.As(err, &record):
		return "the server does not speak TLS"
	case isCutShort(err):
		return "the server has ended the connection in the handshake of TLS"
	case isLate(err):
		return fmt.Sprintf("the server has not finished the handshake of TLS in %v", dialTimeout)
	}
	return ""
}

// isCutShort tells whether a server has closed a connection while TLS was being set up:
// that of plain lines does, and so does one with TLS that does not let this side in.
func isCutShort(err error) bool {
	var dial *session.DialError
	var op *net.OpError
	return errors.As(err, &dial) && (errors.Is(err, io.EOF) || errors.As(err, &op) && op.Op == "read")
}

// isLate tells whether TLS was not set up in time. That there is no connection in time is
// a timeout, too, but one of package net's.
func isLate(err error) bool {
	var dial *session.DialError
	var op *net.OpError
	return errors.As(err, &dial) && errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &op)
}

// namesOf are the names that a certificate is for. They may be a stranger's words.
func namesOf(cert *x509.Certificate) string {
	names := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "it has none"
	}
	return strings.Join(names, ", ")
}

// hintForTLS says what to do about it, or "".
func hintForTLS(err error) string {
	var op *net.OpError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, new(pinError)):
		return "if the server's operator has made a new key, take the new pin"
	case errors.As(err, new(x509.HostnameError)):
		return "connect to one of these names, or have the certificate made for this one"
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return "say whose word counts with --ca FILE, or which key is right with --pin PIN"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "check the clock here, or have the certificate renewed"
	case errors.As(err, &invalid):
		return "have the certificate made anew, for a server; or say which key is right with --pin PIN"
	case errors.As(err, new(tls.RecordHeaderError)), isLate(err):
		return "leave TLS out, or take the port that is for it"
	case isCutShort(err):
		return "leave TLS out, or take the port that is for it; if that is this one, it is full, or does not let this address in"
	case errors.As(err, &op) && op.Op == remoteAlert:
		return "the server wants a certificate of this side, see --cert and --key, or another version of TLS"
	}
	return ""
}
