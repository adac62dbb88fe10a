package tui

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"bcast/internal/chatlog"
	"bcast/internal/feed"
	"bcast/internal/text"
)

// save writes the feed to a new file. It is told on the screen how that went.
func save(b *board, path string) tea.Cmd {
	return func() tea.Msg {
		entries := b.all()
		err := create(expandHome(path), func(w io.Writer) error { return writeEntries(w, entries) })
		switch {
		case errors.Is(err, fs.ErrExist):
			b.tell(path + " is there already: nothing is saved")
		case err != nil:
			b.tell("nothing is saved: " + plainly(err))
		default:
			b.tell(lines(len(entries)) + " saved to " + path)
		}
		return nil
	}
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
// overwrites one, and leaves none behind that is not whole.
func create(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = write(file)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(path) // it is the error that counts
	}
	return err
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

// expandHome puts the person's folder in the place of a "~" at the beginning of a path.
func expandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, rest)
}

// plainly is what an error says, without what was being done.
func plainly(err error) string {
	if on := (*fs.PathError)(nil); errors.As(err, &on) {
		return text.Clean([]byte(on.Path + ": " + on.Err.Error()))
	}
	return text.Clean([]byte(err.Error()))
}
