package peer_test

import "golang.org/x/sys/unix"

// acknowledged waits until the venue's system has everything that the client has
// sent: from there on no close of the client's can destroy it.
func (c *client) acknowledged() {
	c.t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		c.t.Fatal(err)
	}
	eventually(c.t, "everything is acknowledged", func() bool {
		unacked := 0
		if err := raw.Control(func(fd uintptr) { unacked, err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) }); err != nil {
			c.t.Fatal(err)
		}
		if err != nil {
			c.t.Fatal(err)
		}
		return unacked == 0
	})
}
