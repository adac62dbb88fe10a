package peer_test

import (
	"strings"
	"testing"

	"bcast/internal/peer"
	"bcast/internal/wire"
)

func sanitizing(p *plan) { p.peer.Sanitize = true }

func TestContract12_SanitizedRoomRelaysTextOnly(t *testing.T) {
	for _, test := range []struct{ said, heard string }{
		{"plain words\n", "plain words\n"},
		{"with\ttab and carriage return\r\n", "with\ttab and carriage return\r\n"},
		{"\x1b]2;title\x07\x1b[2J\n", "␛]2;title␇␛[2J\n"},
		{"over\rwritten\n", "over␍written\n"},
		{"\u202eevil\u009b2J\n", "<U+202E>evil<U+009B>2J\n"},
		{"not \xff UTF-8\n", "not \uFFFD UTF-8\n"},
		{"こんにちは 👨‍👩‍👧\n", "こんにちは 👨‍👩‍👧\n"},
		{"one\ntwo\x1b\n\nfour\n", "one\ntwo␛\n\nfour\n"},
	} {
		for framing, change := range framings {
			t.Run(test.said+framing, func(t *testing.T) {
				v := open(t, change, sanitizing)
				clients := v.join(t, 2)
				clients[0].say(test.said)
				clients[1].hears(test.heard)
			})
		}
		t.Run(test.said+"framed", func(t *testing.T) {
			v := open(t, sanitizing)
			reader := v.join(t, 1)[0]
			hanako := v.named(t, "hanako")
			hanako.message(strings.TrimSuffix(test.said, "\n"))
			said := strings.TrimSuffix(test.heard, "\n")
			hanako.hears("hanako", said)
			reader.hears("hanako: " + strings.ReplaceAll(said, "\n", "\nhanako: ") + "\n")
		})
	}
}

// TestContract12_SanitizedPiecesHaveNoReturnToTheirBeginning has lines that go on behind a
// "\r": a terminal would write what follows over what shows whose line it is.
func TestContract12_SanitizedPiecesHaveNoReturnToTheirBeginning(t *testing.T) {
	long := strings.Repeat("x", wire.DefaultMaxLine-1)
	for name, test := range map[string]struct {
		change func(*plan)
		pieces []string
		heard  []string // once each piece was said
	}{
		"raw":               {rawFraming, []string{"x\r", "bob: pay me\n"}, []string{"x", "␍bob: pay me\n"}},
		"raw, two":          {rawFraming, []string{"x\r\r", "\n"}, []string{"x␍", "\r\n"}},
		"raw, a whole end":  {rawFraming, []string{"x\r", "\ny\r\n"}, []string{"x", "\r\ny\r\n"}},
		"longer than lines": {asTheyAre, []string{long + "\r", "bob: pay me\n"}, []string{long, "␍bob: pay me\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			v := open(t, sanitizing, test.change)
			clients := v.join(t, 2)
			for i, piece := range test.pieces {
				clients[0].say(piece)
				clients[1].hears(test.heard[i])
			}
		})
	}
	t.Run("the end of the input", func(t *testing.T) {
		v := open(t, sanitizing)
		clients := v.join(t, 3)
		clients[0].say("x\r")
		clients[0].hangUp()
		clients[1].hears("x␍")
		clients[2].say("bob: hello\n")
		clients[1].hears("\nbob: hello\n")
	})
	t.Run("framed", func(t *testing.T) {
		v := open(t, sanitizing)
		reader := v.join(t, 1)[0]
		hanako := v.named(t, "hanako")
		hanako.piece("x\r")
		reader.hears("hanako: x␍")
		hanako.message("bob: pay me\r")
		reader.hears("bob: pay me\r\n")
	})
}

// TestContract03_SanitizedPiecesCutNoCharacter has characters that come byte by byte.
func TestContract03_SanitizedPiecesCutNoCharacter(t *testing.T) {
	v := open(t, sanitizing, rawFraming)
	clients := v.join(t, 2)
	said := uint64(0)
	for _, test := range []struct{ said, heard string }{
		{"a\xe3", "a"},
		{"\x81", ""},
		{"\x93b", "こb"}, // whole
		{"\xf0\x9f\x91", ""},
		{"\n", "\uFFFD\uFFFD\uFFFD\n"}, // not
		{"\xe3", ""},
		{"\xe3\x81", "\uFFFD"},
		{"\x93\xff", "こ\uFFFD"},
		{"\xe3\x81", ""},
	} {
		clients[0].say(test.said)
		clients[1].hears(test.heard)
		said += uint64(len(test.said))
		eventually(t, "it is read", func() bool { return v.member(t, clients[0]).Received == said })
	}
	clients[0].hangUp()
	clients[1].hears("\uFFFD\uFFFD")
	clients[0].hearsEnd()
}

// TestContract03_SanitizedLinesMayGrow has lines that are longer once they can be seen.
func TestContract03_SanitizedLinesMayGrow(t *testing.T) {
	v := open(t, sanitizing)
	clients := v.join(t, 2)
	line := strings.Repeat("\x1b", wire.DefaultMaxLine-1) + "\n"
	clients[0].say(strings.Repeat(line, 5))
	clients[1].hears(strings.Repeat(strings.ReplaceAll(line, "\x1b", "␛"), 5))

	long := open(t, sanitizing).named(t, "hanako")
	long.message(strings.Repeat("\x1b", peer.MaxChunk(wire.DefaultMaxLine)-100))
	long.refused(wire.CodeTooLong, 1, false) // and told how long it would be
}
