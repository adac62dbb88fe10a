package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"bcast/internal/wire"
)

const password = "correct horse battery"

func token(t *testing.T) wire.RoomToken {
	t.Helper()
	token, err := wire.ParseRoomToken([]byte(password + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestRoomTokenIsOneLine(t *testing.T) {
	for _, good := range []string{password, password + "\n", password + "\r\n", "12345678", "秘密の言葉", strings.Repeat("x", 256)} {
		got, err := wire.ParseRoomToken([]byte(good))
		if err != nil || got.IsZero() {
			t.Errorf("%.30q is no token: %v", good, err)
			continue
		}
		line := strings.TrimRight(good, "\r\n")
		if s := string(got.AppendLine(nil)); s != line+"\n" || !got.IsLine([]byte(line)) || !got.IsLine([]byte(line+"\r")) {
			t.Errorf("%.30q is sent as %.30q, or not known again", good, s)
		}
	}
	for _, bad := range []string{"", "\n", "1234567", strings.Repeat("x", 257), "two\nlines of it", "a\ttabulator", "\x01begins with SOH"} {
		if got, err := wire.ParseRoomToken([]byte(bad)); err == nil || !got.IsZero() {
			t.Errorf("%.30q is a token", bad)
		}
	}
}

func TestOnlyTheWholeTokenIsTheToken(t *testing.T) {
	token := token(t)
	for _, wrong := range []string{
		"", password[1:], password[:len(password)-1], password + "x", password + " ", " " + password,
		strings.ToUpper(password), password + "\x00", password + "\n",
	} {
		if token.IsLine([]byte(wrong)) {
			t.Errorf("%q passes for the token", wrong)
		}
	}
}

// The proofs were made with OpenSSL: printf c0123456789abcdef9f86d081884c7d65 |
// openssl dgst -sha256 -hmac 'correct horse battery'.
func TestProofsAreThoseOfTheProtocol(t *testing.T) {
	token := token(t)
	const challenge, nonce = "0123456789abcdef", "9f86d081884c7d65"
	client, server := token.ClientProof(challenge, nonce), token.ServerProof(challenge, nonce)
	if want := "1239e7a4855bf525099fcd7ffc46bef7e9b0d9508f531942abd3f7b73f0bcdfc"; client != want {
		t.Errorf("the client's proof is %s, want %s", client, want)
	}
	if want := "5772e405ff31f3226db202f19939469442c3d6eeb86f9a3d9819b8bb5f406993"; server != want {
		t.Errorf("the server's proof is %s, want %s", server, want)
	}
	if !wire.IsProof(client, client) || wire.IsProof(client, server) || wire.IsProof(client[1:], client) || wire.IsProof("", client) {
		t.Error("proofs are compared wrongly")
	}
	for name, other := range map[string]string{
		"challenge": token.ClientProof("1123456789abcdef", nonce),
		"nonce":     token.ClientProof(challenge, "8f86d081884c7d65"),
	} {
		if other == client {
			t.Errorf("another %s has the same proof", name)
		}
	}
}

func TestRoomTokenIsNeverShown(t *testing.T) {
	token := token(t)
	h := struct {
		hidden wire.RoomToken
		Shown  wire.RoomToken
		deep   []any
	}{token, token, []any{token, &token}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		for _, arg := range []any{token, &token, h, &h} {
			fmt.Fprintf(&out, verb+"\n", arg)
		}
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("m", "token", token, "pointer", &token, "holder", h)
	}
	if err := json.NewEncoder(&out).Encode(map[string]any{"t": token, "h": h}); err != nil {
		t.Fatal(err)
	}
	shown := strings.ToLower(out.String())
	for _, form := range []string{password, fmt.Sprintf("%x", password), "99 111 114 114", "0x63, 0x6f"} {
		if strings.Contains(shown, form) {
			t.Errorf("the token is shown as %s", form)
		}
	}
	if !strings.Contains(shown, "redacted") {
		t.Error("nothing says that there is a token")
	}
}
