package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"syscall"

	"bcast/internal/admin"
	"bcast/internal/config"
	"bcast/internal/server"
)

// complain tells a person what went wrong, and on a line of its own what to do.
func complain(w io.Writer, err error) {
	fmt.Fprintf(w, "bcast-server: %v\n", err)
	if hint := hintFor(err); hint != "" {
		fmt.Fprintf(w, "  %s\n", hint)
	}
}

// A listenError says that an address could not be listened on.
type listenError struct {
	addr config.Addr
	err  error
	flag string // that says where; empty: --listen
}

func (e listenError) Error() string {
	switch {
	case errors.Is(e.err, server.ErrInUse):
		return fmt.Sprintf("cannot listen on %v: the address is in use", e.addr)
	case errors.Is(e.err, server.ErrNotSocket):
		return fmt.Sprintf("cannot listen on %v: the file exists and is not a socket", e.addr)
	case errors.Is(e.err, fs.ErrPermission):
		return fmt.Sprintf("cannot listen on %v: permission denied", e.addr)
	case errors.Is(e.err, syscall.EADDRNOTAVAIL):
		return fmt.Sprintf("cannot listen on %v: this machine does not have the address", e.addr)
	}
	if op := (*net.OpError)(nil); errors.As(e.err, &op) {
		return fmt.Sprintf("cannot listen on %v: %v", e.addr, op.Err) // the rest of it repeats the address
	}
	return fmt.Sprintf("cannot listen on %v: %v", e.addr, e.err)
}

func (e listenError) Unwrap() error { return e.err }

// A givenError says that the sockets are of no use that the service manager gives.
type givenError struct{ error }

func (e givenError) Unwrap() error { return e.error }

// A tokenError says that --token-file has no token.
type tokenError struct{ error }

func (e tokenError) Unwrap() error { return e.error }

// An undeliveredError says that the time to drain was over too soon.
type undeliveredError struct{ members uint64 }

func (e undeliveredError) Error() string {
	return fmt.Sprintf("stopped before %d members had everything: the log names them", e.members)
}

func hintFor(err error) string {
	var listening listenError
	var undelivered undeliveredError
	var asking controlError
	var answer *admin.Error
	switch {
	case errors.Is(err, config.ErrUsage):
		return "see " + config.HelpFor(err)
	case errors.As(err, new(tokenError)):
		return "make one with: (umask 077; openssl rand -hex 16 >FILE)"
	case errors.Is(err, fs.ErrExist):
		return "choose another file with --cert and --key, or move it away"
	case errors.As(err, &undelivered):
		return "give them longer with --drain-timeout"
	case errors.As(err, &asking):
		return asking.hint()
	case errors.As(err, &answer):
		return answer.Hint
	case errors.As(err, new(unknownError)):
		return "see who is there with: bcast-server ctl members"
	case errors.As(err, new(keptError)):
		return "mend that and reload again; the server goes on with what it had"
	case errors.As(err, new(givenError)):
		return "see FileDescriptorName= of the socket unit: tls for TLS, anything else for plain lines; and write Accept=no"
	case errors.As(err, &listening):
		return hintForListening(listening)
	}
	return ""
}

func hintForListening(e listenError) string {
	flag := cmp.Or(e.flag, "--listen")
	unix := e.addr.Network == "unix"
	switch {
	case errors.Is(e.err, server.ErrInUse) && unix:
		return "another server answers there: stop it, or choose another path with " + flag
	case errors.Is(e.err, server.ErrInUse):
		return "stop the program that has the port, or choose another one with " + flag
	case errors.Is(e.err, server.ErrNotSocket):
		return "remove the file, or choose another path with " + flag
	case errors.Is(e.err, fs.ErrPermission) && !unix:
		return "ports below 1024 are for root: choose another one with " + flag
	case errors.Is(e.err, fs.ErrNotExist):
		return "make the folder first, or choose another path with " + flag
	}
	return "choose another address with " + flag
}
