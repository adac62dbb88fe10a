package server

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// mappedBits is how many bits of an IPv6 address stand before an IPv4 address that is
// mapped into it.
const mappedBits = 96

// addrOf returns where conn comes from, as IPv4 where that is mapped into IPv6. The zero
// Addr is nowhere, as with Unix sockets.
func addrOf(conn net.Conn) netip.Addr {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}

// Origin is all that counts as the host with an address: an IPv4 address itself, also
// where it is mapped into IPv6, or the /64 of an IPv6 address. It is the zero Prefix
// for the zero Addr.
//
// An IPv6 host has not one address but a /64 at least, which is what every network
// gives out, and chooses freely in it: it could have a new one for each connection.
func Origin(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap()
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	origin, _ := addr.Prefix(bits)
	return origin
}

// canonical returns prefix as those of a prefixMap are written: as IPv4 where it is
// mapped into IPv6, and without bits of a host.
func canonical(prefix netip.Prefix) (netip.Prefix, error) {
	switch {
	case !prefix.IsValid():
		return netip.Prefix{}, errors.New("a prefix is not valid")
	case !prefix.Addr().Is4In6():
		return prefix.Masked(), nil
	case prefix.Bits() < mappedBits:
		return netip.Prefix{}, fmt.Errorf("%v is not all IPv4: a prefix of a mapped address has %d bits or more", prefix, mappedBits)
	default:
		return netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-mappedBits).Masked(), nil
	}
}

// A prefixMap finds the prefixes that an address is in, however many there are: it
// looks once for each length of prefix that it has. Its keys are canonical.
type prefixMap[V any] struct {
	values map[netip.Prefix]V
	v4, v6 [129]int // how many prefixes there are of each length
}

func (m *prefixMap[V]) set(prefix netip.Prefix, value V) {
	if _, known := m.values[prefix]; !known {
		m.lengths(prefix.Addr())[prefix.Bits()]++
	}
	if m.values == nil {
		m.values = make(map[netip.Prefix]V)
	}
	m.values[prefix] = value
}

func (m *prefixMap[V]) remove(prefix netip.Prefix) {
	if _, known := m.values[prefix]; known {
		m.lengths(prefix.Addr())[prefix.Bits()]--
		delete(m.values, prefix)
	}
}

// has reports whether addr, which is not a mapped one, is in a prefix whose value is as
// asked for. Its zone does not matter.
func (m *prefixMap[V]) has(addr netip.Addr, is func(V) bool) bool {
	if len(m.values) == 0 {
		return false
	}
	for bits, number := range m.lengths(addr)[:addr.BitLen()+1] {
		if number == 0 {
			continue
		}
		prefix, _ := addr.Prefix(bits)
		if value, ok := m.values[prefix]; ok && is(value) {
			return true
		}
	}
	return false
}

func (m *prefixMap[V]) lengths(addr netip.Addr) *[129]int {
	if addr.Is4() {
		return &m.v4
	}
	return &m.v6
}
