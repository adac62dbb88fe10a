package history_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"bcast/internal/history"
)

func open(t *testing.T, path string) *history.File {
	t.Helper()
	f, err := history.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func add(t *testing.T, f *history.File, entries ...string) {
	t.Helper()
	for _, entry := range entries {
		if err := f.Add(entry); err != nil {
			t.Fatal(err)
		}
	}
}

// kept is what the next run finds.
func kept(t *testing.T, path string) []string {
	t.Helper()
	return open(t, path).Entries()
}

// pathWith returns the path of a file with the content.
func pathWith(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatIsAddedIsThereInTheNextRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	entries := []string{
		"hello", "hello", `"quoted" \ <b>&`, "two\nlines\n", " \t padded ", "おはよう 👨‍👩‍👧‍👦", "null", "\x1b[2J\x00\x7f\u009b", "a\u2028b",
		strings.Repeat("x", history.MaxEntry),
	}
	f := open(t, path)
	if got := f.Entries(); len(got) != 0 {
		t.Errorf("a new history has %q", got)
	}
	add(t, f, entries...)
	if got := kept(t, path); !slices.Equal(got, entries) {
		t.Errorf("kept %q, want %q", got, entries)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(content), "\n"); lines != len(entries) {
		t.Errorf("%d lines for %d entries", lines, len(entries))
	}
	if strings.ContainsAny(string(content), "\x1b\x00") {
		t.Error("the file has control characters")
	}
}

func TestWhatIsBlankOrTooLongIsLeftOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	f := open(t, path)
	add(t, f, "", " \n\u3000", strings.Repeat("x", history.MaxEntry+1), "kept")
	if got := kept(t, path); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("kept %d entries, want the last alone", len(got))
	}
}

func TestDamagedLinesArePassedOver(t *testing.T) {
	tests := []struct{ name, content string }{
		{"nothing", ""},
		{"no JSON", "hello\n\x00\x01\n{\n\n"},
		{"JSON of another kind", "1\nnull\n[\"x\"]\n{\"a\":\"b\"}\ntrue\n"},
		{"two on a line", `"a" "b"` + "\n"},
		{"blank", "\"\"\n\"  \"\n"},
		{"too long", `"` + strings.Repeat("y", history.MaxEntry+1) + "\"\n"},
		{"bytes that are no text", "\xff\xfe\n"},
		{"a control character", "\"\x1b[2J\"\n"},
	}
	for _, tt := range tests {
		path := pathWith(t, "\"before\"\n"+tt.content+"\"behind\"\n")
		if got := kept(t, path); !slices.Equal(got, []string{"before", "behind"}) {
			t.Errorf("%s: kept %.100q", tt.name, got)
		}
	}
}

func TestATornLastLineCostsNoOther(t *testing.T) {
	path := pathWith(t, "\"whole\"\n\"to")
	add(t, open(t, path), "next", "last")
	if got := kept(t, path); !slices.Equal(got, []string{"whole", "next", "last"}) {
		t.Errorf("kept %q", got)
	}
}

