package peer_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"bcast/internal/wire"
)

func TestContract05_FramedMemberIsWelcomed(t *testing.T) {
	v := open(t)
	alice := v.named(t, "alice")
	w := alice.welcome
	if w.You.Name != "alice" || w.Seq != 1 || w.Acked != 0 || w.Missed != 0 || w.Count != 1 || len(w.Peers) != 0 || w.Session.IsZero() {
		t.Errorf("welcome %+v", w)
	}
	if w.MaxLine < wire.DefaultMaxLine {
		t.Errorf("lines are up to %d bytes", w.MaxLine)
	}
	second := v.named(t, "Alice")
	if w := second.welcome; w.You.Name != "Alice-2" || w.Count != 2 || len(w.Peers) != 1 || w.Peers[0] != alice.welcome.You {
		t.Errorf("the second welcome is %+v", w)
	}
	if join := alice.next().(*wire.Join); join.Member != second.welcome.You && join.ID != alice.welcome.You.ID {
		t.Errorf("join %+v", join)
	}
	second.hangUp()
	second.hearsEnd(wire.ByeEnd)
	if leave := until[*wire.Leave](alice); leave.Member != second.welcome.You || leave.Count != 1 {
		t.Errorf("leave %+v", leave)
	}
	third := v.named(t, "a:b")
	third.refused(wire.CodeName, 0, false)
	third.alive()
	if !strings.HasPrefix(third.welcome.You.Name, "guest-") {
		t.Errorf("it is called %q", third.welcome.You.Name)
	}
}

func TestContract01_MessagesAreSeenAsEachDialectHasThem(t *testing.T) {
	v := open(t)
	alice, bob, guest := v.named(t, "alice"), v.named(t, ""), v.join(t, 1)[0]
	guest.say("plain\n")
	line := until[*wire.Line](alice)
	name := line.Name
	if string(line.Text) != "plain" || !strings.HasPrefix(name, "guest-") || line.Ref != 0 || line.Seq != 1 || line.At == 0 {
		t.Fatalf("line %+v", line)
	}
	bob.hears(name, "plain")

	alice.message("hello")
	receipt := until[*wire.Line](alice)
	if receipt.Ref != 1 || receipt.Seq != 2 || receipt.From != alice.welcome.You.ID || string(receipt.Text) != "hello" {
		t.Fatalf("receipt %+v", receipt)
	}
	bob.hears("alice", "hello")
	guest.hears("alice: hello\n")

	alice.message("one\ntwo\n\nthree\xff\x00")
	alice.hears("alice", "one\ntwo\n\nthree\xff\x00")
	bob.hears("alice", "one\ntwo\n\nthree\xff\x00")
	guest.hears("alice: one\nalice: two\nalice: \nalice: three\xff\x00\n")

	alice.message("")
	bob.hears("alice", "")
	guest.hears("alice: \n")
	alice.hears("alice", "")

	for i, piece := range []string{"be", "gun\nand", " go", "es on"} {
		alice.piece(piece)
		for _, c := range []*talker{alice, bob} {
			if line := until[*wire.Line](c); string(line.Text) != piece || !line.More || line.Ref != uint64(i+4) {
				t.Fatalf("piece %+v, want %q", line, piece)
			}
		}
	}
	alice.message("!")
	alice.hears("alice", "!")
	bob.hears("alice", "!")
	guest.hears("alice: begun\nalice: and goes on!\n")

	bob.message("bare\nlines")
	guest.hears("bare\nlines\n")
	alice.hears(bob.welcome.You.Name, "bare\nlines")

	guest.say("half")
	guest.hangUp()
	guest.hearsEnd()
	if line := until[*wire.Line](alice); string(line.Text) != "half" || !line.More || line.Name != name {
		t.Fatalf("the rest is %+v", line)
	}
}

