package server

import (
	"net"
	"net/netip"
)

// perIP counts the open connections of each origin. Without a limit it counts, and
// keeps, nothing. It needs the server's lock, except for originOf.
type perIP struct {
	limit int                  // 0: none
	open  map[netip.Prefix]int // holds only origins with open connections
}

// originOf returns whom conn counts for, as Origin says. The zero Prefix is nobody:
// there is no limit, or no IP, as with Unix sockets.
func (p *perIP) originOf(conn net.Conn) netip.Prefix {
	if p.limit == 0 {
		return netip.Prefix{}
	}
	return Origin(addrOf(conn))
}

// addLocked counts a connection, unless its origin has as many as it may.
func (p *perIP) addLocked(origin netip.Prefix) bool {
	if !origin.IsValid() {
		return true
	}
	if p.open[origin] >= p.limit {
		return false
	}
	if p.open == nil {
		p.open = make(map[netip.Prefix]int)
	}
	p.open[origin]++
	return true
}

// removeLocked takes back a connection that addLocked has counted.
func (p *perIP) removeLocked(origin netip.Prefix) {
	if !origin.IsValid() {
		return
	}
	p.open[origin]--
	if p.open[origin] == 0 {
		delete(p.open, origin)
	}
}

// originString writes an IPv4 origin as people know it, without /32.
func originString(origin netip.Prefix) string {
	if origin.IsSingleIP() {
		return origin.Addr().String()
	}
	return origin.String()
}
