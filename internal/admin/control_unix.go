//go:build unix

package admin

import (
	"net"
	"sync"

	"golang.org/x/sys/unix"
)

// umask is one for the process: of two that change it at a time, one would leave what the
// other has set.
var umask sync.Mutex

// listenPrivately listens with a mask that leaves others no rights to the socket. It
// leaves the owner's: a folder that somebody makes meanwhile stays of use.
func listenPrivately(listen func() ([]net.Listener, error)) ([]net.Listener, error) {
	umask.Lock()
	defer umask.Unlock()
	before := unix.Umask(0o077)
	defer unix.Umask(before)
	return listen()
}
