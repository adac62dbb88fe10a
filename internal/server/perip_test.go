package server_test

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/server"
)

// fromConn is a connection from an address of the test's choice.
type fromConn struct {
	net.Conn
	remote net.Addr
}

func (c fromConn) RemoteAddr() net.Addr { return c.remote }

// dialFrom is dial, from an IP address.
func (l *fakeListener) dialFrom(t *testing.T, ip string) net.Conn {
	t.Helper()
	return l.dialAs(t, net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(ip), 4711)))
}

func (l *fakeListener) dialAs(t *testing.T, remote net.Addr) net.Conn {
	t.Helper()
	client, conn := net.Pipe()
	t.Cleanup(func() { client.Close() })
	l.accepts <- accepted{conn: fromConn{conn, remote}}
	return client
}

func TestContract09_ConnectionsOfOneAddressOverTheLimitAreClosedAndCounted(t *testing.T) {
	for name, test := range map[string]struct {
		one, same, other string
	}{
		"IPv4":                     {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
		"IPv4 mapped into IPv6":    {"192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2"},
		"IPv6 by its /64":          {"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"},
		"IPv6 by its /64, upwards": {"2001:db8:0:1::", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8::"},
		"IPv6 with a zone":         {"fe80::1%1", "fe80::2%1", "2001:db8::1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := newServer(t, server.Config{Handler: echo, MaxConnsPerIP: 2})
				ln := newFakeListener()
				start(t, srv, ln)
				first, second := ln.dialFrom(t, test.one), ln.dialFrom(t, test.same)
				wantClosed(t, ln.dialFrom(t, test.one))
				wantClosed(t, ln.dialFrom(t, test.same))
				roundTrip(t, ln.dialFrom(t, test.other))
				roundTrip(t, first)
				roundTrip(t, second)
				synctest.Wait()
				stats := srv.Stats()
				if stats.Accepted != 5 || stats.Open != 3 || stats.Refused[server.RefusedPerIP] != 2 {
					t.Errorf("%+v, want 3 open and 2 refused", stats)
				}

				first.Close()
				synctest.Wait()
				roundTrip(t, ln.dialFrom(t, test.same)) // there is room for one again
				wantClosed(t, ln.dialFrom(t, test.one))
			})
		})
	}
}

func TestConnectionsWithoutAnIPAreNotCounted(t *testing.T) {
	for name, remote := range map[string]net.Addr{
		"a Unix socket":         &net.UnixAddr{Net: "unix"},
		"an address without IP": &net.TCPAddr{Port: 4711},
		"no address":            nil,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := newServer(t, server.Config{Handler: echo, MaxConnsPerIP: 1})
				ln := newFakeListener()
				start(t, srv, ln)
				for range 3 {
					roundTrip(t, ln.dialAs(t, remote))
				}
			})
		})
	}
}

func TestRealConnectionsOverTheLimitPerIPAreClosed(t *testing.T) {
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "dual-stack tcp": ":0"} {
		t.Run(network, func(t *testing.T) {
			srv := newServer(t, server.Config{Handler: echo, MaxConnsPerIP: 1})
			lns, err := server.Listen(t.Context(), "tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			start(t, srv, lns[0])
			_, port, _ := net.SplitHostPort(lns[0].Addr().String())
			first := dialTCP(t, net.JoinHostPort("127.0.0.1", port))
			roundTrip(t, first)
			wantClosed(t, dialTCP(t, net.JoinHostPort("127.0.0.1", port)))
			roundTrip(t, first)
		})
	}
}

func TestRefusalsPerIPAreLoggedAtMostOnceInTenSecondsWithTheAddress(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.1":          "address=192.0.2.1 ",
		"::ffff:192.0.2.1":   "address=192.0.2.1 ",
		"2001:db8:0:1::1":    "address=2001:db8:0:1::/64 ",
		"2001:db8:0:1:5::77": "address=2001:db8:0:1::/64 ",
	} {
		t.Run(ip, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log logBuffer
				srv := newServer(t, server.Config{Handler: echo, MaxConnsPerIP: 1, Logger: log.logger()})
				ln := newFakeListener()
				start(t, srv, ln)
				roundTrip(t, ln.dialFrom(t, ip))

				for range 100 { // 20 s: at 0 s, 10 s
					wantClosed(t, ln.dialFrom(t, ip))
					time.Sleep(200 * time.Millisecond) // in the bubble: 100 times make 20 s
				}
				got := log.lines("WARN")
				if len(got) != 2 || !strings.Contains(got[0], want) {
					t.Errorf("logged %q, want 2 lines with %s", got, want)
				}
			})
		})
	}
}

func TestAPanicDoesNotUseUpTheLimitPerIP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: server.HandlerFunc(explosive), MaxConnsPerIP: 1})
		ln := newFakeListener()
		start(t, srv, ln)
		for range 3 {
			client := ln.dialFrom(t, "192.0.2.1")
			_, _ = io.WriteString(client, "panic\n")
			wantClosed(t, client)
			synctest.Wait()
		}
		if stats := srv.Stats(); stats.Panics != 3 {
			t.Errorf("%+v, want 3 panics", stats)
		}
	})
}

func TestOnlyAddressesWithOpenConnectionsAreKept(t *testing.T) {
	for limit, want := range map[int]int{0: 0, 3: 100} {
		t.Run(fmt.Sprint("limit ", limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := newServer(t, server.Config{Handler: echo, MaxConnsPerIP: limit})
				ln := newFakeListener()
				start(t, srv, ln)
				var clients []net.Conn
				for i := range 200 {
					clients = append(clients, ln.dialFrom(t, fmt.Sprint("192.0.2.", i/2)))
				}
				synctest.Wait()
				if stats := srv.Stats(); stats.Open != len(clients) {
					t.Fatalf("%+v, want %d open", stats, len(clients))
				}
				if got := server.Origins(srv); got != want {
					t.Errorf("%d addresses are kept, want %d", got, want)
				}
				for _, client := range clients {
					client.Close()
				}
				synctest.Wait()
				if got := server.Origins(srv); got != 0 {
					t.Errorf("%d addresses are kept of connections that are closed", got)
				}
			})
		})
	}
}
