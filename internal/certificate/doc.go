// Package certificate is what TLS is set up with: certificates and authorities that are
// read from files again when those change, certificates that sign themselves, and pins.
//
// It knows files and what is in them. It must not know of connections: who listens and
// who dials takes the tls.Config from here.
package certificate
