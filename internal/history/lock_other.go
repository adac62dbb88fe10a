//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package history

import "os"

// lock does nothing here. Appending is safe without it; what another program appends at the very
// moment of a compaction is lost.
func lock(*os.File) (current bool, err error) { return true, nil }

// replace puts the file next in the place of old at path. Windows does not replace a file that is
// open.
func replace(old *os.File, next, path string) error {
	if err := old.Close(); err != nil {
		return err
	}
	return os.Rename(next, path)
}
