package session

import (
	"slices"
	"strings"

	"bcast/internal/wire"
)

// guest begins the names that a room gives to those without one, and takes from nobody.
const guest = "guest-"

// A rename is a name that this side asks for, until the server has answered.
type rename struct {
	name  string
	after uint64 // the id of the parcel that it comes behind
	asked bool   // in this connection
}

// rename asks for a name behind what is in the outbox.
func (o *outbox) rename(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.names = append(o.names, rename{name: name, after: o.ids})
	o.tidyLocked()
	signal(o.work)
}

// tidyLocked leaves out names that nothing would be said under.
func (o *outbox) tidyLocked() {
	kept := o.names[:0]
	for i, r := range o.names {
		if later := i + 1; r.asked || later == len(o.names) || o.names[later].after > r.after {
			kept = append(kept, r)
		}
	}
	o.names = kept
}

// askLocked appends a frame for each name that comes before the parcel with an id.
func (o *outbox) askLocked(b []byte, before uint64) []byte {
	for i := range o.names {
		if r := &o.names[i]; !r.asked && r.after < before {
			b = (&wire.SetName{Name: r.name}).Append(b)
			r.asked = true
		}
	}
	return b
}

// askAgainLocked says that there is another connection: what was not answered in the
// last one is asked for again, the last of it at least.
func (o *outbox) askAgainLocked() {
	gone := o.ids // parcels up to this id have arrived
	if len(o.queue) > 0 {
		gone = o.queue[0].id - 1
	}
	for i := range o.names {
		o.names[i].asked = false
		o.names[i].after = max(o.names[i].after, gone)
	}
	o.tidyLocked()
}

// answered returns the name that an answer is about: the first that was asked for, or a
// later one that is given. Answers before that were lost in a gap.
func (o *outbox) answered(isGiven func(name string) bool) (name string, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.names) == 0 || !o.names[0].asked {
		return "", false
	}
	i := max(0, slices.IndexFunc(o.names, func(r rename) bool { return r.asked && isGiven(r.name) }))
	name = o.names[i].name
	o.names = slices.Delete(o.names, 0, i+1)
	return name, true
}

// named takes note that the room calls this side otherwise. The next hello asks for what
// was asked for, which may be free by then.
func (f *framedLink) named(given string) {
	wanted, ok := f.out.answered(func(name string) bool { return name == given })
	switch {
	case ok:
		f.cfg.Name = wanted
	case strings.HasPrefix(given, guest):
		f.cfg.Name = ""
	default:
		f.cfg.Name = given
	}
}

// unnamed takes note that a name was refused: this side is called what it was. If it was
// the hello's, the next hello asks for none, or it would be told the same.
func (f *framedLink) unnamed() {
	if _, ok := f.out.answered(func(string) bool { return false }); !ok {
		f.cfg.Name = ""
	}
}
