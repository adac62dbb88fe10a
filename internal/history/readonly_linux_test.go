package history_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"bcast/internal/history"
)

// asNobody does something without root's rights, if this is root, in this thread alone.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		do()
		return
	}
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	setfsuid := func(id uintptr) {
		_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, id, 0, 0) // says who it was before, never why not
	}
	setfsuid(nobody)
	defer setfsuid(0)
	do()
}

func TestADirectoryToReadOnlyIsSaid(t *testing.T) {
	root := t.TempDir()
	// What is above is open to all, so that the one to read only is what is met.
	for _, dir := range []string{filepath.Dir(root), root} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(root, "bcast")
	if err := os.Mkdir(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "history")
	below := filepath.Join(dir, "deeper", "history")
	asNobody(t, func() {
		_, err := history.Open(path)
		if want := "keep the history: open " + path + ": permission denied"; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		_, err = history.Open(below)
		if want := "keep the history: mkdir " + filepath.Dir(below) + ": permission denied"; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	})
}
