package peer_test

import (
	"crypto/tls"
	"net/netip"
	"testing"
	"time"

	"bcast/internal/peer"
	"bcast/internal/server"
	"bcast/internal/wire"
)

// member returns what is known of the connection that c is.
func (v *venue) member(t *testing.T, c *client) (found peer.Member) {
	t.Helper()
	eventually(t, "it is listed", func() bool {
		for _, m := range v.members.Members() {
			if m.Remote == c.LocalAddr().String() {
				found = m
				return m.Dialect != ""
			}
		}
		return false
	})
	return found
}

func TestMembersAreListed(t *testing.T) {
	v := open(t)
	plain := v.dial(t)
	plain.say("hello\n")
	v.member(t, plain)
	hanako := v.named(t, "hanako")
	hanako.hears("guest-1", "hello")
	first := v.member(t, plain) // it may have been a member before it was heard
	framed := v.member(t, hanako.client)
	if first.Dialect != "plain" || first.Name != "guest-1" || first.Number != 1 || first.Received != 6 || first.Since.IsZero() {
		t.Errorf("the plain one is %+v", first)
	}
	if framed.Dialect != "framed" || framed.Name != "hanako" || framed.Sent == 0 || framed.Connection == first.Connection {
		t.Errorf("the framed one is %+v", framed)
	}
	plain.Close()
	eventually(t, "it is gone", func() bool { return len(v.members.Members()) == 1 })
}

func TestKickedMembersAreGoneAndHeardNoMore(t *testing.T) {
	v := open(t)
	witness, plain := v.join(t, 1)[0], v.dial(t)
	plain.say("I am here\n")
	witness.hears("I am here\n")
	hanako := v.named(t, "hanako")
	for _, c := range []*client{plain, hanako.client} {
		if !v.members.Kick(v.member(t, c).Connection) {
			t.Fatal("there is nobody to be kicked")
		}
	}
	plain.hearsEnd()
	for bye := (*wire.Bye)(nil); bye == nil; {
		bye, _ = hanako.next().(*wire.Bye)
		if bye != nil && bye.Reason != wire.ByeKicked {
			t.Errorf("bye for reason %q", bye.Reason)
		}
	}
	hanako.hearsNothing()
	eventually(t, "they are gone", func() bool { return len(v.members.Members()) == 1 })
	if v.members.Kick(1000) {
		t.Error("nobody was kicked")
	}
}

// TestKickedMemberThatDoesNotReadIsGone has one whose buffers are full.
func TestKickedMemberThatDoesNotReadIsGone(t *testing.T) {
	v := open(t)
	clients := v.join(t, 2)
	sender, stuck := clients[0], clients[1]
	sender.say(string(make([]byte, 8<<20)))
	eventually(t, "it is behind", func() bool { return v.member(t, stuck).Behind > 0 })
	v.members.Kick(v.member(t, stuck).Connection)
	eventually(t, "it is gone", func() bool { return len(v.members.Members()) == 1 })
}

// TestKickEndsTheWaitForOneThatIsLeaving has one that says goodbye, and does not read what
// there is for it.
func TestKickEndsTheWaitForOneThatIsLeaving(t *testing.T) {
	v := open(t)
	clients := v.join(t, 2)
	sender, stuck := clients[0], clients[1]
	sender.say(string(make([]byte, 8<<20)))
	if err := stuck.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is leaving", func() bool {
		for _, m := range v.members.Members() {
			if m.Connection == 2 {
				return m.Behind > 0 && m.Dialect == "plain" && m.Name == ""
			}
		}
		return false
	})
	begin := time.Now()
	v.members.Kick(2)
	eventually(t, "it is gone", func() bool { return len(v.members.Members()) == 1 })
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it is gone after %v", took)
	}
	if n := v.members.Stats().Undelivered; n > 0 {
		t.Errorf("undelivered to %d members, though the operator did not want to", n)
	}
}

// TestWhoIsOnTheWayInIsRefusedLikeAnybodyElse has connections that were accepted before a
// ban, or a suspension, and are no members yet.
func TestWhoIsOnTheWayInIsRefusedLikeAnybodyElse(t *testing.T) {
	orders := map[server.Refusal]func(*venue) error{
		server.RefusedBanned: func(v *venue) error {
			return v.server.Ban(netip.MustParsePrefix("127.0.0.1/32"), time.Now().Add(time.Hour))
		},
		server.RefusedSuspended: func(v *venue) error { v.server.Suspend(); return nil },
	}
	ways := map[string]func(*testing.T) (v *venue, goOn func()){
		"token": func(t *testing.T) (*venue, func()) {
			v := openLocked(t)
			c := v.dial(t)
			c.say(password[:5])
			return v, func() { c.say(password[5:] + "\n"); c.hearsEnd() }
		},
		"proof": func(t *testing.T) (*venue, func()) {
			v := openLocked(t)
			c := v.greet(t)
			return v, func() {
				c.send(&wire.Hello{Nonce: nonce, Auth: token(t).ClientProof(c.greeting.Challenge, nonce)})
				c.hearsNothing()
			}
		},
		"TLS": func(t *testing.T) (*venue, func()) {
			v := open(t, overTLS(t, tls.VersionTLS13))
			conn := v.connect(t)
			return v, func() {
				if err := end(v.tls.secure(t, conn)); err != nil {
					t.Error(err)
				}
			}
		},
	}
	for reason, order := range orders {
		for name, begin := range ways {
			t.Run(name+", "+reason.String(), func(t *testing.T) {
				v, goOn := begin(t)
				eventually(t, "it is accepted", func() bool { return v.server.Stats().Open == 1 })
				if err := order(v); err != nil {
					t.Fatal(err)
				}
				goOn()
				if n := v.server.Stats().Refused[reason]; n != 1 {
					t.Errorf("%d are counted, want 1", n)
				}
				eventually(t, "it is gone", func() bool { return v.server.Stats().Open == 0 })
				if ended := v.members.Traffic().Ended; ended != (peer.Traffic{}).Ended {
					t.Errorf("it is counted among those that were in the room: %v", ended)
				}
				if members, room := len(v.members.Members()), v.room.Stats().Members; members+room > 0 {
					t.Errorf("%d are members, %d in the room", members, room)
				}
			})
		}
	}
}
