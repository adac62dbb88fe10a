package tui

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"bcast/internal/chatlog"
	"bcast/internal/feed"
	"bcast/internal/home"
	"bcast/internal/text"
)

// save has the feed written to a new file. It is told on the screen how that went.
func (b *board) save(path string) {
	b.saving.Go(func() { // the end of serve waits for it
		defer b.rescue()
		entries := b.all()
		err := create(home.Expand(path), func(w io.Writer) error { return writeEntries(w, entries) })
		switch {
		case errors.Is(err, fs.ErrExist):
			b.tell(path + " is there already: nothing is saved")
		case err != nil:
			b.tell("nothing is saved: " + plainly(err))
		default:
			b.tell(lines(len(entries)) + " saved to " + path)
		}
	})
}

// all returns the entries of the feed.
func (b *board) all() []feed.Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	entries := make([]feed.Entry, 0, b.feed.Len())
	for e := range b.feed.All() {
		entries = append(entries, e)
	}
	return entries
}

// create makes a file that only its owner can read, with what write writes. It never
// overwrites one, and there is none of that name before it is whole.
func create(path string, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".bcast-*") // 0600
	if err != nil {
		return creating(path, err)
	}
	err = write(file)
	err = cmp.Or(err, file.Sync(), file.Close())
	if err == nil {
		err = giveName(file.Name(), path, os.Link)
	}
	if removed := os.Remove(file.Name()); !errors.Is(removed, fs.ErrNotExist) {
		err = cmp.Or(err, removed)
	}
	return creating(path, err)
}

// giveName gives a file its name, unless something else has it. Where files cannot have two names
// at once, an empty one keeps it for a moment.
func giveName(file, path string, link func(file, path string) error) error {
	err := link(file, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	keeps, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = cmp.Or(keeps.Close(), os.Rename(file, path)); err != nil {
		_ = os.Remove(path) // it is the error that counts
	}
	return err
}

// creating says of an error that it is about a file that was to be made.
func creating(path string, err error) error {
	var on *fs.PathError
	var between *os.LinkError
	switch {
	case errors.As(err, &on):
		err = on.Err
	case errors.As(err, &between):
		err = between.Err
	case err == nil:
		return nil
	}
	return &fs.PathError{Op: "create", Path: path, Err: err}
}

func writeEntries(to io.Writer, entries []feed.Entry) error {
	w := bufio.NewWriter(to)
	var line []byte
	for _, e := range entries {
		line = chatlog.AppendEntry(line[:0], e)
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return w.Flush()
}

// plainly is what an error says, without what was being done.
func plainly(err error) string {
	if on := (*fs.PathError)(nil); errors.As(err, &on) {
		return text.Clean([]byte(on.Path + ": " + on.Err.Error()))
	}
	return text.Clean([]byte(err.Error()))
}
