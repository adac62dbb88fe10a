package home_test

import (
	"path/filepath"
	"testing"

	"bcast/internal/home"
)

func TestTildeIsHome(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("HOME", folder)
	t.Setenv("USERPROFILE", folder)
	for path, want := range map[string]string{
		"~": folder, "~/a": filepath.Join(folder, "a"), "~a": "~a", "a~/b": "a~/b", "": "", "./~": "./~",
	} {
		if got := home.Expand(path); got != want {
			t.Errorf("%q is %q, want %q", path, got, want)
		}
	}
}
