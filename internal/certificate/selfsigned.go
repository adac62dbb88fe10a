package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// leeway is how long before it was made a certificate is valid, for clocks that are
// behind.
const leeway = time.Hour

// SelfSigned makes a key (ECDSA P-256) and a certificate that signs itself, for servers
// with the names and IP addresses of hosts, of which there is at least one. It is valid
// for some time from now on. What clients need to trust it is the certificate itself as
// an authority, or its pin, see [Pin]. A client may have one too, for a server that has
// it among its authorities.
func SelfSigned(hosts []string, valid time.Duration) (certPEM, keyPEM []byte, pin string, err error) {
	if valid <= 0 {
		return nil, nil, "", fmt.Errorf("make a certificate: valid for %v, want more than nothing", valid)
	}
	now := time.Now()
	cert := &x509.Certificate{ // its serial number is made of 160 random bits where there is none
		NotBefore:             now.Add(-leeway),
		NotAfter:              now.Add(valid),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true, // it signs nothing else
	}
	if err := name(cert, hosts); err != nil {
		return nil, nil, "", fmt.Errorf("make a certificate: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, "", fmt.Errorf("make a key: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, "", fmt.Errorf("encode a key: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		return nil, nil, "", fmt.Errorf("make a certificate: %w", err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, "", fmt.Errorf("make a certificate: %w", err)
	}
	certPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	return certPEM, keyPEM, Pin(made), nil
}

// name has cert be for hosts.
func name(cert *x509.Certificate, hosts []string) error {
	if len(hosts) == 0 {
		return errors.New("no host")
	}
	cert.Subject = pkix.Name{CommonName: "bcast"}
	for _, host := range hosts {
		if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
			cert.IPAddresses = append(cert.IPAddresses, addr.Unmap().AsSlice()) // a zone has no place in one
			continue
		}
		if !isName(host) {
			return fmt.Errorf("%q is no host name or IP address; a port does not belong to it, and names outside ASCII are written as xn--", host)
		}
		cert.DNSNames = append(cert.DNSNames, host)
	}
	return nil
}

const nameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// isName reports whether host looks like a DNS name, of which the first label may be *.
func isName(host string) bool {
	host = strings.TrimPrefix(host, "*.")
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if strings.Trim(label, nameLetters) != "" || label == "" || len(label) > 63 || label[0] == '-' {
			return false
		}
	}
	return true
}