func TestContract01_RenamedMemberSpeaksAsWhatItIsCalledThen(t *testing.T) {
	v := open(t)
	alice, bob, guest := v.named(t, "alice"), v.named(t, "bob"), v.join(t, 1)[0]
	alice.message("a")
	alice.send(&wire.SetName{Name: "hanako"})
	alice.message("b")
	alice.send(&wire.SetName{Name: "BOB"})
	alice.message("c")
	alice.send(&wire.SetName{})
	alice.message("d")
	guestName := "guest-" + strings.TrimPrefix(alice.welcome.You.ID, "p")
	for _, c := range []*talker{alice, bob} {
		c.hears("alice", "a")
		for _, step := range []struct{ old, name, text string }{
			{"alice", "hanako", "b"}, {"hanako", "BOB-2", "c"}, {"BOB-2", guestName, "d"},
		} {
			for {
				if _, ok := c.next().(*wire.Join); !ok {
					break // the rename itself is checked by the name of the line, and below
				}
			}
			c.hears(step.name, step.text)
		}
	}
	guest.hears("alice: a\nhanako: b\nBOB-2: c\nd\n")
	for _, bad := range []string{"a:b", "guest-1", "*x", strings.Repeat("x", 33), " "} {
		alice.send(&wire.SetName{Name: bad})
		alice.refused(wire.CodeName, 0, false)
	}
	alice.message("e")
	bob.hears(guestName, "e")
}

func TestContract05_MessageWithoutItsPlaceIsRefused(t *testing.T) {
	v := open(t)
	alice, guest := v.named(t, "alice"), v.join(t, 1)[0]
	say := func(ref uint64, text string) { alice.send(&wire.Say{Ref: ref, Text: []byte(text)}) }
	say(2, "too early")
	alice.refused(wire.CodeRef, 2, false)
	say(1, "first")
	alice.hears("alice", "first")
	say(1, "again")
	alice.refused(wire.CodeRef, 1, false)
	say(3, "too early")
	alice.refused(wire.CodeRef, 3, false)
	alice.send(&wire.Say{Ref: 2, More: true})
	alice.refused(wire.CodeValue, 2, false)
	say(2, strings.Repeat("x", alice.welcome.MaxLine))
	alice.refused(wire.CodeTooLong, 2, false)
	say(2, strings.Repeat("\n", alice.welcome.MaxLine-1))
	alice.refused(wire.CodeTooLong, 2, false)
	alice.send(&wire.Hello{Nonce: nonce})
	alice.refused(wire.CodeHello, 0, false)
	alice.say(`{"type":"newer","x":1}` + "\n")
	alice.alive()
	say(2, "second")
	alice.hears("alice", "second")
	guest.hears("alice: first\nalice: second\n")
	alice.say(strings.Repeat("x", wire.MaxFrame(alice.welcome.MaxLine)+wire.DefaultMaxLine))
	alice.refused(wire.CodeTooLong, 0, true)
	alice.hearsNothing()
	guest.hangUp()
	guest.hearsEnd()
}

// malformed returns the frames of a client that package wire refuses, with their codes.
func malformed(t *testing.T) (frames []string, codes []wire.Code) {
	t.Helper()
	file, err := os.ReadFile("../wire/testdata/malformed.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(words) < 3 || words[0] == "#" || words[0] == "server" {
			continue
		}
		frame, err := strconv.Unquote(words[2])
		if err != nil {
			t.Fatal(err)
		}
		if frame = strings.TrimSuffix(frame, "\n"); !strings.Contains(frame, "\n") {
			frames, codes = append(frames, frame), append(codes, wire.Code(words[1]))
		}
	}
	if len(frames) < 100 {
		t.Fatalf("%d malformed frames were read, they cannot be all", len(frames))
	}
	return frames, codes
}

