package chatlog_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"bcast/internal/chatlog"
	"bcast/internal/wire"
)

func TestFullDiskIsToldOnceAndEndsTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, "/dev/full")
		f.Entry(said("bob", "hello"))
		time.Sleep(time.Second) // in the bubble: until it is flushed
		if err := <-f.told; !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("the error is %v", err)
		}
		f.Entry(said("bob", "hello"))
		time.Sleep(time.Hour) // in the bubble: nothing more is tried
		if err := f.Close(); err != nil {
			t.Errorf("it was told again: %v", err)
		}
		f.wantQuiet()
	})
}

func TestFullDiskIsToldOnExit(t *testing.T) {
	f := open(t, "/dev/full")
	f.Entry(said("bob", "hello"))
	if err := f.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("the error is %v", err)
	}
	f.wantQuiet()
}

// wantQuiet checks that nobody was told that the log has ended.
func (f *file) wantQuiet() {
	f.t.Helper()
	select {
	case err := <-f.told:
		f.t.Errorf("it was told: %v", err)
	default:
	}
}

// awaitFull waits until a pipe takes no more.
func (f *file) awaitFull(pipe *os.File) {
	f.t.Helper()
	raw, err := pipe.SyscallConn()
	if err != nil {
		f.t.Fatal(err)
	}
	beat := time.NewTicker(time.Millisecond)
	defer beat.Stop()
	for waiting := 0; waiting < 60<<10; <-beat.C {
		failed := raw.Control(func(fd uintptr) { waiting, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ) })
		if err := errors.Join(failed, err); err != nil {
			f.t.Fatal(err)
		}
	}
}

// A pipe that nobody reads is the slowest of disks.
func TestSlowDiskCostsLinesThatAreCounted(t *testing.T) {
	line := strings.Repeat("x", 1000)
	for name, test := range map[string]struct {
		log func(*file)
		gap string // what stands in the place of lines
	}{
		"pipe":       {log: func(f *file) { f.Entry(said("bob", line)) }, gap: "* %d lines are missing here: the disk was too slow"},
		"pipe.jsonl": {log: func(f *file) { f.Line(wire.Line{From: "p", Text: []byte(line)}) }, gap: `{"type":"gap","missed":%d}`},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			f := open(t, path)
			reader, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Close()
			if err := reader.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			const all = 15_000
			for range all / 100 {
				test.log(f)
			}
			f.awaitFull(reader)
			for range all - all/100 {
				test.log(f)
			}
			kept, missed := 0, 0
			r := bufio.NewReader(reader)
			for kept+missed < all {
				got, err := r.ReadString('\n')
				if err != nil {
					t.Fatalf("%d lines, %d missing: %v", kept, missed, err)
				}
				n := 0
				if at := strings.IndexAny(got, "*{"); strings.Contains(got, line) {
					kept++
				} else if _, err := fmt.Sscanf(got[at:], test.gap, &n); err != nil {
					t.Fatalf("%q: %v", got, err)
				}
				missed += n
			}
			if kept < 7000 || missed < 1000 {
				t.Errorf("%d lines were kept, %d are missing", kept, missed)
			}
			test.log(f)
			f.Close()
			if got, _ := r.ReadString('\n'); !strings.Contains(got, line) {
				t.Errorf("it ends with %q, want what was said later", got)
			}
		})
	}
}

func TestPanicInTheLogIsRescued(t *testing.T) {
	rescued := make(chan any, 1)
	log, err := chatlog.Open("/dev/full", func(error) { panic("a fault in the program") }, func() { rescued <- recover() })
	if err != nil {
		t.Fatal(err)
	}
	log.Entry(said("bob", strings.Repeat("x", 100_000)))
	if reason := <-rescued; reason == nil {
		t.Error("there was no panic to rescue from")
	}
}
