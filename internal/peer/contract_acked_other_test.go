//go:build !linux

package peer_test

// acknowledged cannot be known here.
func (c *client) acknowledged() {
	c.t.Helper()
	c.t.Skip("this system does not tell what is acknowledged")
}
