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
