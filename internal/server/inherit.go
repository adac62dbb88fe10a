package server

import (
	"errors"
	"fmt"
	"net"
	"os"
)

// ErrNotListening is wrapped by errors of [Inherit] where nobody listens on the socket,
// or it is of another kind than TCP and Unix.
var ErrNotListening = errors.New("is not a listening socket of TCP, nor of Unix")

// Inherit returns the listener of a socket on which somebody else listens, such as a
// service manager that keeps it over restarts. It closes file in any case.
//
// The socket stays its owner's: closing the listener takes it from this process alone,
// whoever connects then waits for the next one that accepts, and the file of a Unix
// socket is left where it is. So Suspend cannot close it, and closes what it accepts.
// Accepted connections are as those of [Listen].
func Inherit(file *os.File) (net.Listener, error) {
	ln, err := net.FileListener(file) // of a descriptor of its own
	_ = file.Close()
	if err != nil {
		return nil, fmt.Errorf("inherit a socket that %w: %w", ErrNotListening, err)
	}
	switch l := ln.(type) {
	case *net.TCPListener:
		err = adopt(l)
	case *net.UnixListener:
		err = adopt(l)
	default:
		err = ErrNotListening
	}
	if err != nil {
		ln.Close()
		return nil, fmt.Errorf("inherit a socket at %v that cannot be used: %w", ln.Addr(), err)
	}
	return inherited{ln}, nil
}

// inherited hides what it is a listener of, so that nobody listens on it again.
type inherited struct{ net.Listener }

// Accept has the options set on each connection: package net has overwritten those of
// the listening socket.
func (l inherited) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetKeepAliveConfig(keepAlive) // fails where the connection is over
	}
	return conn, err
}
