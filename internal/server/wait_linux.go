package server

import (
	"net"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A waiter waits for all connections that have no goroutine, with one epoll set and
// one goroutine. The runtime's own poller can wake goroutines only, and a goroutine
// for each connection would be most of what an idle one costs.
type waiter struct {
	mu      sync.Mutex
	conns   []*connection // by their descriptors
	fd      int           // an epoll set
	set     *os.File      // the same; nil before the first connection
	stopped bool
	run     sync.WaitGroup // its goroutine
}

// ready is what a connection is woken for: input, its end, or that the peer is gone.
// The set tells of each once.
const ready = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET

// maxEvents is how many connections are woken between two looks at the set.
const maxEvents = 128

// add has c woken from now on, and reports whether that is possible.
func (w *waiter) add(c *connection) bool {
	fd, ok := descriptor(c.Conn)
	if !ok {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || w.set == nil && w.startLocked() != nil {
		return false
	}
	if fd >= len(w.conns) {
		w.conns = append(w.conns, make([]*connection, fd+1-len(w.conns))...)
	}
	w.conns[fd], c.fd = c, fd
	event := unix.EpollEvent{Events: ready, Fd: int32(fd)}
	return unix.EpollCtl(w.fd, unix.EPOLL_CTL_ADD, fd, &event) == nil
}

// remove forgets c. Where c is closed, another connection may have its descriptor.
func (w *waiter) remove(c *connection) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.fd < len(w.conns) && w.conns[c.fd] == c {
		w.conns[c.fd] = nil
	}
}

// stop ends the waiting: no connection is woken by it from now on. It may be called
// again.
func (w *waiter) stop() {
	w.mu.Lock()
	w.stopped = true
	if w.set != nil {
		_ = w.set.Close()
	}
	w.mu.Unlock()
	w.run.Wait()
}

func (w *waiter) startLocked() error {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	// Package os gives non-blocking files to the runtime's poller, which can wait for
	// an epoll set as for anything else.
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return err
	}
	set := os.NewFile(uintptr(fd), "epoll")
	raw, err := set.SyscallConn()
	if err != nil {
		_ = set.Close()
		return err
	}
	w.fd, w.set = fd, set
	w.run.Go(func() { w.wake(raw) })
	return nil
}

// wake wakes connections as they become ready, until stop.
func (w *waiter) wake(set syscall.RawConn) {
	events := make([]unix.EpollEvent, maxEvents)
	n := 0
	look := func(fd uintptr) (done bool) {
		n = wait(int(fd), events)
		return n > 0
	}
	var woken []*connection
	for set.Read(look) == nil {
		woken = w.find(woken[:0], events[:n])
		for _, c := range woken {
			c.wake()
		}
	}
}

// find adds the connections of events to found. What the set said of a connection may
// be old, and its descriptor another's by now: then that one is woken for nothing.
func (w *waiter) find(found []*connection, events []unix.EpollEvent) []*connection {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range events {
		if c := w.conns[e.Fd]; c != nil {
			found = append(found, c)
		}
	}
	return found
}

// wait asks the epoll set fd for events, without waiting.
func wait(fd int, events []unix.EpollEvent) int {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(fd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// descriptor returns the descriptor of an open connection that has one.
func descriptor(conn net.Conn) (fd int, ok bool) {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return 0, false
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, false
	}
	err = raw.Control(func(n uintptr) { fd = int(n) })
	return fd, err == nil
}
