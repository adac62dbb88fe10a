//go:build !linux

package server

import "net"

// listenTCP has package net set keepAlive on each connection. For how long what was
// written may stay unacknowledged is the system's matter here.
func listenTCP() *net.ListenConfig { return &net.ListenConfig{KeepAliveConfig: keepAlive} }
