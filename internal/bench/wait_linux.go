package bench

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A timer waits. The runtime's timers come up to a millisecond late where a process
// is idle, so this is a descriptor that the poller waits for like a socket.
type timer struct{ file *os.File }

func newTimer() (*timer, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make a timer: %w", err)
	}
	return &timer{os.NewFile(uintptr(fd), "timer")}, nil
}

// wait returns after d, which is positive, or with an error when the timer is closed.
func (t *timer) wait(d time.Duration) error {
	raw, err := t.file.SyscallConn()
	if err != nil {
		return err
	}
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = unix.TimerfdSettime(int(fd), 0, &spec, nil) }); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	var expirations [8]byte
	_, err = t.file.Read(expirations[:])
	return err
}

// close ends the waiting, at any time.
func (t *timer) close() { _ = t.file.Close() }
