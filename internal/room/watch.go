package room

import (
	"sync/atomic"
	"time"
)

const (
	// Grudge is for how long the room remembers that publishers were held back.
	Grudge = 30 * time.Second

	// looks is how often in one patience the members that are waited for are looked
	// at: at least, while publishers wait, and while they do and have before.
	looks      = 8
	closeLooks = 64
	lastLooks  = 256

	// trial is the part of a patience for which a peer is waited for at least before it
	// is too slow: its window opens in steps.
	trial = 16
)

// A watch sees to it that members who do not read hold nobody back: it looks at
// those that are waited for from time to time, while there are any.
type watch struct {
	members atomic.Int64 // that are waited for
	on      atomic.Bool  // a look is due, or under way

	// Under the room's lock.
	timer   *time.Timer // of the look that is due; nil before the first one
	looking bool
	looked  time.Time

	spent bool // members who were cut have held publishers for a patience lately

	debts debts // by who looks
}

// interval is how long publishers wait at least between two looks.
func (r *Room) intervalLocked() time.Duration {
	if r.watch.spent {
		return r.cfg.Patience / lastLooks
	}
	return r.cfg.Patience / closeLooks
}

// memberWaits notes that a member is waited for, or is no more.
func (r *Room) memberWaits(on bool) {
	if !on {
		r.watch.members.Add(-1)
		return
	}
	r.watch.members.Add(1)
	if r.watch.on.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.watch.on.Load() {
		r.watch.on.Store(true)
		r.lookInLocked(r.cfg.Patience / looks)
	}
}

// publishersWaitLocked has the next look come soon.
func (r *Room) publishersWaitLocked() {
	r.heldSince = time.Now()
	if w := &r.watch; !w.looking { // else it comes soon anyway
		w.on.Store(true)
		r.lookInLocked(max(0, r.intervalLocked()-r.heldSince.Sub(w.looked)))
	}
}

// lookInLocked makes the next look due. (A timer that is stopped stays in the runtime's
// hands until its time, and its room with it: so none is made before it is needed.)
func (r *Room) lookInLocked(d time.Duration) {
	if r.watch.timer == nil {
		r.watch.timer = time.AfterFunc(d, r.look)
		return
	}
	r.watch.timer.Reset(d)
}

// A suspect is a member that is waited for.
type suspect struct {
	*Member
	holds bool // the log, while publishers wait
}

// look measures the members that are waited for and cuts those of them that have
// held publishers back for too long. It is the callback of the watch's timer.
func (r *Room) look() {
	now := time.Now()
	suspects, since, ok := r.suspects(now)
	if !ok {
		return // two timers that ran out at about the same time
	}
	w := &r.watch
	w.debts.forget(now.Add(-Grudge))
	var cut debts
	for _, m := range suspects {
		if debt, reason, guilty := m.judge(now, since, m.holds, w.debts); guilty && m.cut(reason) {
			cut = append(cut, debt)
		}
	}
	for _, debt := range cut {
		w.debts = w.debts.with(debt)
	}

	r.mu.Lock()
	defer r.mu.Unlock()
	w.looking, w.spent = false, w.debts.sum() >= r.cfg.Patience
	switch {
	case r.waiting > 0 && !r.closed:
		r.lookInLocked(r.intervalLocked())
	case w.members.Load() > 0:
		r.lookInLocked(r.cfg.Patience / looks)
	default:
		w.on.Store(false)
		if w.members.Load() > 0 { // it counted itself when this was still on
			w.on.Store(true)
			r.lookInLocked(r.cfg.Patience / looks)
		}
	}
}

// suspects begins a look: it returns the members that are waited for, and since
// when the last look publishers have waited. It is not ok while another look is
// under way.
func (r *Room) suspects(now time.Time) (all []suspect, since time.Time, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := &r.watch
	if w.looking {
		return nil, since, false
	}
	held := r.waiting > 0 && !r.closed
	for m := range r.members {
		if m.waiting.Load() {
			all = append(all, suspect{m, held && r.log.Holds(&m.cursor)})
		}
	}
	since = r.heldSince
	if since.Before(w.looked) {
		since = w.looked
	}
	w.looking, w.looked = true, now
	return all, since, true
}

