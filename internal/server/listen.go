package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
)

var (
	// ErrInUse is wrapped by errors of [Listen] where somebody else listens on the
	// address. It is the system's own error: EADDRINUSE, WSAEADDRINUSE on Windows.
	ErrInUse error = errInUse
	// ErrNotSocket is wrapped by errors of [Listen] where the path of a Unix socket
	// is something else, which is left alone.
	ErrNotSocket = errors.New("exists and is not a socket")
)

// portTries is how often Listen looks for a port that is free for both families.
const portTries = 10

// Listen listens on an address, for which one listener is not always enough. The
// network is "tcp" or "unix". On error nothing is left open.
//
// For tcp the address is host:port. The host "localhost" is both 127.0.0.1 and ::1,
// on one and the same port (also for port 0, which asks for any), or one of them
// where the machine does not have the other. Any other host is one listener, and no
// host at all is every address of the machine. Accepted connections do not delay
// writes, and those of a host that has vanished fail by themselves: within half a
// minute where it was idle, and on Linux within a minute in every case. For that,
// Linux also ends a connection whose peer is well, but has not read for 25 s while
// more was written than the systems' buffers hold.
//
// For unix the address is a path. A socket there that nobody answers on is what a
// server that died has left, and is replaced; see [ErrInUse] and [ErrNotSocket] for
// what else may be there. Closing the listener removes the socket. To find out
// whether anybody answers, Listen connects and closes. Of two servers that replace
// the same dead socket in the same moment, one may lose it to the other.
func Listen(ctx context.Context, network, address string) ([]net.Listener, error) {
	switch network {
	case "tcp":
		host, port, err := net.SplitHostPort(address)
		if err == nil && strings.EqualFold(host, "localhost") {
			return listenLoopback(ctx, port, listen)
		}
		return one(listen(ctx, network, address))
	case "unix":
		return one(listenUnix(ctx, address))
	default:
		return nil, fmt.Errorf("listen %s %s: %w", network, address, net.UnknownNetworkError(network))
	}
}

// listenFunc is what listenLoopback needs of the machine.
type listenFunc func(ctx context.Context, network, address string) (net.Listener, error)

func listen(ctx context.Context, network, address string) (net.Listener, error) {
	if network == "tcp" {
		return listenTCP().Listen(ctx, network, address)
	}
	return new(net.ListenConfig).Listen(ctx, network, address)
}

func one(ln net.Listener, err error) ([]net.Listener, error) {
	if err != nil {
		return nil, err
	}
	return []net.Listener{ln}, nil
}

// listenLoopback tries again where it may choose the port and the one that is free
// for one family is taken for the other.
func listenLoopback(ctx context.Context, port string, listen listenFunc) ([]net.Listener, error) {
	number, err := net.DefaultResolver.LookupPort(ctx, "tcp", port)
	if err != nil {
		return nil, fmt.Errorf("listen tcp localhost:%s: %w", port, err)
	}
	for try := 1; ; try++ {
		lns, err := listenBothFamilies(ctx, number, listen)
		if number == 0 && try < portTries && errors.Is(err, ErrInUse) {
			continue
		}
		return lns, err
	}
}

// listenBothFamilies gives the second family the port that the first one got.
func listenBothFamilies(ctx context.Context, port int, listen listenFunc) ([]net.Listener, error) {
	var lns []net.Listener
	var missing error
	for _, host := range []string{"127.0.0.1", "::1"} {
		ln, err := listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		switch {
		case err == nil:
			lns = append(lns, ln)
			port = ln.Addr().(*net.TCPAddr).Port
		case isAny(err, errsNoFamily):
			missing = err
		default:
			for _, ln := range lns {
				ln.Close()
			}
			return nil, err
		}
	}
	if len(lns) == 0 {
		return nil, missing
	}
	return lns, nil
}

func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	if path == "" {
		// Linux would choose a name, which nobody could know.
		return nil, errors.New("listen unix: the path is empty")
	}
	ln, err := listen(ctx, "unix", path)
	if !errors.Is(err, ErrInUse) {
		return ln, err
	}
	if err := removeDeadSocket(ctx, path); err != nil {
		return nil, fmt.Errorf("listen unix %s: %w", path, err)
	}
	return listen(ctx, "unix", path)
}

// removeDeadSocket makes way at path. Only the system's word that nobody is there
// makes a socket dead; whatever else happens on connecting, it is left alone.
func removeDeadSocket(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return ErrNotSocket
	}

	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		conn.Close()
		return ErrInUse
	}
	if !errors.Is(err, errRefused) {
		return fmt.Errorf("%w: %w", ErrInUse, err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
