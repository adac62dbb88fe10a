package server

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// maxBans is how many bans there may be at a time.
const maxBans = 10_000

// A Ban refuses the connections of some addresses for some time.
type Ban struct {
	Prefix netip.Prefix // as in Access
	Until  time.Time
}

// bans are the bans of a server. There are up to maxBans, and one more while they are
// being thinned out.
type bans struct {
	mu    sync.Mutex
	until prefixMap[time.Time]
}

// Ban refuses new connections of prefix until a time, in the place of an earlier ban of
// the same prefix; those that are open stay, unless their handler asks Admits. A host is
// banned by its [Origin]. There are up to 10,000 bans at a time: of more, the one that
// ends soonest goes. The error says what is wrong with the prefix.
func (s *Server) Ban(prefix netip.Prefix, until time.Time) error {
	prefix, err := canonical(prefix)
	if err != nil {
		return fmt.Errorf("ban: %w", err)
	}
	s.bans.set(prefix, until)
	return nil
}

// Unban ends the ban of exactly prefix, and reports whether there was one.
func (s *Server) Unban(prefix netip.Prefix) bool {
	prefix, err := canonical(prefix)
	return err == nil && s.bans.lift(prefix)
}

// Bans returns the bans there are; those that end soonest come first.
func (s *Server) Bans() []Ban { return s.bans.list() }

func (b *bans) set(prefix netip.Prefix, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until.set(prefix, until)
	if len(b.until.values) > maxBans {
		b.forgetLocked()
	}
	if len(b.until.values) > maxBans {
		b.until.remove(b.soonestLocked())
	}
}

func (b *bans) lift(prefix netip.Prefix) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	until, known := b.until.values[prefix]
	b.until.remove(prefix)
	return known && until.After(time.Now())
}

// hold reports whether addr is banned.
func (b *bans) hold(addr netip.Addr) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.until.values) == 0 {
		return false
	}
	return b.until.has(addr, time.Now().Before)
}

func (b *bans) list() []Ban {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forgetLocked()
	var all []Ban
	for prefix, until := range b.until.values {
		all = append(all, Ban{prefix, until})
	}
	slices.SortFunc(all, func(x, y Ban) int {
		if order := x.Until.Compare(y.Until); order != 0 {
			return order
		}
		return x.Prefix.Compare(y.Prefix)
	})
	return all
}

func (b *bans) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forgetLocked()
	return len(b.until.values)
}

// forgetLocked removes what has ended.
func (b *bans) forgetLocked() {
	now := time.Now()
	for prefix, until := range b.until.values {
		if !until.After(now) {
			b.until.remove(prefix)
		}
	}
}

func (b *bans) soonestLocked() (soonest netip.Prefix) {
	var ends time.Time
	for prefix, until := range b.until.values {
		if !soonest.IsValid() || until.Before(ends) {
			soonest, ends = prefix, until
		}
	}
	return soonest
}
