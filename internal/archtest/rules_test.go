package archtest

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// maxLines is how long a file may be that is not a test.
const maxLines = 500

// A pkg is what the rules need to know of one package.
type pkg struct {
	path  string // below the module, as in the table
	name  string // of its package clause
	files []file // its source on every platform
	tests []file
}

// A file is what the rules need to know of one file.
type file struct {
	name    string
	lines   int
	doc     string   // the comment over its package clause
	imports []string // as written
	starts  []int    // lines with a go statement
	sleeps  []int    // lines with a call of time.Sleep
}

// A rule says what is wrong with a package: nothing, if the promise is kept.
type rule struct {
	promise string
	broken  func(pkg) []string
}

var rules = []rule{
	{"every package stands in the table", strangers},
	{"packages import what their floor allows and no more", wrongFloors},
	{"libraries stay in the room that is made for them", strayLibraries},
	{"wire, text, journal, room and feed see no socket", usedSockets},
	{"wire, text and journal start no goroutine", startedGoroutines},
	{"wire reads no clock", readClocks},
	{"every package says once what it is", wrongDocs},
	{"no file is longer than 500 lines", longFiles},
	{"tests sleep in synctest bubbles only", realSleeps},
}

// violations holds one rule against all packages.
func violations(pkgs []pkg, r rule) []string {
	var found []string
	for _, p := range pkgs {
		for _, v := range r.broken(p) {
			found = append(found, p.path+": "+v)
		}
	}
	return found
}

func strangers(p pkg) []string {
	if _, ok := placeOf(p.path); ok {
		return nil
	}
	return []string{"is not in the table of internal/archtest: add it there, with its floor and what it may import"}
}

func wrongFloors(p pkg) []string {
	here, ok := placeOf(p.path)
	if !ok {
		return nil // strangers says it
	}
	var found []string
	for path, where := range p.imports() {
		target, ours := strings.CutPrefix(path, module+"/")
		if !ours {
			continue
		}
		if reason := refusal(here, target); reason != "" {
			found = append(found, fmt.Sprintf("imports %s (%s): %s", target, where, reason))
		}
	}
	return found
}

// refusal says why the package here may not import the package target, or "" if it may.
func refusal(here place, target string) string {
	there, ok := placeOf(target)
	switch {
	case !ok:
		return "it is not in the table"
	case slices.Contains(here.mayImport, target):
		return ""
	case there.floor == yard:
		return "it is for tests only"
	case there.floor > here.floor:
		return fmt.Sprintf("it stands above, on floor %d; this is floor %d", there.floor, here.floor)
	case there.floor == here.floor:
		return fmt.Sprintf("both stand on floor %d, and packages of one floor do not know each other", here.floor)
	case slices.Contains(here.mayImport, anythingBelow):
		return ""
	default:
		return "it stands below, but the table does not list it for this package"
	}
}

// libraries lists, for modules of others, the packages of ours that they are for.
var libraries = []struct {
	prefix string
	rooms  []string
	reason string
}{
	{"github.com/urfave/cli", []string{"cmd", "internal/config"}, "flags are read under cmd and in internal/config alone"},
	{"charm.land", []string{"internal/tui"}, "the screen is drawn in internal/tui alone"},
	{"github.com/charmbracelet", []string{"internal/tui"}, "the screen is drawn in internal/tui alone"},
	{"github.com/prometheus", []string{"internal/admin"}, "figures become metrics in internal/admin alone"},
}

func strayLibraries(p pkg) []string {
	var found []string
	for path, where := range p.imports() {
		for _, lib := range libraries {
			isHome := func(room string) bool { return within(p.path, room) }
			if within(path, lib.prefix) && !slices.ContainsFunc(lib.rooms, isHome) {
				found = append(found, fmt.Sprintf("imports %s (%s): %s", path, where, lib.reason))
			}
		}
	}
	return found
}

func usedSockets(p pkg) []string {
	return forbidImport(p, sockets, func(path string) bool {
		return within(path, "net") && path != "net/netip"
	})
}

func readClocks(p pkg) []string {
	return forbidImport(p, clock, func(path string) bool { return path == "time" })
}

// forbidImport finds imports that a package must do without.
func forbidImport(p pkg, without string, forbidden func(path string) bool) []string {
	if here, _ := placeOf(p.path); !slices.Contains(here.without, without) {
		return nil
	}
	var found []string
	for path, where := range p.imports() {
		if forbidden(path) {
			found = append(found, fmt.Sprintf("imports %s (%s): it is to do without %s", path, where, without))
		}
	}
	return found
}

func startedGoroutines(p pkg) []string {
	if here, _ := placeOf(p.path); !slices.Contains(here.without, goroutines) {
		return nil
	}
	var found []string
	for _, f := range p.files {
		for _, line := range f.starts {
			found = append(found, fmt.Sprintf("%s:%d starts a goroutine: that is for a floor above", f.name, line))
		}
	}
	return found
}

func wrongDocs(p pkg) []string {
	begin := "Package " + p.name + " "
	if p.name == "main" {
		begin = "Command "
	}
	var found, documented []string
	for _, f := range p.files {
		if f.doc == "" {
			continue
		}
		documented = append(documented, f.name)
		if !strings.HasPrefix(f.doc, begin) {
			found = append(found, fmt.Sprintf("%s: the package comment is to begin with %q", f.name, begin))
		}
	}
	switch len(documented) {
	case 0:
		found = append(found, fmt.Sprintf("has no package comment: say in doc.go what it does, beginning with %q", begin))
	case 1:
	default:
		found = append(found, "has several package comments: "+strings.Join(documented, ", "))
	}
	return found
}

func longFiles(p pkg) []string {
	var found []string
	for _, f := range p.files {
		if f.lines > maxLines {
			found = append(found, fmt.Sprintf("%s has %d lines: split it, %d is the limit", f.name, f.lines, maxLines))
		}
	}
	return found
}

// realSleeps looks at whole files, because helpers that sleep are called from bubbles as well; the linter
// watches over code that is not a test.
func realSleeps(p pkg) []string {
	var found []string
	for _, f := range p.tests {
		if slices.Contains(f.imports, "testing/synctest") {
			continue
		}
		for _, line := range f.sleeps {
			found = append(found, fmt.Sprintf("%s:%d sleeps outside a synctest bubble: "+
				"wait for the event itself, or look for it with a ticker and a deadline", f.name, line))
		}
	}
	return found
}

// imports yields each import of the package and the file that has it; tests do not count.
func (p pkg) imports() iter.Seq2[string, string] {
	return func(yield func(path, where string) bool) {
		for _, f := range p.files {
			for _, path := range f.imports {
				if !yield(path, f.name) {
					return
				}
			}
		}
	}
}

// within reports whether path is parent or stands below it.
func within(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}
