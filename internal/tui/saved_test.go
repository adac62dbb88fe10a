package tui

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bcast/internal/session"
)

// saves types the command, does what it asks for, and shows what has become of it.
func (s *screen) saves(path string) {
	s.t.Helper()
	s.enterText("/save " + path)
	s.board.saving.Wait()
	s.Update(changedMsg{})
}

func read(t *testing.T, path string) string {
	t.Helper()
	said, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}

func TestFeedIsSavedAsText(t *testing.T) {
	s := newFramed(t, 200, 24, "bob")
	s.happen(s.line(1, "花子", "おはよう\nsecond"), join("x", "carol", 3), session.Gap{Missed: 3})
	s.say("mine")
	s.happen(session.Delivered{ID: 1, Line: s.own(2, "mine")})
	path := filepath.Join(t.TempDir(), "a file")
	s.saves(path)
	s.want("5 lines saved to " + path)
	want := `2026-11-23 20:58:00 花子: おはよう
2026-11-23 20:58:00   second
2026-11-23 20:58:00 * carol joined
2026-11-23 20:58:00 * 3 lines missing here: this side was too slow
2026-11-23 20:58:00 alice: mine
`
	if got := read(t, path); got != want {
		t.Errorf("the file has\n%swant\n%s", got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 && os.PathSeparator == '/' {
		t.Errorf("its mode is %v (%v)", info.Mode(), err)
	}
}

func TestSaveNeverOverwrites(t *testing.T) {
	s := newFramed(t, 200, 24, "bob")
	folder := t.TempDir()
	path := filepath.Join(folder, "precious")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(folder, "link")
	if err := os.Symlink(filepath.Join(folder, "elsewhere"), link); err != nil {
		t.Fatal(err)
	}
	for _, taken := range []string{path, link, folder} {
		s.saves(taken)
		s.want(taken + " is there already: nothing is saved")
	}
	if read(t, path) != "precious" {
		t.Error("it is overwritten")
	}
}

func TestSaveThatFailsSaysWhy(t *testing.T) {
	s := newFramed(t, 200, 24, "bob")
	path := filepath.Join(t.TempDir(), "no", "such")
	s.saves(path)
	s.want("nothing is saved: " + path + ": no such file")
	s.saves("\u202ebad/\u202e")
	s.want("nothing is saved: <U+202E>bad/<U+202E>: ")
	s.wantHarmless("the name of a file")
}

func TestFileThatIsNotWholeIsNotLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "half")
	full := errors.New("the disk is full")
	err := create(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return full
	})
	if !errors.Is(err, full) {
		t.Errorf("the error is %v", err)
	}
	if left := namesIn(t, filepath.Dir(path)); len(left) > 0 {
		t.Errorf("%q are there", left)
	}
}

// namesIn are the names of the files in a folder.
func namesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestFileHasItsNameOnceItIsWhole(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "whole")
	err := create(path, func(w io.Writer) error {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("nothing is written, and the file is there (%v)", err)
		}
		_, err := io.WriteString(w, "whole")
		return err
	})
	if err != nil || read(t, path) != "whole" {
		t.Errorf("it has %q (%v)", read(t, path), err)
	}
	if got := namesIn(t, folder); !slices.Equal(got, []string{"whole"}) {
		t.Errorf("%q are there", got)
	}
}

func TestSaveNeverOverwritesWhereFilesHaveOneName(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "taken")
	for i, want := range []error{nil, fs.ErrExist} {
		file := filepath.Join(folder, fmt.Sprint(i))
		if err := os.WriteFile(file, []byte(fmt.Sprint("text ", i)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := giveName(file, path, func(string, string) error { return errors.ErrUnsupported }); !errors.Is(err, want) {
			t.Errorf("the error is %v, want %v", err, want)
		}
	}
	if got := read(t, path); got != "text 0" {
		t.Errorf("it has %q", got)
	}
}

func TestWhatIsSavedIsWholeWhenTheScreenIsLeft(t *testing.T) {
	s := newFramed(t, 80, 24, "bob")
	path := filepath.Join(t.TempDir(), "saved")
	end := s.board.serve(Config{Name: "alice"}, func(string) {}, new(bell))
	const many = 2000
	for i := range many {
		s.happen(s.line(uint64(i+1), "bob", "hello"))
	}
	s.enterText("/save " + path)
	if err := end(); err != nil {
		t.Error(err)
	}
	if n := strings.Count(read(t, path), "\n"); n != many {
		t.Errorf("%d lines are saved, want %d", n, many)
	}
}

func TestFileIsSavedWhereATildeIs(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	s := newFramed(t, 80, 24, "bob")
	s.happen(s.line(1, "bob", "hello"))
	s.saves("~/saved")
	s.want("1 line saved to ~/saved")
	read(t, filepath.Join(home, "saved"))
}

func TestContract12_SavedFileIsTextOnly(t *testing.T) {
	for name, attack := range attacks {
		s := newFramed(t, 80, 24, "bob")
		s.happen(s.line(1, attack, attack+"\n"+attack), join("x", attack, 3))
		path := filepath.Join(t.TempDir(), "saved")
		s.saves(path)
		for line := range strings.Lines(read(t, path)) {
			wantClean(t, name, strings.TrimSuffix(line, "\n"))
		}
	}
}
