package peer_test

import (
	"testing"
	"time"

	"bcast/internal/peer"
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