// measure begins to measure what the member's peer takes.
func (m *Member) measure() {
	now, taken := time.Now(), m.sink.Taken()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.meter == nil {
		m.meter = new(meter)
	}
	m.meter.begin(now, taken)
}

// judge measures what the member's peer has taken, and decides whether it has held
// publishers back for too long, for which it returns what it owes. They were held
// since the time given, if the member holds them at all.
//
// Once the peer was waited for through a whole patience, its average over that counts;
// until then, what it has taken lately, if that says anything yet.
func (m *Member) judge(now, since time.Time, holds bool, others debts) (own debt, reason Reason, guilty bool) {
	taken := m.sink.Taken()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.meter == nil {
		m.meter = new(meter)
		m.meter.begin(now, taken)
	}
	g, patience := m.meter, m.room.cfg.Patience
	lately, newer := g.since(now, taken, patience/looks)
	over, took := g.since(now, taken, patience)
	g.note(now, taken, patience/looks)
	if over < patience {
		over, took = lately, newer
	}
	if !holds || !m.room.tooSlow(took, over) {
		g.held = time.Time{}
		return own, 0, false
	}
	if g.held.IsZero() {
		g.held = since
	}
	own = debt{g.held, now}
	switch {
	case over >= patience && took == 0:
		return own, Stalled, true
	case over >= patience:
		return own, Slow, true
	}
	return own, Overdrawn, over >= patience/trial && others.with(own).sum() >= patience
}

// tooSlow tells whether a member that took so many bytes in so long may be cut.
func (r *Room) tooSlow(took uint64, over time.Duration) bool {
	return float64(took) < over.Seconds()*float64(r.cfg.MinRate)/2
}

// A meter measures how fast a peer takes what it is sent, while that is waited
// for.
type meter struct {
	marks [looks + 2]mark // a ring: these reach back a whole patience
	n     int             // how many there have been
	held  time.Time       // since when it is too slow and holds publishers back; zero if it does not
}

// A mark is how much a peer had taken at a time.
type mark struct {
	at    time.Time
	taken uint64
}

// begin starts anew.
func (g *meter) begin(now time.Time, taken uint64) {
	g.marks[0], g.n = mark{now, taken}, 1
	g.held = time.Time{}
}

// since returns how many bytes of those taken are new over about the time given, or
// since begin where that is less.
func (g *meter) since(now time.Time, taken uint64, ago time.Duration) (over time.Duration, took uint64) {
	var from mark
	for i := g.n - 1; i >= max(0, g.n-len(g.marks)); i-- {
		from = g.marks[i%len(g.marks)]
		if now.Sub(from.at) >= ago {
			break
		}
	}
	return now.Sub(from.at), max(taken, from.taken) - from.taken
}

// note keeps how much is taken by now, if the last mark is so old.
func (g *meter) note(now time.Time, taken uint64, apart time.Duration) {
	if now.Sub(g.marks[(g.n-1)%len(g.marks)].at) >= apart {
		g.marks[g.n%len(g.marks)] = mark{now, taken}
		g.n++
	}
}

// debts are the times for which members who were cut had held publishers back, in
// order and apart from each other.
type debts []debt

type debt struct{ from, to time.Time }

// with returns the debts and one more, which ends last.
func (d debts) with(one debt) debts {
	n := len(d)
	for n > 0 && one.from.Before(d[n-1].to) {
		n--
		if d[n].from.Before(one.from) {
			one.from = d[n].from
		}
	}
	return append(d[:n:n], one)
}

// forget drops what was before the time given.
func (d *debts) forget(before time.Time) {
	for len(*d) > 0 && (*d)[0].from.Before(before) {
		if (*d)[0].to.After(before) {
			(*d)[0].from = before
			return
		}
		*d = (*d)[1:]
	}
}

func (d debts) sum() (sum time.Duration) {
	for _, debt := range d {
		sum += debt.to.Sub(debt.from)
	}
	return sum
}
