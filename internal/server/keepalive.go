package server

import (
	"net"
	"time"
)

// keepAlive is how a host is missed that vanishes while its connection is idle: one
// that lost its power or its network ends nothing. After 15 s of silence it is asked
// three times, and given up after 27 s.
var keepAlive = net.KeepAliveConfig{
	Enable:   true,
	Idle:     15 * time.Second,
	Interval: 4 * time.Second,
	Count:    3,
}