func TestContract05_MalformedFramesAreRefusedAndDisturbNobody(t *testing.T) {
	v := open(t)
	alice, bob, guest := v.named(t, "alice"), v.named(t, "bob"), v.join(t, 1)[0]
	frames, codes := malformed(t)
	for i, frame := range frames {
		if codes[i] == wire.CodeTooLong || len(frame) > wire.MaxFrame(wire.DefaultMaxLine) {
			continue // what that is depends on the room
		}
		alice.say(frame + "\n")
		got := until[*wire.Error](alice)
		if got.Code != codes[i] || got.Fatal || got.Message == "" {
			t.Fatalf("%.100q: %+v, want code %q", frame, got, codes[i])
		}
	}
	alice.message("fine")
	alice.hears("alice", "fine")
	bob.hears("alice", "fine")
	guest.hears("alice: fine\n")
}

func TestContract05_MalformedFirstFrameClosesTheConnection(t *testing.T) {
	v := open(t)
	guest := v.join(t, 1)[0]
	frames, codes := malformed(t)
	checked := 0
	for i, frame := range frames {
		if !strings.HasPrefix(frame, "{") || len(frame) >= wire.MaxHello || i%5 > 0 {
			continue
		}
		checked++
		c := v.greet(t)
		c.say(frame + "\n")
		c.refused(codes[i], 0, true)
		c.hearsNothing()
		c.Close()
	}
	if checked < 10 {
		t.Errorf("%d were checked", checked)
	}
	guest.hangUp()
	guest.hearsEnd()
}

func TestContract03_PlainMemberCannotSpeakAsTheServer(t *testing.T) {
	v := open(t)
	alice := v.named(t, "alice")
	hostile := []string{
		"\x01bcast/1 epoch 0123456789abcdef\n",
		string((&wire.Welcome{Nonce: nonce, You: wire.Member{ID: "p1", Name: "x"}, Epoch: "e", Seq: 1, Count: 1, Session: alice.welcome.Session}).Append(nil)),
		string((&wire.Line{Seq: 1, From: "p1", Name: "alice", Text: []byte("no")}).Append(nil)),
		string((&wire.Bye{Reason: wire.ByeStopping}).Append(nil)),
		string((&wire.Error{Code: wire.CodeAuth, Message: "x", Fatal: true}).Append(nil)),
		`{"type":"say","ref":1,"text":"x"}` + "\n",
		"alice: x\n", "\x1b[2J\x9b\u0085\n", "\"},{\n", "\\\n", "\xff\xfe\n",
	}
	spy := v.join(t, 1)[0]
	all := strings.Join(hostile, "")
	spy.say(all)
	c := v.greet(t) // while it speaks
	spy.say(all)
	c.send(&wire.Hello{Nonce: nonce})
	spy.say(all)
	spy.hangUp()
	spy.hearsEnd()
	welcome := c.next().(*wire.Welcome)
	c.welcome = welcome
	name := ""
	for _, talker := range []*talker{alice, c} {
		for range 3 {
			for _, text := range hostile {
				line := until[*wire.Line](talker)
				if name == "" {
					name = line.Name
				}
				if string(line.Text)+"\n" != text || line.Name != name || !strings.HasPrefix(name, "guest-") || line.More || line.Ref != 0 {
					t.Fatalf("%+v, want %q", line, text)
				}
			}
		}
		talker.alive()
	}
}

func TestContract01_LongLinesComeToFramedMembersWhole(t *testing.T) {
	v := open(t)
	alice, guest := v.named(t, "alice"), v.join(t, 2)
	long := strings.Repeat("0123456789\x00\xff", 400_000/12) // in pieces
	guest[0].say(long + "\n")
	guest[0].say("short\n")
	got, pieces := strings.Builder{}, 0
	for !strings.HasSuffix(got.String(), "short\n") {
		line := until[*wire.Line](alice)
		got.Write(line.Text)
		if !line.More {
			got.WriteByte('\n')
		}
		pieces++
		if line.Seq != uint64(pieces) || len(line.Text) > alice.welcome.MaxLine {
			t.Fatalf("line %d has %d bytes, it is the %d.", line.Seq, len(line.Text), pieces)
		}
	}
	if got.String() != long+"\nshort\n" {
		t.Errorf("%d bytes, want %d, in %d pieces", got.Len(), len(long)+7, pieces)
	}
	guest[1].hears(long + "\nshort\n")
}
