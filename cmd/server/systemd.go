package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"

	"bcast/internal/server"
)

// socketNames are what a socket is for that the service manager gives, by its
// FileDescriptorName; any other, as where there is none, is for plain lines.
var socketNames = map[string]listener{
	"plain": {},
	"tls":   {tls: true},
}

// activated tells whether the service manager has given sockets, in the place of those
// that --listen and --tls-listen name. See sd_listen_fds(3).
func activated() bool {
	return os.Getenv("LISTEN_PID") == strconv.Itoa(os.Getpid()) && os.Getenv("LISTEN_FDS") != ""
}

// given returns the listeners of those sockets, all or none.
func given(g guards) (all []listener, err error) {
	defer func() {
		if err != nil {
			closeListeners(all)
			all = nil
		}
	}()
	hasTLS := false
	for _, file := range activation.Files(true) {
		name, ln := file.Name(), socketNames[file.Name()]
		inherited, failed := server.Inherit(file) // it closes each, also once one has failed
		if failed != nil {
			err = errors.Join(err, givenError{fmt.Errorf("cannot listen on the socket %q of the service manager: %w", name, failed)})
			continue
		}
		ln.Listener = inherited
		hasTLS = hasTLS || ln.tls
		all = append(all, ln)
	}
	switch {
	case err != nil:
		return all, err
	case len(all) == 0:
		return nil, givenError{errors.New("the service manager says that it gives sockets, and gives none")}
	case hasTLS && g.cert == "":
		return all, givenError{errors.New("the service manager gives a socket for TLS, which needs --tls-cert and --tls-key")}
	case !hasTLS && g.cert+g.clientCA != "":
		// Who has a certificate must not get a room without TLS by mistake.
		return all, givenError{errors.New("there are settings for TLS, and the service manager gives no socket for it")}
	}
	return all, nil
}

func closeListeners(all []listener) {
	for _, ln := range all {
		ln.Close()
	}
}

// A manager is the service manager, where it wants to know how the server does: what
// is told goes to NOTIFY_SOCKET, and nowhere where there is none. See sd_notify(3).
type manager struct{ log *slog.Logger }

func (m manager) tell(states ...string) {
	if _, err := daemon.SdNotify(false, strings.Join(states, "\n")); err != nil {
		m.log.Warn("cannot tell the service manager", "error", err)
	}
}

func (m manager) status(text string) { m.tell("STATUS=" + text) }

func (m manager) ready() { m.tell(daemon.SdNotifyReady) }

// reloading is to be followed by ready.
func (m manager) reloading() {
	m.tell(daemon.SdNotifyReloading, strings.TrimSpace(daemon.SdNotifyMonotonicUsec()))
}

// stopping says that the program may take up to within to end, whatever the unit says.
func (m manager) stopping(within time.Duration) {
	m.tell(daemon.SdNotifyStopping, "EXTEND_TIMEOUT_USEC="+strconv.FormatInt(within.Microseconds(), 10))
}
