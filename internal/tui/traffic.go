package tui

import (
	"fmt"
	"time"
)

// trafficTime is for how long those who come and go share an entry of the feed.
const trafficTime = time.Minute

// traffic is who came, went and took another name since the last line: one entry of
// the feed, however many there are.
type traffic struct {
	open                  bool // its entry is the newest of the feed
	at                    time.Time
	joined, left, renamed group
	id, old               string // of the first who was renamed
}

// A group is names, of which the first are kept.
type group struct {
	names [3]string
	count int
}

func (g *group) add(name string) {
	if g.count < len(g.names) {
		g.names[g.count] = name
	}
	g.count++
}

// String lists the names as people do: all, or two and how many others.
func (g *group) String() string {
	switch n := g.names; g.count {
	case 1:
		return n[0]
	case 2:
		return n[0] + " and " + n[1]
	case 3:
		return n[0] + ", " + n[1] + " and " + n[2]
	default:
		return fmt.Sprintf("%s, %s and %d others", n[0], n[1], g.count-2)
	}
}

// rename notes that a member is called otherwise. One who changes names again and
// again is told of by the first and the last.
func (t *traffic) rename(id, old, name string) {
	switch {
	case t.renamed.count == 0:
		t.id, t.old = id, old
	case t.renamed.count == 1 && t.id == id:
		t.renamed = group{}
	}
	t.renamed.add(name)
}

// String is the text of the entry.
func (t *traffic) String() string {
	var s string
	add := func(part string) {
		if s != "" {
			s += "; "
		}
		s += part
	}
	if t.joined.count > 0 {
		add(t.joined.String() + " joined")
	}
	if t.left.count > 0 {
		add(t.left.String() + " left")
	}
	switch t.renamed.count {
	case 0:
	case 1:
		add(t.old + " is now " + t.renamed.names[0])
	default:
		add(fmt.Sprintf("%s is now %s, and there were %d more new names", t.old, t.renamed.names[0], t.renamed.count-1))
	}
	return s
}
