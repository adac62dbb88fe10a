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

func TestSessionIsReadAsItIsWritten(t *testing.T) {
	made := wire.NewSession([16]byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF})
	if made.Secret() != secret || made != session || made.IsZero() {
		t.Errorf("the secret is %q, want %q and the same session", made.Secret(), secret)
	}
	if none := (wire.Session{}); !none.IsZero() || none.Secret() != "" || none == made {
		t.Error("the zero session is one")
	}
	for _, bad := range []string{"", secret[1:], secret + "0", strings.ToUpper(secret), "g" + secret[1:]} {
		if got, err := wire.ParseSession(bad); err == nil || !got.IsZero() {
			t.Errorf("%q is taken for a session", bad)
		}
	}
}

// holder has a session where fmt cannot ask it how it is printed.
type holder struct {
	hidden wire.Session
	Shown  wire.Session
	deep   []any
}

func TestSessionIsNeverShown(t *testing.T) {
	h := holder{session, session, []any{session, &session, map[wire.Session]int{session: 1}}}
	frame, err := wire.DecodeClient([]byte(`{"type":"hello","nonce":"`+nonce+`","resume":{"session":"`+secret+
		`","epoch":"e","seq":0}}`), wire.DefaultMaxLine)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%c", "%b", "%o", "%U"} {
		for _, arg := range []any{session, &session, h, &h, frame, frame.(*wire.Hello).Resume} {
			fmt.Fprintf(&out, verb+"\n", arg)
		}
	}
	out.WriteString(session.String() + session.GoString())
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("m", "session", session, "pointer", &session, "holder", h, "frame", frame)
	}
	if err := json.NewEncoder(&out).Encode(map[string]any{"s": session, "h": h, "f": frame}); err != nil {
		t.Fatal(err)
	}
	_, err = wire.DecodeClient([]byte(`{"type":"hello","nonce":"`+nonce+`","resume":{"session":"`+secret+
		`0","epoch":"e","seq":0}}`), wire.DefaultMaxLine)
	fmt.Fprint(&out, err)

	shown := strings.ToLower(out.String())
	for _, form := range []string{
		secret, strings.ToUpper(secret), "17 34 51 68", "0x11 0x22", "0x11, 0x22", "[0 17", fmt.Sprintf("%x", secret),
	} {
		if strings.Contains(shown, strings.ToLower(form)) {
			t.Errorf("the secret is shown as %s", form)
		}
	}
	if !strings.Contains(shown, "redacted") {
		t.Error("nothing says that there is a session")
	}
}
