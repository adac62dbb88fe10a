package wire_test

import (
	"crypto/tls"
	"net"
	"testing"

	"bcast/internal/wire"
)

func TestSniffTLSKnowsAHandshakeFromLines(t *testing.T) {
	for in, want := range map[string]wire.Verdict{
		"\x16\x03\x01\x02\x00\x01\x00": wire.TLS,
		"\x16\x03\x03\x00\x50\x01":     wire.TLS,
		"\x16\x03\x00\x00\x50\x01":     wire.TLS,
		"":                             wire.Undecided,
		"\x16":                         wire.Undecided,
		"\x16\x03\x01\x00\x50":         wire.Undecided,
		"hello\n":                      wire.Other,
		"\x16hello\n":                  wire.Other,
		"\x16\x03\x05\x00\x50\x01":     wire.Other,
		"\x16\x03\x01\x00\x50\x02":     wire.Other, // a ServerHello
		"\x17\x03\x03\x00\x50\x01":     wire.Other, // data
		"\x01":                         wire.Other,
		"first\n\x16\x03\x01\x02\x00\x01\x00\xff": wire.Other,
	} {
		if got := wire.SniffTLS([]byte(in)); got != want {
			t.Errorf("SniffTLS(%q) = %d, want %d", in, got, want)
		}
	}
}

// TestSniffTLSKnowsARealHandshake asks crypto/tls for what it begins with.
func TestSniffTLSKnowsARealHandshake(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS12, tls.VersionTLS13} {
		near, far := net.Pipe()
		go func() { // ends with the pipe
			_ = tls.Client(near, &tls.Config{ServerName: "x", MinVersion: tls.VersionTLS10, MaxVersion: version}).HandshakeContext(t.Context())
		}()
		head := make([]byte, wire.MaxSniffTLS)
		if _, err := far.Read(head); err != nil {
			t.Fatal(err)
		}
		if got := wire.SniffTLS(head); got != wire.TLS {
			t.Errorf("a handshake of version %x begins with %x, which is %d", version, head, got)
		}
		far.Close()
		near.Close()
	}
}
