//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package history

import (
	"errors"
	"os"
	"syscall"
)

// lock waits until no other program has the file locked. It reports false if the file has been
// replaced meanwhile, so that the one of this name is another.
func lock(file *os.File) (current bool, err error) {
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	switch {
	case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOLCK):
		return true, nil // some file systems of a network: appending is safe, compacting nearly so
	case err != nil:
		return false, os.NewSyscallError("flock", err)
	}
	here, err := file.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Stat(file.Name())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(here, there), err
}

// replace puts the file next in the place of old, which is locked, at path.
func replace(_ *os.File, next, path string) error { return os.Rename(next, path) }
