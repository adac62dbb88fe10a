package admin_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bcast/internal/admin"
	"bcast/internal/wire"
)

func TestMembersAreShownAsTheyAre(t *testing.T) {
	v := open(t)
	if members, err := v.ask.Members(t.Context()); err != nil || members == nil || len(members) > 0 {
		t.Errorf("in an empty room are %v, %v", members, err)
	}
	plain := v.dial(t, 1)
	hanako := v.named(t, "花子", 2)
	say(t, plain, "hello\n")
	var members []admin.Member
	eventually(t, "the line has come", func() bool {
		var err error
		if members, err = v.ask.Members(t.Context()); err != nil {
			t.Fatal(err)
		}
		return len(members) == 2 && members[0].Received == 6 && members[1].Sent > 0
	})
	if m := members[0]; m.Dialect != "plain" || !strings.HasPrefix(m.Name, "guest-") || m.Address != plain.LocalAddr().String() || time.Since(m.Since) > patience {
		t.Errorf("the plain one is %+v", m)
	}
	if m := members[1]; m.Dialect != "framed" || m.Name != "花子" || m.Address != hanako.LocalAddr().String() || m.ID == members[0].ID {
		t.Errorf("the framed one is %+v", m)
	}
}

func TestMemberThatDoesNotReadIsBehind(t *testing.T) {
	v := open(t)
	talker := v.dial(t, 1)
	v.dial(t, 2)
	say(t, talker, strings.Repeat(strings.Repeat("x", 999)+"\n", 8<<10))
	eventually(t, "it is behind", func() bool {
		members, err := v.ask.Members(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		status, err := v.ask.Status(t.Context())
		return err == nil && members[1].Behind > 0 && members[0].Behind == 0 && status.Behind > 0
	})
}

func TestKickEndsOneConnection(t *testing.T) {
	v := open(t)
	stays, goes := v.dial(t, 1), v.dial(t, 2)
	members, err := v.ask.Members(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := v.ask.Kick(t.Context(), members[1].ID); err != nil {
		t.Fatal(err)
	}
	hearsEnd(t, goes)
	wantError(t, v.ask.Kick(t.Context(), 1000), "no connection has the number 1000")
	say(t, v.dial(t, 2), "hello\n")
	hears(t, stays, "hello\n")
}

// TestBanRefusesAndPutsOut bans an address in several ways of writing it.
func TestBanRefusesAndPutsOut(t *testing.T) {
	for written, address := range map[string]string{
		"127.0.0.1":        "127.0.0.1/32",
		"127.1.2.3/8":      "127.0.0.0/8",
		"0.0.0.0/0":        "0.0.0.0/0",
		"::ffff:127.0.0.1": "127.0.0.1/32",
	} {
		t.Run(written, func(t *testing.T) {
			v := open(t)
			member := v.dial(t, 1)
			ban, err := v.ask.Ban(t.Context(), written, time.Hour)
			if err != nil || ban.Address != address || len(ban.Kicked) != 1 || time.Until(ban.Until).Round(time.Minute) != time.Hour {
				t.Fatalf("banned is %+v, %v", ban, err)
			}
			hearsEnd(t, member)
			refused(t, v)
			bans, err := v.ask.Bans(t.Context())
			if err != nil || len(bans) != 1 || bans[0].Address != address || !bans[0].Until.Equal(ban.Until) {
				t.Errorf("bans are %+v, %v", bans, err)
			}
			if s, err := v.ask.Status(t.Context()); err != nil || s.Bans != 1 || s.Refused["banned"] != 1 {
				t.Errorf("the status is %+v, %v", s, err)
			}
			if lifted, err := v.ask.Unban(t.Context(), written); err != nil || lifted != address {
				t.Errorf("lifted is %q, %v", lifted, err)
			}
			v.dial(t, 1)
			_, err = v.ask.Unban(t.Context(), written)
			wantError(t, err, "is not banned")
		})
	}
}

// refused checks that the server takes a connection and closes it.
func refused(t *testing.T, v *venue) {
	t.Helper()
	conn, err := net.Dial("tcp", v.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	hearsEnd(t, conn)
}

func TestBanOfOthersLeavesMembersAlone(t *testing.T) {
	v := open(t)
	talker, listener := v.dial(t, 1), v.dial(t, 2)
	for _, others := range []string{"10.0.0.0/8", "::/0", "2001:db8::1"} {
		if ban, err := v.ask.Ban(t.Context(), others, time.Hour); err != nil || len(ban.Kicked) > 0 {
			t.Errorf("banned is %+v, %v", ban, err)
		}
	}
	if bans, err := v.ask.Bans(t.Context()); err != nil || !slices.ContainsFunc(bans, func(b admin.Ban) bool { return b.Address == "2001:db8::/64" }) {
		t.Errorf("bans are %+v, %v", bans, err)
	}
	say(t, talker, "still here\n")
	hears(t, listener, "still here\n")
}

func TestWrongBanSaysWhatToWrite(t *testing.T) {
	v := open(t)
	for _, address := range []string{"", "everybody", "10.0.0.0/33", "::ffff:10.0.0.0/104", "10.0.0.1:80"} {
		_, err := v.ask.Ban(t.Context(), address, time.Hour)
		wantError(t, err, "")
		_, err = v.ask.Unban(t.Context(), address)
		wantError(t, err, "")
	}
	for _, d := range []time.Duration{0, -time.Hour, 1 << 62} {
		_, err := v.ask.Ban(t.Context(), "10.0.0.1", d)
		wantError(t, err, "is no time for a ban")
	}
	if bans, err := v.ask.Bans(t.Context()); err != nil || len(bans) > 0 {
		t.Errorf("bans are %+v, %v", bans, err)
	}
}

func TestSuspendRefusesUntilResume(t *testing.T) {
	v := open(t)
	talker, listener := v.dial(t, 1), v.dial(t, 2)
	if s, err := v.ask.Suspend(t.Context()); err != nil || s.State != admin.Suspended || s.Members != 2 {
		t.Errorf("suspended, the status is %+v, %v", s, err)
	}
	if conn, err := net.Dial("tcp", v.addr); err == nil {
		conn.Close()
		t.Error("somebody could connect")
	}
	say(t, talker, "among us\n")
	hears(t, listener, "among us\n")

	taken, err := net.Listen("tcp", v.addr)
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.ask.Resume(t.Context())
	wantError(t, err, "still suspended")
	if s, err := v.ask.Status(t.Context()); err != nil || s.State != admin.Suspended {
		t.Errorf("while the address is another's, the status is %+v, %v", s, err)
	}
	taken.Close()
	if s, err := v.ask.Resume(t.Context()); err != nil || s.State != admin.Open {
		t.Errorf("resumed, the status is %+v, %v", s, err)
	}
	v.dial(t, 3)
}

func TestStatusTellsWhoWasRefusedByWhatTheySaid(t *testing.T) {
	v := open(t)
	token, err := wire.ParseRoomToken([]byte("a token of a room"))
	if err != nil {
		t.Fatal(err)
	}
	v.members.SetToken(token)
	say(t, v.dial(t, 0), "another\n")
	eventually(t, "the one with a wrong token is counted", func() bool {
		s, err := v.ask.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(s.Refused) == 1 && s.Refused["token"] == 1
	})
}

func TestStatusTellsHowTheServerIs(t *testing.T) {
	v := open(t)
	say(t, v.dial(t, 1), "hello\n")
	v.named(t, "hanako", 2)
	eventually(t, "all is counted", func() bool {
		s, err := v.ask.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.Version == "v1.2.3" && s.State == admin.Open && time.Since(s.Since) < patience &&
			s.Members == 2 && s.Framed == 1 && s.Accepted == 2 && s.Published == 6 && len(s.Refused) == 0
	})
	v.stop()
	if s, err := v.ask.Status(t.Context()); err != nil || s.State != admin.Stopping {
		t.Errorf("while it stops, the status is %+v, %v", s, err)
	}
	_, err := v.ask.Suspend(t.Context())
	wantError(t, err, "the server is stopping")
}

func TestReloadTellsWhatCameOfIt(t *testing.T) {
	v := open(t)
	want := []admin.Change{
		{What: "token", Result: admin.Changed},
		{What: "certificate", Result: admin.Kept, Error: "no such file"},
		{What: "--listen", Result: admin.NeedsRestart},
	}
	v.reloaded = func(context.Context) ([]admin.Change, error) { return want, nil }
	if got, err := v.ask.Reload(t.Context()); err != nil || !slices.Equal(got, want) {
		t.Errorf("the report is %+v, %v", got, err)
	}
	v.reloaded = func(context.Context) ([]admin.Change, error) { return nil, errors.New("out of order") }
	_, err := v.ask.Reload(t.Context())
	wantError(t, err, "out of order")
}

// TestWhatIsNoRequestHurtsNobody speaks HTTP that no Client would.
func TestWhatIsNoRequestHurtsNobody(t *testing.T) {
	v := open(t)
	client := http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", v.socket)
		},
		DisableKeepAlives: true,
	}}
	for _, test := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/", "", 404},
		{"PUT", "/v1/bans", "{}", 404},
		{"POST", "/v1/members", "", 404},
		{"DELETE", "/v1/members/x", "", 404},
		{"DELETE", "/v1/members/-1", "", 404},
		{"DELETE", "/v1/members/99999999999999999999", "", 404},
		{"POST", "/v1/bans", "", 400},
		{"POST", "/v1/bans", "[1]", 400},
		{"POST", "/v1/bans", `{"for":"1h"}`, 400},
		{"POST", "/v1/bans", `{"address":"` + strings.Repeat("1", 1<<20) + `"}`, 400},
	} {
		request, err := http.NewRequestWithContext(t.Context(), test.method, "http://control"+test.path, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != test.status || !strings.HasPrefix(string(text), `{"error":"`) {
			t.Errorf("%s %s: %d %.200s, %v; want %d", test.method, test.path, response.StatusCode, text, err, test.status)
		}
	}
	if _, err := v.ask.Status(t.Context()); err != nil {
		t.Error(err)
	}
}

// wantError checks that the server has said what is wrong, and what to do.
func wantError(t *testing.T, err error, problem string) {
	t.Helper()
	var said *admin.Error
	if !errors.As(err, &said) || !strings.Contains(said.Problem, problem) || said.Problem == "" {
		t.Errorf("the error is %v, want %q", err, problem)
		return
	}
	if said.Hint == "" && problem != "out of order" {
		t.Errorf("%v, but no hint", err)
	}
}
