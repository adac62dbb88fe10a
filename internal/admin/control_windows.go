package admin

import "net"

// listenPrivately has nothing to do: the rights to a socket are those of its folder.
func listenPrivately(listen func() ([]net.Listener, error)) ([]net.Listener, error) { return listen() }
