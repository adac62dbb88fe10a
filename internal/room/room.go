package room

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"bcast/internal/journal"
)

// ErrClosed is returned by Join and Publish once the room is closed: what was
// to be published is not.
var ErrClosed = errors.New("the room is closed")

// newline stands between the unfinished line of one member and another's bytes.
var newline = []byte("\n")

// Config is how a Room is made. The zero value of each field but MaxChunk and
// Backlog has a meaning.
type Config struct {
	// MaxChunk is the longest chunk that a member publishes, in bytes.
	MaxChunk int

	// Backlog is how far, in bytes of memory, the slowest member may be behind
	// before publishers wait; at least MinBacklog(MaxChunk).
	Backlog int

	// Patience is how long a member may hold publishers back that takes less than
	// half of MinRate on average, and all such members together in any Grudge.
	// 0: DefaultPatience.
	Patience time.Duration

	// MinRate is what a member takes at least, in bytes a second, that is never
	// cut for being slow. 0: DefaultMinRate.
	MinRate int

	// Farewell is how long a member that leaves may make no progress with what
	// it has not received yet, in a room that it does not hold back. 0:
	// DefaultFarewell.
	Farewell time.Duration

	// Raw lets an unfinished line and another member's bytes touch. Otherwise
	// the room puts a newline between them, which counts as the bytes of the
	// unfinished line's author.
	Raw bool

	// Ordering decides the order of what is published. nil: the order in which
	// it arrives.
	Ordering Ordering

	// First is the number of the first line. 0: 1.
	First uint64

	// Whole keeps each chunk in one piece in memory, so that a member can begin at
	// any line. It costs memory where chunks are long.
	Whole bool
}

// The defaults of Config.
const (
	DefaultBacklog  = 16 << 20 // bytes
	DefaultPatience = 2 * time.Second
	DefaultMinRate  = 256 << 10 // bytes a second
	DefaultFarewell = 15 * time.Second
)

// MinBacklog is the smallest backlog, in bytes, of a room whose members publish
// chunks of up to maxChunk bytes.
func MinBacklog(maxChunk int) int { return journal.MinBacklog(maxChunk + len(newline)) }

// A Room is a set of members and the log they read. Its methods may be called
// from any goroutine.
type Room struct {
	cfg   Config
	pumps []pump            // one for each processor
	place func(Entry) error // append, made once: Publish allocates nothing

	mu      sync.Mutex
	log     *journal.Log
	members map[*Member]struct{}
	taps    map[*Tap]struct{}
	closed  bool

	// The author of the log's last line while that is unfinished, else nil.
	unfinished *Member

	// Publishers wait for space.
	space     sync.Cond
	waiting   int
	heldSince time.Time // when the first of those who wait began to

	watch   watch
	cuts    [reasons]atomic.Uint64
	latency sampler
}

// New returns an empty room, or an error that says which bound of cfg is wrong.
func New(cfg Config) (*Room, error) {
	if cfg.Patience < 0 || cfg.Farewell < 0 || cfg.MinRate < 0 {
		return nil, fmt.Errorf("room: patience of %v, farewell of %v, least rate of %d bytes a second, want none negative", cfg.Patience, cfg.Farewell, cfg.MinRate)
	}
	if cfg.Patience == 0 {
		cfg.Patience = DefaultPatience
	}
	if cfg.MinRate == 0 {
		cfg.MinRate = DefaultMinRate
	}
	if cfg.Farewell == 0 {
		cfg.Farewell = DefaultFarewell
	}
	if cfg.Ordering == nil {
		cfg.Ordering = arrival{}
	}
	log, err := journal.New(journal.Config{
		Backlog: cfg.Backlog, MaxAppend: cfg.MaxChunk + len(newline), First: cfg.First, Whole: cfg.Whole,
	})
	if err != nil {
		return nil, err
	}
	r := &Room{cfg: cfg, log: log, members: make(map[*Member]struct{}), taps: make(map[*Tap]struct{}), pumps: make([]pump, runtime.GOMAXPROCS(0))}
	r.place = r.append
	r.space.L = &r.mu
	return r, nil
}

// Close ends publishing: publishers that wait, and all later ones, get
// ErrClosed. Members still receive what was published before, until they leave.
func (r *Room) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.space.Broadcast()
}

// append gives e its place: the end of the log, once there is room.
func (r *Room) append(e Entry) error {
	r.mu.Lock()
	for r.log.Full(len(e.Chunk)+len(newline)) && !r.closed {
		if !r.leapLocked() {
			r.waitLocked()
		}
	}
	if r.closed {
		r.mu.Unlock()
		return ErrClosed
	}
	if r.unfinished != nil && r.unfinished != e.Author {
		r.endLineLocked()
	}
	now := time.Now()
	r.latency.sample(now, r.log.End()+uint64(len(e.Chunk)))
	r.log.Append(e.Chunk, e.Note.record(now), &e.Author.cursor)
	r.unfinished = nil
	if !r.cfg.Raw && e.Chunk[len(e.Chunk)-1] != '\n' {
		r.unfinished = e.Author
	}
	if r.waiting > 0 {
		r.space.Signal() // there may be room for the next one too
	}
	for t := range r.taps {
		t.Wake()
	}
	r.mu.Unlock()
	for i := range r.pumps {
		r.pumps[i].start()
	}
	return nil
}

// leapLocked moves the members on that hold the log and need not be waited for, and
// reports whether there were any.
func (r *Room) leapLocked() (any bool) {
	for m := range r.members {
		if m.gap != nil && r.log.Holds(&m.cursor) {
			r.log.Leap(&m.cursor)
			any = true
		}
	}
	return any
}

// endLineLocked puts a newline behind an unfinished line. Its author does not get
// it, nor do members who joined behind the line and have seen nothing of it.
func (r *Room) endLineLocked() {
	skip := []*journal.Cursor{&r.unfinished.cursor}
	for m := range r.members {
		if m.joined == r.log.End() {
			skip = append(skip, &m.cursor)
		}
	}
	r.log.Append(newline, Note{}.record(time.Now()), skip...)
}

// waitLocked waits until there may be space, and sees to it that those who hold
// it are watched meanwhile.
func (r *Room) waitLocked() {
	if r.waiting == 0 {
		r.publishersWaitLocked()
	}
	r.waiting++
	r.space.Wait()
	r.waiting--
}

// freed tells publishers that wait that a segment may be free.
func (r *Room) freed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.space.Signal()
}
