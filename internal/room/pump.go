package room

import (
	"slices"
	"sync"
	"sync/atomic"
)

// A pump takes the log to its share of the members. It is a goroutine only while
// it has something to do: one walk over the members, and another if there was a
// publish meanwhile. It writes without waiting, straight from the log to each
// sink, one write for each member however many lines have gathered; a member
// whose sink is full goes on in a goroutine of its own and comes back when it
// has caught up.
type pump struct {
	state atomic.Int32 // resting, walking or again

	mu     sync.Mutex
	joined []*Member // since the last walk
	gone   int       // how many have left since then
	size   int       // len(members)

	members []*Member // owned by the walk
}

// The states of a pump.
const (
	resting int32 = iota
	walking
	again // walking, and there is more since it began
)

// slack is how many members that are gone a pump keeps in its list, beyond as
// many as are there.
const slack = 64

// start makes the pump walk once from now on, and returns at once.
func (p *pump) start() {
	for {
		switch p.state.Load() {
		case again:
			return
		case walking:
			if p.state.CompareAndSwap(walking, again) {
				return
			}
		case resting:
			if p.state.CompareAndSwap(resting, walking) {
				go p.walk() // what it does for a member, the member's Leave waits for
				return
			}
		}
	}
}

// walk looks after each member once, and once more for each start meanwhile.
func (p *pump) walk() {
	for {
		p.gather()
		for _, m := range p.members {
			if m.own() {
				m.deliver(false)
			}
		}
		if p.state.CompareAndSwap(walking, resting) {
			return
		}
		p.state.Store(walking)
	}
}

// gather brings the list of members up to date.
func (p *pump) gather() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members = append(p.members, p.joined...)
	clear(p.joined)
	p.joined = p.joined[:0]
	if p.gone > 0 {
		p.members = slices.DeleteFunc(p.members, func(m *Member) bool { return m.hasEnded() })
		p.gone = 0
	}
	p.size = len(p.members)
}

// add gives the pump one more member.
func (p *pump) add(m *Member) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.joined = append(p.joined, m)
}

// remove tells the pump that a member has ended. The next walk forgets it.
func (p *pump) remove() {
	p.mu.Lock()
	p.gone++
	crowded := p.gone > (p.size+len(p.joined))/2+slack
	p.mu.Unlock()
	if crowded {
		p.start()
	}
}
