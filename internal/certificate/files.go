package certificate

import (
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// lookInterval is the least time between two looks at files that may have changed.
const lookInterval = time.Second

// files are files with one content T, which is read again when they change. They are
// looked at when they are asked, so no goroutine waits for that.
type files[T any] struct {
	paths []string
	read  func() (T, error)
	log   *slog.Logger

	current atomic.Pointer[edition[T]]
	failed  atomic.Pointer[[]os.FileInfo] // of the last look that could not read them; or nil
	next    atomic.Int64                  // when the next look is due, in nanoseconds since 1970
}

// An edition is what was in files, and what they were then. It never changes.
type edition[T any] struct {
	content T
	stamps  []os.FileInfo
}

// open reads the files for the first time.
func (f *files[T]) open() error {
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	return f.reload(f.stamps())
}

// get returns the content. What has changed a second ago is in it, if it can be read:
// otherwise the log has why not, and the content is what it was.
func (f *files[T]) get() T {
	now, due := time.Now().UnixNano(), f.next.Load()
	if now < due && due-now <= int64(lookInterval) || !f.next.CompareAndSwap(due, now+int64(lookInterval)) {
		return f.current.Load().content // no look is due, unless the clock was set back; or another one looks
	}
	stamps := f.stamps()
	if same(stamps, f.current.Load().stamps) {
		f.failed.Store(nil)
		return f.current.Load().content
	}
	failed := f.failed.Load()
	switch err := f.reload(stamps); {
	case err == nil:
		f.log.Info("read again, because the files have changed", "files", f.paths)
	case failed == nil || !same(stamps, *failed):
		f.failed.Store(&stamps)
		f.log.Error("cannot read files that have changed, going on with what they were", "files", f.paths, "error", err)
	}
	return f.current.Load().content
}

// reload reads the files. The stamps are from before that: of what changes meanwhile,
// the next look sees that it has.
func (f *files[T]) reload(stamps []os.FileInfo) error {
	content, err := f.read()
	if err != nil {
		return err
	}
	f.current.Store(&edition[T]{content, stamps})
	f.failed.Store(nil)
	return nil
}

// stamps returns what the system says of each file; nil of one that is not there.
func (f *files[T]) stamps() []os.FileInfo {
	stamps := make([]os.FileInfo, len(f.paths))
	for i, path := range f.paths {
		if info, err := os.Stat(path); err == nil {
			stamps[i] = info
		}
	}
	return stamps
}

func same(a, b []os.FileInfo) bool {
	for i := range a {
		if a[i] == nil || b[i] == nil {
			if a[i] != b[i] {
				return false
			}
			continue
		}
		if !os.SameFile(a[i], b[i]) || a[i].Size() != b[i].Size() || !a[i].ModTime().Equal(b[i].ModTime()) {
			return false
		}
	}
	return true
}
