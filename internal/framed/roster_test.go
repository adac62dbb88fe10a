package framed

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"bcast/internal/text"
	"bcast/internal/wire"
)

func TestRosterGivesEveryMemberANameOfItsOwn(t *testing.T) {
	long := strings.Repeat("x", 32)
	for _, test := range []struct {
		what        string
		wants, gets []string // by the members 1, 2, 3 ...
	}{
		{"none", []string{"", ""}, []string{"guest-1", "guest-2"}},
		{"different", []string{"alice", "bob", ""}, []string{"alice", "bob", "guest-3"}},
		{"the same", []string{"alice", "alice", "alice"}, []string{"alice", "alice-2", "alice-3"}},
		{"the same, written otherwise", []string{"alice", "ALICE", "Ａｌｉｃｅ"}, []string{"alice", "ALICE-2", "Alice-3"}},
		{"one with a number", []string{"alice-2", "alice", "alice", "alice"}, []string{"alice-2", "alice", "alice-3", "alice-4"}},
		{"two with a number", []string{"alice-2", "alice-2", "alice-2"}, []string{"alice-2", "alice-2-2", "alice-2-3"}},
		{"the longest", []string{long, long, long[:25], long}, []string{long, long[:25] + "-2", long[:25], long[:25] + "-3"}},
		{"the longest, different ends", []string{long[:31] + "a", long[:31] + "a", long[:31] + "b", long[:31] + "b"}, []string{
			long[:31] + "a", long[:25] + "-2", long[:31] + "b", long[:25] + "-3",
		}},
		{"the longest in bytes", []string{strings.Repeat("花", 32), strings.Repeat("花", 32)}, []string{
			strings.Repeat("花", 32), strings.Repeat("花", 25) + "-2",
		}},
		{"a name that a number makes a guest's", []string{"guest", "guest"}, []string{"guest", "gues-2"}},
		{"a name that no number fits", []string{strings.Repeat("・", 25) + "花", strings.Repeat("・", 25) + "花"}, []string{
			strings.Repeat("・", 25) + "花", "guest-2",
		}},
		{"no name at all", []string{"a:b", "guest-7"}, []string{"guest-1", "guest-2"}},
	} {
		r := newRoster()
		for i, wanted := range test.wants {
			if got := r.add(uint64(i+1), wanted); got != test.gets[i] {
				t.Errorf("%s: member %d is called %q, want %q", test.what, i+1, got, test.gets[i])
			}
			if got := r.name(uint64(i + 1)); got != test.gets[i] {
				t.Errorf("%s: then member %d is called %q, want %q", test.what, i+1, got, test.gets[i])
			}
		}
	}
}

func TestRosterGivesTheLowestNumberThatIsFree(t *testing.T) {
	r := newRoster()
	for number := range uint64(6) {
		r.add(number, "alice") // alice, alice-2 ... alice-6
	}
	for _, gone := range []uint64{4, 1, 3} { // alice-5, alice-2, alice-4
		r.remove(gone)
	}
	number := uint64(10)
	for _, want := range []string{"alice-2", "alice-4", "alice-5", "alice-7"} {
		if got := r.add(number, "alice"); got != want {
			t.Errorf("called %q, want %q", got, want)
		}
		number++
	}
	r.remove(0) // alice
	if got := r.add(number, "Alice"); got != "Alice" {
		t.Errorf("called %q, want Alice, which is free again", got)
	}
}

func TestNumberThatWasAskedForComesBack(t *testing.T) {
	r := newRoster()
	r.add(1, "alice")
	r.add(2, "alice-2")
	r.add(3, "alice") // passes 2 over
	r.remove(2)
	if got := r.add(4, "alice"); got != "alice-2" {
		t.Errorf("called %q, want alice-2, which is free again", got)
	}
}

func TestRosterRenames(t *testing.T) {
	r := newRoster()
	r.add(1, "alice")
	r.add(2, "alice")
	r.add(3, "")
	for _, test := range []struct {
		number             uint64
		wanted, old, given string
	}{
		{1, "Alice", "alice", "Alice"},       // its own name is free for it
		{2, "alice", "alice-2", "alice-2"},   // still
		{2, "alice-2", "alice-2", "alice-2"}, // likewise
		{3, "bob", "guest-3", "bob"},
		{1, "bob", "Alice", "bob-2"},
		{2, "alice", "alice-2", "alice"},
		{3, "", "bob", "guest-3"},
		{1, "bob", "bob-2", "bob"},
		{4, "eve", "", ""}, // is not here
	} {
		old, given := r.rename(test.number, test.wanted)
		if old != test.old || given != test.given {
			t.Errorf("member %d wants %q: was %q, is %q; want %q, %q", test.number, test.wanted, old, given, test.old, test.given)
		}
	}
	if n := r.count(); n != 3 {
		t.Errorf("%d members, want 3", n)
	}
}

func TestRosterNamesAllOthersInOrder(t *testing.T) {
	r := newRoster()
	if peers := r.peers(1); peers == nil || len(peers) != 0 {
		t.Errorf("nobody is %#v, want a list without members", peers)
	}
	for _, number := range []uint64{30, 7, 100, 8} {
		r.add(number, map[uint64]string{30: "bob", 100: "alice"}[number])
	}
	want := []wire.Member{{ID: "p7", Name: "guest-7"}, {ID: "p30", Name: "bob"}, {ID: "p100", Name: "alice"}}
	if got := r.peers(8); !slices.Equal(got, want) {
		t.Errorf("the others are %v, want %v", got, want)
	}
	if got := r.remove(30); got != "bob" {
		t.Errorf("%q has gone, want bob", got)
	}
	if got := r.remove(30); got != "" {
		t.Errorf("%q has gone twice", got)
	}
	want = slices.Delete(want, 1, 2)
	if got := r.peers(8); !slices.Equal(got, want) {
		t.Errorf("the others are %v, want %v", got, want)
	}
}

