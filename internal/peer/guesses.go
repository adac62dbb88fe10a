package peer

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// How guesses at a token are slowed down.
const (
	guessDelay    = 100 * time.Millisecond // behind the first wrong one of an address; then twice as long each time
	maxGuessDelay = 2 * time.Second
	guessMemory   = 10 * time.Minute // without a wrong one, until an address is as good as new
	maxGuessers   = 10_000           // addresses that are remembered
)

// guesses has tokens checked one after another for each address that has had a wrong one,
// and slower and slower. An address without is not held up by anything, however many of
// its connections come at a time, and a right token costs nobody else a turn.
type guesses struct {
	mu   sync.Mutex
	from map[netip.Prefix]guesser
}

// A guesser is an address that has had wrong tokens.
type guesser struct {
	wrong int       // in a row
	next  time.Time // when it may be checked again
}

// try checks a token of an address, if it has a turn now. Otherwise wait is how long it
// takes until it may.
func (g *guesses) try(now time.Time, origin netip.Prefix, isRight func() bool) (right bool, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	known := g.from[origin]
	if wait := known.next.Sub(now); wait > 0 {
		return false, wait
	}
	if isRight() {
		return true, 0
	}
	if now.Sub(known.next) > guessMemory {
		known.wrong = 0
	}
	known.wrong++
	known.next = now.Add(delayBehind(known.wrong))
	if g.from == nil {
		g.from = make(map[netip.Prefix]guesser)
	}
	g.from[origin] = known
	if len(g.from) > maxGuessers {
		g.forgetLocked(origin)
	}
	return false, 0
}

// delayBehind is how long an address waits behind its nth wrong token.
func delayBehind(n int) time.Duration {
	delay := guessDelay
	for ; n > 1 && delay < maxGuessDelay; n-- {
		delay *= 2
	}
	return min(delay, maxGuessDelay)
}

// forgetLocked forgets one address, which is not this one: that which may be checked first.
func (g *guesses) forgetLocked(but netip.Prefix) {
	var oldest netip.Prefix
	for origin, known := range g.from {
		if origin != but && (!oldest.IsValid() || known.next.Before(g.from[oldest].next)) {
			oldest = origin
		}
	}
	delete(g.from, oldest)
}

// originOf is whom the guesses of a connection count for: an IPv4 address, or the /64 of an
// IPv6 one, in which a host chooses freely. Connections without an IP are one origin.
func originOf(conn net.Conn) netip.Prefix {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap()
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	origin, _ := ip.Prefix(bits) // zero for an address without IP
	return origin
}
