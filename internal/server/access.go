package server

import (
	"fmt"
	"net"
	"net/netip"
)

// Access says whose connections are taken, by the addresses they come from. The zero
// value takes all.
//
// An IPv4 address counts as itself, also where it is mapped into IPv6, in prefixes too:
// ::ffff:192.0.2.0/120 is 192.0.2.0/24, and ::/0 is IPv6 alone. Zones do not matter.
// Connections without an IP, as on Unix sockets, are always taken.
type Access struct {
	Allow []netip.Prefix // those and no others; empty is everybody
	Deny  []netip.Prefix // not those, also where Allow has them
}

// An accessList is an Access as it is asked.
type accessList struct {
	allow, deny prefixMap[struct{}]
}

func newAccessList(a Access) (*accessList, error) {
	list := new(accessList)
	for _, part := range []struct {
		name     string
		prefixes []netip.Prefix
		to       *prefixMap[struct{}]
	}{{"allow", a.Allow, &list.allow}, {"deny", a.Deny, &list.deny}} {
		for _, prefix := range part.prefixes {
			prefix, err := canonical(prefix)
			if err != nil {
				return nil, fmt.Errorf("access: %s: %w", part.name, err)
			}
			part.to.set(prefix, struct{}{})
		}
	}
	return list, nil
}

// takes reports whether connections of addr are taken.
func (l *accessList) takes(addr netip.Addr) bool {
	all := func(struct{}) bool { return true }
	if l.deny.has(addr, all) {
		return false
	}
	return len(l.allow.values) == 0 || l.allow.has(addr, all)
}

// SetAccess says whose connections are taken from now on. Those that are open stay,
// whoever they are of, unless their handler asks Admits. On an error, which says what is
// wrong with a, nothing changes.
func (s *Server) SetAccess(a Access) error {
	list, err := newAccessList(a)
	if err != nil {
		return err
	}
	s.access.Store(list)
	return nil
}

// refusesAddr says whether conn is refused for where it comes from.
func (s *Server) refusesAddr(conn net.Conn) Refusal {
	addr := addrOf(conn)
	switch {
	case !addr.IsValid():
		return notRefused
	case !s.access.Load().takes(addr):
		return RefusedDenied
	case s.bans.hold(addr):
		return RefusedBanned
	default:
		return notRefused
	}
}
