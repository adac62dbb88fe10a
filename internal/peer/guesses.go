package peer

import (
	"container/list"
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
	mu    sync.Mutex
	from  map[netip.Prefix]*list.Element // of order
	order list.List                      // of *guesser: whose last wrong one is the longest ago comes first
}

// A guesser is an address that has had wrong tokens.
type guesser struct {
	origin netip.Prefix
	wrong  int       // in a row
	next   time.Time // when it may be checked again
}

// try checks a token of an address, if it has a turn now. Otherwise wait is how long it
// takes until it may.
func (g *guesses) try(now time.Time, origin netip.Prefix, isRight func() bool) (right bool, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := g.from[origin]
	if at != nil {
		if wait := at.Value.(*guesser).next.Sub(now); wait > 0 {
			return false, wait
		}
	}
	if isRight() {
		return true, 0
	}
	if at == nil {
		at = g.rememberLocked(origin)
	}
	known := at.Value.(*guesser)
	if now.Sub(known.next) > guessMemory {
		known.wrong = 0
	}
	known.wrong++
	known.next = now.Add(delayBehind(known.wrong))
	g.order.MoveToBack(at)
	return false, 0
}

// rememberLocked makes an address known, and forgets another one if there are too many.
func (g *guesses) rememberLocked(origin netip.Prefix) *list.Element {
	if g.from == nil {
		g.from = make(map[netip.Prefix]*list.Element)
	}
	if len(g.from) == maxGuessers {
		oldest := g.order.Remove(g.order.Front()).(*guesser)
		delete(g.from, oldest.origin)
	}
	at := g.order.PushBack(&guesser{origin: origin})
	g.from[origin] = at
	return at
}

// delayBehind is how long an address waits behind its nth wrong token.
func delayBehind(n int) time.Duration {
	delay := guessDelay
	for ; n > 1 && delay < maxGuessDelay; n-- {
		delay *= 2
	}
	return min(delay, maxGuessDelay)
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
