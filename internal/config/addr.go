package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// DefaultPort is the port of an address that names none.
const DefaultPort = "1234"

// An Addr is where a server listens and a client connects, in the terms of
// package net.
type Addr struct {
	Network string // tcp or unix
	Address string // host:port, or a path
}

// String returns the address as people write it.
func (a Addr) String() string {
	if a.Network == "unix" {
		return "unix:" + a.Address
	}
	return a.Address
}

// ParseAddr reads host:port, a host alone (its port is DefaultPort), :port or
// unix:/path. A host that is an IPv6 address stands in brackets if a port
// follows.
func ParseAddr(text string) (Addr, error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if path == "" {
			return Addr{}, errors.New("unix: needs a path: write unix:/path/of/socket")
		}
		return Addr{"unix", path}, nil
	}
	malformed := fmt.Errorf("%q is not an address: write host:port, or unix:/path", text)
	if text == "" {
		return Addr{}, malformed
	}
	if ip, err := netip.ParseAddr(text); err == nil {
		return Addr{"tcp", net.JoinHostPort(ip.String(), DefaultPort)}, nil
	}
	if !strings.Contains(text, ":") || strings.HasSuffix(text, "]") {
		text += ":" + DefaultPort
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || strings.ContainsAny(host, " /\t\n") {
		return Addr{}, malformed
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return Addr{}, fmt.Errorf("%q is not a port: write a number from 0 to 65535, as in %s", port, net.JoinHostPort(host, DefaultPort))
	}
	return Addr{"tcp", net.JoinHostPort(host, port)}, nil
}