func TestProgramsKeepEachOthersEntries(t *testing.T) {
	const programs, each = 8, history.MaxEntries / 8
	// Each program finds the file almost too long, and compacts it after some entries, which
	// takes its time, while the others add theirs.
	path := pathWith(t, strings.Repeat("\"old "+strings.Repeat("x", 900)+"\"\n", 2*history.MaxEntries-programs))
	var all sync.WaitGroup
	for program := range programs {
		f := open(t, path)
		all.Go(func() {
			for i := range each {
				if err := f.Add(fmt.Sprintf("%d %d", program, i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	next := [programs]int{}
	for _, entry := range kept(t, path) {
		var program, i int
		if n, err := fmt.Sscanf(entry, "%d %d", &program, &i); n != 2 || err != nil {
			t.Fatalf("%.20q is damaged, or should have gone before others did", entry)
		}
		if i != next[program] {
			t.Fatalf("%q stands where %d would be that program's next", entry, next[program])
		}
		next[program]++
	}
	for program, n := range next {
		if n != each {
			t.Errorf("of program %d %d entries are lost", program, each-n)
		}
	}
	wantAlone(t, path)
}

// wantAlone checks that nothing was left beside the file.
func wantAlone(t *testing.T, path string) {
	t.Helper()
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 {
		t.Errorf("beside the history there are %v", left)
	}
}

func TestCompactionKeepsTheNewest(t *testing.T) {
	tests := []struct {
		name  string
		entry string
		n     int // that are added
		keeps int
	}{
		{"many entries", "hello", 2*history.MaxEntries + 10, history.MaxEntries},
		{"long entries", strings.Repeat("x", 50_000), 50, history.MaxBytes / (50_000 + len("\"12345 \"\n"))},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "history")
		f := open(t, path)
		for i := range tt.n {
			add(t, f, fmt.Sprintf("%05d %s", i, tt.entry))
		}
		got := kept(t, path)
		if len(got) != tt.keeps || !strings.HasPrefix(got[len(got)-1], fmt.Sprintf("%05d ", tt.n-1)) ||
			!strings.HasPrefix(got[0], fmt.Sprintf("%05d ", tt.n-tt.keeps)) {
			t.Errorf("%s: %d are kept from %.6q on, want %d", tt.name, len(got), got[0], tt.keeps)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if added := int64(tt.n * (len(tt.entry) + 9)); info.Size() > added*3/4 {
			t.Errorf("%s: the file has %d bytes after %d were added", tt.name, info.Size(), added)
		}
		wantMode(t, path, 0o600)
		wantAlone(t, path)

		add(t, f, "next")
		if again, err := os.Stat(path); err != nil || !os.SameFile(info, again) {
			t.Errorf("%s: the file is compacted again at once, %v", tt.name, err)
		}
	}
}

func TestAFileThatIsFarTooLongIsReadFromItsEnd(t *testing.T) {
	var content strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&content, "\"%050d\"\n", i)
	}
	path := pathWith(t, content.String())
	got := kept(t, path)
	if len(got) != history.MaxEntries || got[len(got)-1] != fmt.Sprintf("%050d", 199_999) {
		t.Fatalf("%d entries up to %q", len(got), got[len(got)-1])
	}
	add(t, open(t, path), "one more")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := kept(t, path); info.Size() > 100_000 || len(got) != history.MaxEntries || got[len(got)-1] != "one more" {
		t.Errorf("%d bytes and %d entries up to %q after the next one", info.Size(), len(got), got[len(got)-1])
	}
}

func TestHalfALineIsNoEntry(t *testing.T) {
	// What is looked at of the file begins behind the backslash.
	rest := "\"half\"\n" + "\"whole\"\n"
	rest += strings.Repeat("#", 4*history.MaxBytes-len(rest)-1) + "\n"
	path := pathWith(t, `"more than \`+rest)
	if got := kept(t, path); !slices.Equal(got, []string{"whole"}) {
		t.Errorf("kept %q", got)
	}
}

func TestNobodyElseMayRead(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "state", "bcast", "history")
	open(t, path)
	wantMode(t, path, 0o600)
	wantMode(t, filepath.Dir(path), 0o700)
	wantMode(t, filepath.Join(root, "state"), 0o700)

	older := pathWith(t, "\"x\"\n")
	if err := os.Chmod(older, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, older)
	wantMode(t, older, 0o600)
}

func wantMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want && runtime.GOOS != "windows" {
		t.Errorf("%s has mode %o, want %o", path, got, want)
	}
}

func TestALinkStaysOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	target := pathWith(t, strings.Repeat("\"x\"\n", 2*history.MaxEntries))
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
	add(t, open(t, path), "last")
	if got := kept(t, target); len(got) != history.MaxEntries || got[len(got)-1] != "last" {
		t.Errorf("the linked file has %d entries up to %q", len(got), got[len(got)-1])
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("the link became %v, %v", info, err)
	}
}

func TestWhatCannotBeKeptIsSaidWithTheReason(t *testing.T) {
	file := pathWith(t, "")
	dir := t.TempDir()
	tests := []struct{ name, path, want string }{
		{"below a file", filepath.Join(file, "history"), "keep the history: mkdir " + file + ": not a directory"},
		{"a directory", dir, "keep the history: open " + dir + ": not a regular file"},
		{"no file to append to", os.DevNull, "keep the history: open " + os.DevNull + ": not a regular file"},
	}
	for _, tt := range tests {
		if f, err := history.Open(tt.path); err == nil || err.Error() != tt.want || f != nil {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}

	path := filepath.Join(t.TempDir(), "history")
	f := open(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.Add("x"); err == nil || err.Error() != "keep the history: open "+path+": not a regular file" {
		t.Errorf("Add says %v", err)
	}
}

func TestAFileThatIsRemovedBeginsAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	f := open(t, path)
	add(t, f, "old")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	add(t, f, "new")
	if got := kept(t, path); !slices.Equal(got, []string{"new"}) {
		t.Errorf("kept %q", got)
	}
	wantMode(t, path, 0o600)
}