func TestRosterNamesMembersByNumber(t *testing.T) {
	r := newRoster()
	var want []wire.Member
	for number := range uint64(100) {
		r.add(99-number, "")
		want = append(want, wire.Member{ID: memberID(number), Name: guestName(number)})
	}
	if got := r.peers(100); !slices.Equal(got, want) {
		t.Errorf("the others are %v, want %v", got, want)
	}
}

func TestRosterNamesNobodyBeyondItsBound(t *testing.T) {
	r := newRoster()
	for number := range uint64(wire.MaxRoster) {
		r.add(number, "")
	}
	if n := len(r.peers(0)); n != wire.MaxRoster-1 {
		t.Errorf("%d others among %d, want all", n, wire.MaxRoster)
	}
	r.add(wire.MaxRoster, "alice")
	if peers := r.peers(0); peers != nil {
		t.Errorf("%d others among %d, want none", len(peers), r.count())
	}
	r.remove(1)
	if n := len(r.peers(0)); n != wire.MaxRoster-1 {
		t.Errorf("%d others among %d again, want all", n, wire.MaxRoster)
	}
}

// TestRosterAgainstAModel has members come, go and ask for few names in any order.
func TestRosterAgainstAModel(t *testing.T) {
	wants := []string{"", "alice", "Alice", "alice-2", "alice-3", "guest", "gues-2", strings.Repeat("x", 32), strings.Repeat("x", 31) + "y"}
	rnd := rand.New(rand.NewPCG(1, 2))
	r, model := newRoster(), make(map[uint64]string)
	for range 20_000 {
		number, wanted := rnd.Uint64N(30), wants[rnd.IntN(len(wants))]
		switch old, in := model[number]; {
		case !in:
			model[number] = r.add(number, wanted)
		case rnd.IntN(2) == 0:
			if got := r.remove(number); got != old {
				t.Fatalf("member %d was called %q, want %q", number, got, old)
			}
			delete(model, number)
		default:
			was, given := r.rename(number, wanted)
			if was != old {
				t.Fatalf("member %d was called %q, want %q", number, was, old)
			}
			model[number] = given
		}
		if r.count() != len(model) {
			t.Fatalf("%d members, want %d", r.count(), len(model))
		}
		seen := make(map[string]bool)
		for number, name := range model {
			key := name
			if name != guestName(number) {
				shown, k, err := text.Nickname(name)
				if err != nil || shown != name {
					t.Fatalf("member %d is called %q: %v", number, name, err)
				}
				key = k
			}
			if r.name(number) != name || seen[key] {
				t.Fatalf("member %d is called %q, was given %q, in use %v", number, r.name(number), name, seen[key])
			}
			seen[key] = true
		}
	}
	for number := range model {
		r.remove(number)
	}
	if n := len(r.guests) + len(r.named) + len(r.holders) + len(r.families); n != 0 {
		t.Errorf("when all have gone, %d things are left", n)
	}
}

// Work is counted in allocations, each try of a name makes some.
func TestNameCostsTheSameHoweverManyHaveIt(t *testing.T) {
	cost := func(others uint64) float64 {
		r := newRoster()
		for number := range others {
			r.add(number, "alice")
		}
		return testing.AllocsPerRun(100, func() {
			r.remove(others / 2)
			r.add(others/2, "alice")
			r.add(others, "alice")
			r.remove(others)
		})
	}
	if few, many := cost(1_000), cost(10_000); many > few+2 {
		t.Errorf("%v allocations among 10,000, %v among 1,000", many, few)
	}
}

func TestGuestIsSmall(t *testing.T) {
	const guests, most = 10_000, 64
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := newRoster()
	for number := range uint64(guests) {
		r.add(number, "")
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if size := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / guests; size > most {
		t.Errorf("a guest takes %d bytes, want at most %d", size, most)
	} else {
		t.Logf("a guest takes %d bytes", size)
	}
	runtime.KeepAlive(r)
}

func BenchmarkRoster(b *testing.B) {
	const members = 10_000
	for name, wanted := range map[string]func(i int) string{
		"guests":         func(int) string { return "" },
		"names":          func(i int) string { return fmt.Sprint("alice", i) },
		"one name":       func(int) string { return "alice" },
		"one long name":  func(int) string { return strings.Repeat("x", 32) },
		"alike":          func(i int) string { return strings.Repeat("x", 28) + fmt.Sprintf("%04d", i/2) },
		"taken numbers":  func(i int) string { return []string{"alice", fmt.Sprint("alice-", i)}[i/(members/2)^1] },
		"what cannot be": func(int) string { return strings.Repeat("・", 31) + "花" },
	} {
		b.Run(name, func(b *testing.B) {
			wants := make([]string, members)
			for i := range wants {
				wants[i] = wanted(i)
			}
			for b.Loop() {
				r := newRoster()
				for i, wanted := range wants {
					r.add(uint64(i), wanted)
				}
				for i := range wants {
					r.remove(uint64(i))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*members), "ns/member")
		})
	}
}
