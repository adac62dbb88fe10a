package admin

import (
	"context"
	"net"
	"os"

	"bcast/internal/server"
)

// controlMode is who may open the socket of a Control: the user that the server runs as,
// and root.
const controlMode = 0o600

// ListenControl listens on a Unix socket that nobody but this process's user can open,
// from the moment it is there. On Windows, its folder says who can. A socket that a dead
// server has left is replaced; for the errors see [server.Listen]. Closing the listener
// removes the socket.
//
// While it is being made, whatever else the process makes is nobody else's either: call
// it before there are others that make files.
func ListenControl(ctx context.Context, path string) (net.Listener, error) {
	listeners, err := listenPrivately(func() ([]net.Listener, error) { return server.Listen(ctx, "unix", path) })
	if err != nil {
		return nil, err
	}
	ln := listeners[0] // a Unix socket is one
	if err := os.Chmod(path, controlMode); err != nil {
		ln.Close()
		return nil, err
	}
	return ln, nil
}
