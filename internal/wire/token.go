package wire

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// The least and the most bytes of a room's token.
const (
	MinRoomToken = 8
	MaxRoomToken = 256
)

// hiddenToken stands for a room's token wherever one is printed.
const hiddenToken = "token(redacted)"

// A RoomToken is the secret that all members of a room share. A plain client sends it as
// its first line. A framed one does not send it: it proves that it has it, and so does
// the server. The zero RoomToken is none.
//
// It is never shown: printed, logged or marshaled, it says that it is hidden.
type RoomToken struct {
	secret unique.Handle[string] // a pointer for fmt, see Session
}

// ParseRoomToken reads a token as it stands in a file: one line of 8 to 256 bytes without
// control characters, with or without its end.
func ParseRoomToken(p []byte) (RoomToken, error) {
	p = bytes.TrimSuffix(bytes.TrimSuffix(p, []byte("\n")), []byte("\r"))
	switch {
	case len(p) < MinRoomToken || len(p) > MaxRoomToken:
		return RoomToken{}, fmt.Errorf("a token is one line of %d to %d bytes, not %d", MinRoomToken, MaxRoomToken, len(p))
	case bytes.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return RoomToken{}, errors.New("a token is one line without control characters")
	}
	return RoomToken{unique.Make(string(p))}, nil
}

// IsZero tells whether t is none.
func (t RoomToken) IsZero() bool { return t == RoomToken{} }

// AppendLine appends what a plain client sends: the token and a newline.
func (t RoomToken) AppendLine(b []byte) []byte { return append(append(b, t.secret.Value()...), '\n') }

// IsLine tells whether a plain client's first line, without its newline, is the token. A
// carriage return at the end does no harm. How long it takes depends on the line alone.
func (t RoomToken) IsLine(line []byte) bool {
	got, want := sha256.Sum256(bytes.TrimSuffix(line, []byte("\r"))), sha256.Sum256([]byte(t.secret.Value()))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// ClientProof is the auth of a hello with a nonce, behind a greeting with a challenge.
func (t RoomToken) ClientProof(challenge, nonce string) string { return t.proof("c", challenge, nonce) }

// ServerProof is the auth of the welcome that answers such a hello. It is another one than
// the client's, which so cannot be sent back to it.
func (t RoomToken) ServerProof(challenge, nonce string) string { return t.proof("s", nonce, challenge) }

func (t RoomToken) proof(parts ...string) string {
	mac := hmac.New(sha256.New, []byte(t.secret.Value()))
	for _, part := range parts {
		_, _ = io.WriteString(mac, part) // never fails
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// IsProof compares two proofs in a time that says nothing of them.
func IsProof(got, want string) bool {
	return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

// Format hides the token from every verb of fmt.
func (t RoomToken) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hiddenToken) }

// LogValue hides the token from log/slog.
func (t RoomToken) LogValue() slog.Value { return slog.StringValue(hiddenToken) }

// MarshalText hides the token from encoders.
func (t RoomToken) MarshalText() ([]byte, error) { return []byte(hiddenToken), nil }
