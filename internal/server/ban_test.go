package server_test

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"bcast/internal/server"
)

func ban(t *testing.T, srv *server.Server, prefix string, d time.Duration) {
	t.Helper()
	if err := srv.Ban(netip.MustParsePrefix(prefix), time.Now().Add(d)); err != nil {
		t.Fatal(err)
	}
}

func TestContract09_ABanKeepsAnAddressOutForItsTime(t *testing.T) {
	for name, test := range map[string]struct{ ban, in, out string }{
		"IPv4":          {"192.0.2.1/32", "192.0.2.1", "192.0.2.2"},
		"mapped":        {"192.0.2.1/32", "::ffff:192.0.2.1", "::ffff:192.0.2.2"},
		"mapped prefix": {"::ffff:192.0.2.1/128", "192.0.2.1", "192.0.2.2"},
		"IPv6":          {"2001:db8:0:1::/64", "2001:db8:0:1::ff", "2001:db8:0:2::"},
		"zone":          {"fe80::/64", "fe80::1%1", "fe81::1%1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := newServer(t, server.Config{Handler: echo, Access: server.Access{Allow: prefixes("0.0.0.0/0", "::/0")}})
				ln := newFakeListener()
				start(t, srv, ln)
				open := ln.dialFrom(t, test.in)
				roundTrip(t, open)
				ban(t, srv, test.ban, time.Minute)
				wantClosed(t, ln.dialFrom(t, test.in))
				roundTrip(t, ln.dialFrom(t, test.out))
				roundTrip(t, open) // a ban closes nothing

				time.Sleep(time.Minute - time.Nanosecond) // in the bubble: the ban ends now
				wantClosed(t, ln.dialFrom(t, test.in))
				time.Sleep(time.Nanosecond) // and has ended
				roundTrip(t, ln.dialFrom(t, test.in))
				if got := srv.Stats().Refused[server.RefusedBanned]; got != 2 {
					t.Errorf("%d refused, want 2", got)
				}
			})
		})
	}
}

func TestAWiderBanHoldsThoughANarrowerOneHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		ln := newFakeListener()
		start(t, srv, ln)
		ban(t, srv, "192.0.2.1/32", time.Minute)
		ban(t, srv, "192.0.0.0/16", time.Hour)
		time.Sleep(2 * time.Minute) // in the bubble: the shorter one has ended
		wantClosed(t, ln.dialFrom(t, "192.0.2.1"))
	})
}

func TestABanMayBeChangedAndLifted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		ln := newFakeListener()
		start(t, srv, ln)
		prefix := netip.MustParsePrefix("192.0.2.1/32")
		ban(t, srv, "192.0.2.1/32", time.Hour)
		ban(t, srv, "192.0.2.1/32", time.Minute)
		if got := srv.Bans(); len(got) != 1 || !got[0].Until.Equal(time.Now().Add(time.Minute)) {
			t.Errorf("bans are %v, want the last word", got)
		}
		if srv.Unban(netip.MustParsePrefix("192.0.2.0/24")) {
			t.Error("a ban is lifted that there is not")
		}
		wantClosed(t, ln.dialFrom(t, "192.0.2.1"))
		if !srv.Unban(netip.MustParsePrefix("::ffff:192.0.2.1/128")) || srv.Unban(prefix) {
			t.Error("want the ban lifted, once")
		}
		roundTrip(t, ln.dialFrom(t, "192.0.2.1"))
		ban(t, srv, "192.0.2.1/32", -time.Second)
		roundTrip(t, ln.dialFrom(t, "192.0.2.1"))
	})
}

func TestBansAreListedByTheirEndsAndForgottenThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		for i, text := range []string{"192.0.2.3/32", "192.0.2.1/32", "2001:db8::/64", "192.0.2.2/32"} {
			ban(t, srv, text, []time.Duration{3, 1, 4, 2}[i]*time.Minute)
		}
		var got []string
		for range 5 {
			for _, b := range srv.Bans() {
				got = append(got, b.Prefix.String())
			}
			got = append(got, ";")
			time.Sleep(time.Minute) // in the bubble: one ends each minute
		}
		const a, b, c, d = "192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32", "2001:db8::/64"
		want := []string{a, b, c, d, ";", b, c, d, ";", c, d, ";", d, ";", ";"}
		if len(got) != len(want) {
			t.Fatalf("listed %q, want %q", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("listed %q, want %q", got, want)
			}
		}
		if server.BansKept(srv) != 0 {
			t.Error("what has ended is kept")
		}
	})
}

func TestBansAreBoundedAndTheOneThatEndsSoonestGoes(t *testing.T) {
	const most = 10_000
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t, server.Config{Handler: echo})
		host := func(i int) netip.Prefix {
			return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 32)
		}
		now := time.Now()
		for i := range most {
			if err := srv.Ban(host(i), now.Add(time.Hour+time.Duration(i)*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		ban(t, srv, "192.0.2.1/32", 24*time.Hour)
		bans := srv.Bans()
		if len(bans) != most || bans[0].Prefix != host(1) || bans[most-1].Prefix.String() != "192.0.2.1/32" {
			t.Errorf("%d bans, from %v to %v", len(bans), bans[0], bans[len(bans)-1])
		}

		time.Sleep(time.Hour + 10*time.Second) // ten have ended by now, or nine after the first
		ban(t, srv, "192.0.2.2/32", time.Second)
		if got := server.BansKept(srv); got != most-9 {
			t.Errorf("%d bans are kept, want those that have ended gone first", got)
		}
	})
}
