package archtest

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestTableIsAHouse holds the table against its own rules: no package twice, and a package may import
// what stands on lower floors or inside itself, and nothing else.
func TestTableIsAHouse(t *testing.T) {
	seen := map[string]bool{}
	for _, here := range house {
		if seen[here.pkg] {
			t.Errorf("%s stands in two places", here.pkg)
		}
		seen[here.pkg] = true
		for _, target := range here.mayImport {
			if target == anythingBelow {
				continue
			}
			there, ok := placeOf(target)
			switch {
			case !ok:
				t.Errorf("%s may import %s, which has no place", here.pkg, target)
			case there.floor > here.floor, there.floor == here.floor && here.floor != yard && !within(target, here.pkg):
				t.Errorf("%s on floor %d may import %s on floor %d", here.pkg, here.floor, target, there.floor)
			}
		}
	}
}

// TestCheckerNotices breaks each promise on purpose, so that a checker that has gone blind is noticed.
func TestCheckerNotices(t *testing.T) {
	type example struct {
		pkg  pkg
		want string // "" where nothing is wrong
	}
	examples := map[string][]example{
		"every package stands in the table": {
			{pkg{path: "internal/util"}, "add it there"},
			{pkg{path: "internal/wire"}, ""},
		},
		"packages import what their floor allows and no more": {
			{imports("internal/room", "bcast/internal/journal"), ""},
			{imports("internal/room", "bcast/internal/wire"), "does not list it"},
			{imports("internal/room", "bcast/internal/peer"), "stands above, on floor 3"},
			{imports("internal/room", "bcast/internal/session"), "both stand on floor 1"},
			{imports("internal/room", "bcast/internal/contract"), "for tests only"},
			{imports("internal/room", "bcast/internal/util"), "not in the table"},
			{imports("internal/tui", "bcast/internal/tui/term"), ""},
			{imports("internal/tui/term", "bcast/internal/tui"), "both stand on floor 3"},
			{imports("internal/admin", "bcast/internal/room"), ""},
			{imports("internal/admin", "bcast/internal/config"), "both stand on floor 4"},
			{imports("cmd/server", "bcast/internal/config", "bcast/internal/wire"), ""},
			{imports("cmd/server", "bcast/internal/e2e"), "for tests only"},
			{imports("internal/contract", "bcast/internal/wire"), "does not list it"},
		},
		"libraries stay in the room that is made for them": {
			{imports("internal/peer", "github.com/urfave/cli/v3"), "flags are read"},
			{imports("internal/config", "github.com/urfave/cli/v3"), ""},
			{imports("cmd/client", "github.com/urfave/cli/v3", "charm.land/bubbletea/v2"), "the screen is drawn"},
			{imports("internal/feed", "github.com/charmbracelet/x/ansi"), "the screen is drawn"},
			{imports("internal/tui/term", "charm.land/bubbletea/v2"), ""},
		},
		"wire, text, journal, room and feed see no socket": {
			{imports("internal/room", "net"), "do without sockets"},
			{imports("internal/wire", "net/http"), "do without sockets"},
			{imports("internal/wire", "net/netip"), ""},
			{imports("internal/peer", "net"), ""},
		},
		"wire, text and journal start no goroutine": {
			{pkg{path: "internal/journal", files: []file{{name: "log.go", starts: []int{7}}}}, "log.go:7 starts"},
			{pkg{path: "internal/room", files: []file{{name: "pump.go", starts: []int{7}}}}, ""},
		},
		"wire reads no clock": {
			{imports("internal/wire", "time"), "do without clock"},
			{imports("internal/journal", "time"), ""},
		},
		"every package says once what it is": {
			{documented("wire", "Package wire turns bytes into lines.\n"), ""},
			{documented("wire", ""), "no package comment"},
			{documented("wire", "Bytes and lines.\n"), `begin with "Package wire "`},
			{documented("wire", "Package wire is a.\n", "Package wire is b.\n"), "several package comments: a.go, b.go"},
			{documented("main", "Command bcast-server relays lines.\n"), ""},
			{documented("main", "Package main relays lines.\n"), `begin with "Command "`},
		},
		"no file is longer than 500 lines": {
			{pkg{files: []file{{name: "a.go", lines: 501}}}, "a.go has 501 lines"},
			{pkg{files: []file{{lines: 500}}, tests: []file{{lines: 501}}}, ""},
		},
		"tests sleep in synctest bubbles only": {
			{pkg{tests: []file{{name: "a_test.go", sleeps: []int{3}}}}, "a_test.go:3 sleeps"},
			{pkg{tests: []file{{imports: []string{"testing/synctest"}, sleeps: []int{3}}}}, ""},
		},
	}
	for _, r := range rules {
		if len(examples[r.promise]) == 0 {
			t.Errorf("no example breaks the promise %q", r.promise)
		}
		for _, e := range examples[r.promise] {
			got := strings.Join(violations([]pkg{e.pkg}, r), "\n")
			if (got == "") != (e.want == "") || !strings.Contains(got, e.want) {
				t.Errorf("%s: %+v:\n got %q\nwant %q", r.promise, e.pkg, got, e.want)
			}
		}
		delete(examples, r.promise)
	}
	for promise := range examples {
		t.Errorf("no rule holds the promise %q", promise)
	}
}

// TestReaderSeesWhatTheRulesNeed reads a file in which there is one of each.
func TestReaderSeesWhatTheRulesNeed(t *testing.T) {
	dir := t.TempDir()
	for name, src := range map[string]string{
		"a_windows.go": "// Package a waits.\npackage a\n\nimport \"time\"\n\nfunc f() {\n\tgo f()\n\ttime.Sleep(1)\n}\n", // is read, and not run
		"a_test.go":    "package a_test\n",
		"gen.go":       "//go:build ignore\n\npackage main\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := pkg{path: "internal/a", name: "a"}
	if err := got.readFiles(dir); err != nil {
		t.Fatal(err)
	}
	want := file{
		name: "a_windows.go", lines: 9, doc: "Package a waits.\n",
		imports: []string{"time"}, starts: []int{7}, sleeps: []int{8},
	}
	if len(got.files) != 1 || !reflect.DeepEqual(got.files[0], want) {
		t.Errorf("files: got %+v\nwant %+v", got.files, want)
	}
	isTest := func(f file) bool { return f.name == "a_test.go" }
	if len(got.tests) != 1 || !slices.ContainsFunc(got.tests, isTest) {
		t.Errorf("tests: got %+v, want a_test.go", got.tests)
	}
}

// imports makes up a package with these imports.
func imports(path string, imports ...string) pkg {
	return pkg{path: path, files: []file{{name: "a.go", imports: imports}}}
}

// documented makes up a package with these package comments, in a.go, b.go and so on.
func documented(name string, docs ...string) pkg {
	p := pkg{name: name}
	for i, doc := range docs {
		p.files = append(p.files, file{name: string(rune('a'+i)) + ".go", doc: doc})
	}
	return p
}
