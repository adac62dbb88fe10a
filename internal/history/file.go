package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
)

// The bounds of what is kept. The file grows to about twice that before it is compacted.
const (
	MaxEntries = 1000
	MaxBytes   = 1 << 20  // of all entries, as they stand in the file
	MaxEntry   = 64 << 10 // of one entry; a longer one is not kept
)

// errNotRegular is for what can be opened like a file and is none, or would be replaced.
var errNotRegular = errors.New("not a regular file")

// A File is a history. Its methods may be called at the same time.
type File struct {
	path    string
	entries []string     // never changed
	lines   atomic.Int64 // about as many as the file has
}

// Open reads the history that earlier runs have kept at path. Where there is none, it makes the
// file, which nobody else may read, and the directories above it. Of a file that is damaged or
// too long, it takes the newest entries that are whole.
//
// An error says that the history can not be kept there, and why.
func Open(path string) (*File, error) {
	f := &File{path: path}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, keeping(err)
	}
	err := f.locked(func(file *os.File) error {
		if err := hide(file); err != nil {
			return err
		}
		entries, lines, err := read(file)
		f.entries = entries
		f.lines.Store(int64(lines))
		return err
	})
	if err != nil {
		return nil, keeping(err)
	}
	return f, nil
}

// hide takes a file of another origin away from everybody else.
func hide(file *os.File) error {
	info, err := file.Stat()
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return file.Chmod(0o600)
}

// keeping says what failed.
func keeping(err error) error { return fmt.Errorf("keep the history: %w", err) }

// Entries returns what earlier runs have kept, the oldest first: at most [MaxEntries] and
// [MaxBytes], none of them blank. The caller may change the slice.
func (f *File) Entries() []string { return slices.Clone(f.entries) }

// Add appends an entry, and then leaves out the oldest ones if the file has become too long. Blank
// entries and those longer than [MaxEntry] are passed over without an error.
func (f *File) Add(entry string) error {
	if !isKept(entry) {
		return nil
	}
	line := encode(entry)
	err := f.locked(func(file *os.File) error {
		if torn(file) { // by a program that was stopped while writing
			line = append([]byte("\n"), line...)
		}
		_, err := file.Write(line)
		return err
	})
	if err != nil {
		return keeping(err)
	}
	f.lines.Add(1)
	return f.compact()
}

// isKept reports whether an entry belongs in a history.
func isKept(entry string) bool {
	return len(entry) <= MaxEntry && strings.TrimSpace(entry) != ""
}

// locked opens the file, and does what it is told while no other program does.
func (f *File) locked(do func(*os.File) error) error {
	for {
		file, err := f.open()
		if err != nil {
			return err
		}
		current, err := lock(file)
		if current && err == nil {
			err = do(file)
		}
		if closing := file.Close(); !errors.Is(closing, fs.ErrClosed) { // which also unlocks it
			err = errors.Join(err, closing)
		}
		if current || err != nil {
			return err
		}
	}
}

// open opens the file, or makes it, for reading, and for writing at its end.
func (f *File) open() (*os.File, error) {
	switch info, err := os.Stat(f.path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular(): // opening it might wait forever
		return nil, &fs.PathError{Op: "open", Path: f.path, Err: errNotRegular}
	}
	return os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
}

// compact leaves out what is beyond the bounds, if that is about half of the file.
func (f *File) compact() error {
	info, err := os.Stat(f.path)
	if err != nil {
		return keeping(err)
	}
	if f.lines.Load() <= 2*MaxEntries && info.Size() <= 2*MaxBytes {
		return nil
	}
	if err := f.locked(f.rewrite); err != nil {
		return fmt.Errorf("shorten the history: %w", err)
	}
	return nil
}

// rewrite puts a file with the newest entries in the place of an old one, which is locked.
func (f *File) rewrite(old *os.File) error {
	entries, _, err := read(old)
	if err != nil {
		return err
	}
	path, err := filepath.EvalSymlinks(f.path) // a link is to stay one
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	var lines []byte
	for _, entry := range entries {
		lines = append(lines, encode(entry)...)
	}
	_, err = file.Write(lines)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = replace(old, file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	f.lines.Store(int64(len(entries)))
	return nil
}
