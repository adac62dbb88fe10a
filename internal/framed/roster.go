package framed

import (
	"container/heap"
	"slices"
	"strconv"
	"strings"

	"bcast/internal/text"
	"bcast/internal/wire"
)

// A roster is who is in the room, by number, and what each is called. The number of a
// member is never another's while the server runs.
//
// Members without a name, which are most, cost a number in a set; what they are called is
// made of it. All others are holders of a name, and no two of them hold names that
// text.Nickname has the same key for.
type roster struct {
	guests   map[uint64]struct{}
	named    map[uint64]*holder
	holders  map[string]*holder // by the key of the name
	families map[string]*family // by the key of what precedes the number: "alice-"
}

// A holder is the name of one member.
type holder struct {
	name, key string
	family    *family // whose number the name ends with, or nil
	number    uint32  // in the family
}

// A family is the names that differ in the number at their end alone. Each number from 2
// below next is either free or a holder's: so none is looked at twice, however many ask for
// one name.
type family struct {
	key     string
	next    uint32 // the lowest number that was never given
	free    numbers
	holders int // a family without any is forgotten
}

// maxFamily is the highest number at the end of a name: text.MaxStemDigits digits.
const maxFamily = 999_999

func newRoster() *roster {
	return &roster{
		guests:   make(map[uint64]struct{}),
		named:    make(map[uint64]*holder),
		holders:  make(map[string]*holder),
		families: make(map[string]*family),
	}
}

// memberID is the wire.Member.ID of a member.
func memberID(number uint64) string { return "p" + strconv.FormatUint(number, 10) }

// guestName is what a member without a name is called.
func guestName(number uint64) string { return "guest-" + strconv.FormatUint(number, 10) }

// count returns how many members there are.
func (r *roster) count() int { return len(r.guests) + len(r.named) }

// add takes in a member, which is not in the roster, and returns what it is called: the
// name that it wants, as text.Nickname returned it; the name and the lowest number from 2
// that is free, if it is in use; or guestName, if it wants "", or no number fits.
func (r *roster) add(number uint64, wanted string) (given string) {
	if h := r.hold(wanted); h != nil {
		r.named[number] = h
		return h.name
	}
	r.guests[number] = struct{}{}
	return guestName(number)
}

// rename gives a member another name, as add does, and returns what it was and is called:
// both are "" if it is not in the roster. Its own name is free for it.
func (r *roster) rename(number uint64, wanted string) (old, given string) {
	old = r.remove(number)
	if old == "" {
		return "", ""
	}
	return old, r.add(number, wanted)
}

// remove lets a member go and returns what it was called, or "" if it is not in the roster.
func (r *roster) remove(number uint64) (name string) {
	name = r.name(number)
	if h := r.named[number]; h != nil {
		delete(r.named, number)
		r.release(h)
	}
	delete(r.guests, number)
	return name
}

// name returns what a member is called, or "" if it is not in the roster.
func (r *roster) name(number uint64) string {
	if h := r.named[number]; h != nil {
		return h.name
	}
	if _, ok := r.guests[number]; ok {
		return guestName(number)
	}
	return ""
}

// peers returns the members but one, by number, or nil if there are more members than a
// room names.
func (r *roster) peers(except uint64) []wire.Member {
	if r.count() > wire.MaxRoster {
		return nil
	}
	numbers := make([]uint64, 0, r.count())
	for number := range r.guests {
		numbers = append(numbers, number)
	}
	for number := range r.named {
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	members := make([]wire.Member, 0, len(numbers))
	for _, number := range numbers {
		if number != except {
			members = append(members, wire.Member{ID: memberID(number), Name: r.name(number)})
		}
	}
	return members
}

// hold takes the name that is wanted, or one with a number, or none: nil.
func (r *roster) hold(wanted string) *holder {
	if wanted == "" {
		return nil
	}
	name, key, err := text.Nickname(wanted)
	if err != nil {
		return nil
	}
	if r.holders[key] == nil {
		h := &holder{name: name, key: key}
		r.holders[key] = h
		return h
	}
	stem := text.Stem(name)
	if stem == "" {
		return nil
	}
	_, key, err = text.Nickname(stem + "-2")
	if err != nil {
		return nil
	}
	return r.holdNumber(r.family(strings.TrimSuffix(key, "2")), stem)
}

// holdNumber takes the stem with the lowest number of the family that is free. Where
// somebody has asked for a name that ends with such a number, the number becomes that
// holder's, so that it comes back when the name does.
func (r *roster) holdNumber(f *family, stem string) *holder {
	for {
		number, ok := f.take()
		if !ok {
			return nil
		}
		digits := strconv.FormatUint(uint64(number), 10)
		h := r.holders[f.key+digits]
		taken := h != nil
		if !taken {
			h = &holder{name: stem + "-" + digits, key: f.key + digits}
			r.holders[h.key] = h
		}
		h.family, h.number = f, number
		f.holders++
		if !taken {
			return h
		}
	}
}

// release gives a name back.
func (r *roster) release(h *holder) {
	delete(r.holders, h.key)
	if f := h.family; f != nil {
		heap.Push(&f.free, h.number)
		f.holders--
		if f.holders == 0 {
			delete(r.families, f.key)
		}
	}
}

// family returns the family of a key, a new one if there is none. A name of it is to be held
// next: a new family has one that is free, or finds its first holder.
func (r *roster) family(key string) *family {
	f := r.families[key]
	if f == nil {
		f = &family{key: key, next: 2}
		r.families[key] = f
	}
	return f
}

// take returns the lowest number that is free, as far as the family knows.
func (f *family) take() (number uint32, ok bool) {
	if len(f.free) > 0 {
		return heap.Pop(&f.free).(uint32), true
	}
	if f.next > maxFamily {
		return 0, false
	}
	f.next++
	return f.next - 1, true
}

// numbers is a heap, the lowest first.
type numbers []uint32

func (n numbers) Len() int           { return len(n) }
func (n numbers) Less(i, j int) bool { return n[i] < n[j] }
func (n numbers) Swap(i, j int)      { n[i], n[j] = n[j], n[i] }
func (n *numbers) Push(x any)        { *n = append(*n, x.(uint32)) }

func (n *numbers) Pop() any {
	last := len(*n) - 1
	x := (*n)[last]
	*n = (*n)[:last]
	return x
}
