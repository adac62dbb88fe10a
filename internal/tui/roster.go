package tui

import (
	"fmt"
	"slices"
	"strings"

	"bcast/internal/feed"
	"bcast/internal/wire"
)

// A roster is who is in the room, as a framed server tells it. Names have passed the
// gate.
type roster struct {
	you     string            // the id of this side
	count   uint64            // members, this side too
	named   bool              // members has them all
	members []member          // by key; up to wire.MaxRoster and this side
	keys    map[string]string // of members, by id
}

// A member is one that is named.
type member struct{ key, id, name string }

// sortKey is what members are ordered by: names without regard to case, behind
// them those that have none, by number.
func sortKey(name string) string {
	if feed.IsGuest(name) {
		return fmt.Sprintf("\U0010FFFF%16s", strings.TrimPrefix(name, "guest-"))
	}
	return strings.ToLower(name)
}

func byKey(a, b member) int {
	if c := strings.Compare(a.key, b.key); c != 0 {
		return c
	}
	return strings.Compare(a.id, b.id)
}

// reset makes the roster that of a new connection.
func (r *roster) reset(you wire.Member, count uint64, peers []wire.Member) {
	*r = roster{you: you.ID, count: count, named: peers != nil || count <= 1, keys: make(map[string]string)}
	if !r.named {
		return
	}
	r.add(you)
	for _, peer := range peers {
		r.add(peer)
	}
}

// add reports whether m was not there.
func (r *roster) add(m wire.Member) bool {
	if _, ok := r.keys[m.ID]; ok || !r.named {
		return false
	}
	if len(r.members) > wire.MaxRoster { // more than a server names
		r.forget()
		return false
	}
	r.put(m)
	r.count = uint64(len(r.members))
	return true
}

// put inserts a member that is not there.
func (r *roster) put(m wire.Member) {
	added := member{sortKey(m.Name), m.ID, m.Name}
	i, _ := slices.BinarySearchFunc(r.members, added, byKey)
	r.members = slices.Insert(r.members, i, added)
	r.keys[m.ID] = added.key
}

// remove returns what a member was called, and whether it was there.
func (r *roster) remove(id string) (name string, ok bool) {
	key, ok := r.keys[id]
	if !ok {
		return "", false
	}
	i, _ := slices.BinarySearchFunc(r.members, member{key: key, id: id}, byKey)
	name = r.members[i].name
	r.members = slices.Delete(r.members, i, i+1)
	delete(r.keys, id)
	r.count = uint64(len(r.members))
	return name, true
}

// rename returns what a member was called, and whether that was another name.
func (r *roster) rename(m wire.Member) (old string, ok bool) {
	if old, ok = r.remove(m.ID); ok {
		r.put(m)
		r.count = uint64(len(r.members))
	}
	return old, ok && old != m.Name
}

// forget lets go of the names: the room has too many, or names no more.
func (r *roster) forget() {
	r.named, r.members, r.keys = false, nil, nil
}
