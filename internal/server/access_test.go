package server_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/server"
)

func prefixes(texts ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func TestContract09_OnlyAddressesThatAreLetInAreTaken(t *testing.T) {
	for name, test := range map[string]struct {
		access     server.Access
		taken, not []string
	}{
		"everybody": {server.Access{}, []string{"192.0.2.1", "::1"}, nil},
		"allow one": {
			server.Access{Allow: prefixes("192.0.2.1/32")},
			[]string{"192.0.2.1", "::ffff:192.0.2.1"},
			[]string{"192.0.2.2", "::ffff:192.0.2.2", "2001:db8::1", "::192.0.2.1"},
		},
		"allow several lengths": {
			server.Access{Allow: prefixes("10.0.0.0/8", "192.0.2.128/25", "2001:db8::/32", "::1/128")},
			[]string{"10.255.0.1", "192.0.2.129", "2001:db8:ffff::1", "::1"},
			[]string{"11.0.0.1", "192.0.2.1", "2001:db9::1", "::2"},
		},
		"deny wins": {
			server.Access{Allow: prefixes("192.0.2.0/24"), Deny: prefixes("192.0.2.6/31")},
			[]string{"192.0.2.5", "192.0.2.8"},
			[]string{"192.0.2.6", "192.0.2.7", "::ffff:192.0.2.7", "198.51.100.1"},
		},
		"deny wins, however short": {
			server.Access{Allow: prefixes("192.0.2.1/32"), Deny: prefixes("0.0.0.0/0")},
			nil,
			[]string{"192.0.2.1"},
		},
		"deny alone": {
			server.Access{Deny: prefixes("192.0.2.0/24", "2001:db8::/32")},
			[]string{"192.0.3.1", "::1"},
			[]string{"192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1"},
		},
		"a mapped prefix is IPv4": {
			server.Access{Deny: prefixes("::ffff:192.0.2.0/120")},
			[]string{"192.0.3.1"},
			[]string{"192.0.2.1", "::ffff:192.0.2.1"},
		},
		"all mapped are all IPv4": {
			server.Access{Allow: prefixes("::ffff:0:0/96")},
			[]string{"192.0.2.1", "::ffff:192.0.2.1"},
			[]string{"::1", "2001:db8::1"},
		},
		"all IPv6 is not IPv4": {
			server.Access{Deny: prefixes("::/0")},
			[]string{"192.0.2.1", "::ffff:192.0.2.1"},
			[]string{"::1", "fe80::1%1"},
		},
		"bits of a host do not matter": {
			server.Access{Deny: prefixes("192.0.2.77/24", "2001:db8::5/32")},
			[]string{"192.0.3.1"},
			[]string{"192.0.2.1", "2001:db8:1::"},
		},
		"a zone is no way round": {
			server.Access{Deny: prefixes("fe80::/10")},
			nil,
			[]string{"fe80::1%1", "fe80::1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := newServer(t, server.Config{Handler: echo, Access: test.access})
				ln := newFakeListener()
				start(t, srv, ln)
				for _, ip := range test.taken {
					roundTrip(t, ln.dialFrom(t, ip))
				}
				for _, ip := range test.not {
					wantClosed(t, ln.dialFrom(t, ip))
				}
				synctest.Wait()
				stats := srv.Stats()
				if stats.Open != len(test.taken) || stats.Refused[server.RefusedDenied] != uint64(len(test.not)) {
					t.Errorf("%+v, want %d open and %d denied", stats, len(test.taken), len(test.not))
				}
			})
		})
	}
}

func TestConnectionsWithoutAnIPAreAlwaysTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := prefixes("0.0.0.0/0", "::/0")
		srv := newServer(t, server.Config{Handler: echo, Access: server.Access{Allow: prefixes("192.0.2.1/32"), Deny: all}})
		for _, prefix := range all {
			if err := srv.Ban(prefix, time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		ln := newFakeListener()
		start(t, srv, ln)
		roundTrip(t, ln.dialAs(t, &net.UnixAddr{Net: "unix"}))
		wantClosed(t, ln.dialFrom(t, "192.0.2.1"))
	})
}

func TestAccessChangesForNewConnectionsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		ln := newFakeListener()
		start(t, srv, ln)
		open := ln.dialFrom(t, "192.0.2.1")
		roundTrip(t, open)
		if err := srv.SetAccess(server.Access{Deny: prefixes("192.0.2.0/24")}); err != nil {
			t.Fatal(err)
		}
		roundTrip(t, open)
		wantClosed(t, ln.dialFrom(t, "192.0.2.1"))

		bad := server.Access{Allow: prefixes("192.0.2.0/24"), Deny: []netip.Prefix{{}}}
		if err := srv.SetAccess(bad); err == nil || !strings.Contains(err.Error(), "deny") {
			t.Errorf("error %v, want one for the prefix of deny", err)
		}
		wantClosed(t, ln.dialFrom(t, "192.0.2.1")) // nothing has changed
		if err := srv.SetAccess(server.Access{}); err != nil {
			t.Fatal(err)
		}
		roundTrip(t, ln.dialFrom(t, "192.0.2.1"))
		roundTrip(t, open)
	})
}

func TestAPrefixThatMixesIPv4AndIPv6IsRefused(t *testing.T) {
	prefix := prefixes("::ffff:192.0.2.1/64")
	for _, access := range []server.Access{{Allow: prefix}, {Deny: prefix}} {
		if _, err := server.New(server.Config{Handler: echo, Access: access}); err == nil || !strings.Contains(err.Error(), "mapped") {
			t.Errorf("%v: error %v, want one that says what is wrong", access, err)
		}
	}
	if err := newServer(t, server.Config{Handler: echo}).Ban(prefix[0], time.Now().Add(time.Hour)); err == nil {
		t.Error("it can be banned")
	}
}

func TestWhoIsNotLetInIsLoggedAtMostOnceInTenSeconds(t *testing.T) {
	for name, prepare := range map[string]func(*server.Server) error{
		"not let in": func(srv *server.Server) error {
			return srv.SetAccess(server.Access{Deny: prefixes("192.0.2.0/24")})
		},
		"banned": func(srv *server.Server) error {
			return srv.Ban(netip.MustParsePrefix("192.0.2.0/24"), time.Now().Add(time.Hour))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log logBuffer
				srv := newServer(t, server.Config{Handler: echo, Logger: log.logger()})
				if err := prepare(srv); err != nil {
					t.Fatal(err)
				}
				ln := newFakeListener()
				start(t, srv, ln)
				for range 100 { // 20 s: at 0 s, 10 s
					wantClosed(t, ln.dialFrom(t, "::ffff:192.0.2.7"))
					time.Sleep(200 * time.Millisecond) // in the bubble: 100 times make 20 s
				}
				got := log.lines("WARN")
				if len(got) != 2 || !strings.Contains(got[0], "address=192.0.2.7 ") || !strings.Contains(got[0], name) {
					t.Errorf("logged %q, want 2 lines with the address", got)
				}
			})
		})
	}
}

func TestARealConnectionThatIsNotLetInIsClosed(t *testing.T) {
	srv := newServer(t, server.Config{Handler: echo, Access: server.Access{Deny: prefixes("127.0.0.0/8")}})
	lns, err := server.Listen(t.Context(), "tcp", ":0") // where IPv4 addresses are mapped
	if err != nil {
		t.Fatal(err)
	}
	start(t, srv, lns[0])
	_, port, _ := net.SplitHostPort(lns[0].Addr().String())
	wantClosed(t, dialTCP(t, net.JoinHostPort("127.0.0.1", port)))
	eventually(t, "it is counted", func() bool { return srv.Stats().Refused[server.RefusedDenied] == 1 })
}

func TestOriginIsTheHost(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.1":           "192.0.2.1/32",
		"::ffff:192.0.2.1":    "192.0.2.1/32",
		"2001:db8:0:1:2::3":   "2001:db8:0:1::/64",
		"fe80::1:2:3:4%ether": "fe80::/64",
	} {
		if got := server.Origin(netip.MustParseAddr(ip)); got.String() != want {
			t.Errorf("of %s it is %v, want %s", ip, got, want)
		}
	}
	if got := server.Origin(netip.Addr{}); got.IsValid() {
		t.Errorf("of no address it is %v", got)
	}
}
