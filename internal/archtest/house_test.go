package archtest

import "slices"

// module is the module's path; packages are named below without it.
const module = "bcast"

const (
	roof = 5 // commands: they may import anything below
	yard = 6 // tests and what only tests import
)

// What a package can be told to do without.
const (
	sockets    = "sockets"    // no package net, whose addresses alone (net/netip) are harmless
	goroutines = "goroutines" // no go statement
	clock      = "clock"      // no package time
)

// anythingBelow in mayImport stands for every package on a lower floor.
const anythingBelow = "*"

// A place is where one package stands in the house.
type place struct {
	floor     int
	pkg       string
	mayImport []string // of ours; what the standard library and others offer is the rules' matter
	without   []string
}

// house is the table of floors. Data flows through it one way, so a package imports from lower floors
// only, and of those only what it is for. A package that stands inside another ("internal/tui/term")
// may be imported by that one on the same floor.
var house = []place{
	{floor: 0, pkg: "internal/wire", without: []string{sockets, goroutines, clock}},
	{floor: 0, pkg: "internal/text", without: []string{sockets, goroutines}},
	{floor: 0, pkg: "internal/journal", without: []string{sockets, goroutines}},
	{floor: 0, pkg: "internal/server"},
	{floor: 0, pkg: "internal/certificate", without: []string{sockets, goroutines}},
	{floor: 0, pkg: "internal/history", without: []string{sockets, goroutines}},
	{floor: 0, pkg: "internal/home", without: []string{sockets, goroutines, clock}},
	{floor: 0, pkg: "internal/spool", without: []string{sockets}},

	{floor: 1, pkg: "internal/room", mayImport: []string{"internal/journal"}, without: []string{sockets}},
	{floor: 1, pkg: "internal/feed", mayImport: []string{"internal/text"}, without: []string{sockets}},
	{floor: 1, pkg: "internal/session", mayImport: []string{"internal/wire"}},

	{floor: 2, pkg: "internal/chatlog", mayImport: []string{"internal/feed", "internal/wire"}, without: []string{sockets}},
	{floor: 2, pkg: "internal/framed", mayImport: []string{
		"internal/wire", "internal/text", "internal/journal", "internal/room",
	}},

	{floor: 3, pkg: "internal/peer", mayImport: []string{"internal/wire", "internal/text", "internal/room", "internal/framed"}},
	{floor: 3, pkg: "internal/tui", mayImport: []string{
		"internal/feed", "internal/session", "internal/chatlog", "internal/history", "internal/home", "internal/wire", "internal/text", "internal/tui/term",
	}},
	{floor: 3, pkg: "internal/tui/term"},
	{floor: 3, pkg: "internal/tui/term/quiet", without: []string{sockets, goroutines, clock}},
	{floor: 3, pkg: "internal/pipe", mayImport: []string{"internal/session", "internal/wire", "internal/text"}},
	{floor: 3, pkg: "internal/bench", mayImport: []string{"internal/session"}},

	{floor: 4, pkg: "internal/admin", mayImport: []string{
		"internal/server", "internal/peer", "internal/room", "internal/framed", "internal/text",
	}},
	{floor: 4, pkg: "internal/config", mayImport: []string{"internal/text", "internal/home"}},

	{floor: roof, pkg: "cmd/server", mayImport: []string{anythingBelow}},
	{floor: roof, pkg: "cmd/client", mayImport: []string{anythingBelow}},

	// The yard checks the house from outside, so that it cannot share the house's mistakes.
	{floor: yard, pkg: "internal/archtest"},
	{floor: yard, pkg: "internal/contract"},
	{floor: yard, pkg: "internal/scripts"},
	{floor: yard, pkg: "internal/e2e", mayImport: []string{"internal/contract"}},
}

// placeOf finds a package in the table.
func placeOf(pkg string) (place, bool) {
	i := slices.IndexFunc(house, func(p place) bool { return p.pkg == pkg })
	if i < 0 {
		return place{}, false
	}
	return house[i], true
}
