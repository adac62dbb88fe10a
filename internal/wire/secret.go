package wire

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// SessionSize is the size of a session's secret, in bytes.
const SessionSize = 16

// redacted stands for a session wherever one is printed.
const redacted = "session(redacted)"

// A Session is the secret by which a client takes up what it was before its
// connection broke. Two of the same secret are equal; the zero Session is none.
//
// Whoever knows it is that member, so it is never shown: printed, logged or
// marshaled, alone or inside something else, it says that it is hidden. Only
// Secret and the frames tell it.
type Session struct {
	// A handle is a pointer for fmt, which can print the fields of a struct
	// without asking the struct's methods.
	secret unique.Handle[string]
}

// NewSession returns the session of a secret, which is to be random.
func NewSession(secret [SessionSize]byte) Session {
	return Session{unique.Make(hex.EncodeToString(secret[:]))}
}

// ParseSession reads what Secret returned: 32 lower-case hexadecimal digits.
func ParseSession(secret string) (Session, error) {
	if !isHex(secret, 2*SessionSize) {
		return Session{}, errors.New("a session is 32 lower-case hexadecimal digits")
	}
	return Session{unique.Make(secret)}, nil
}

// IsZero tells whether s is no session.
func (s Session) IsZero() bool { return s == Session{} }

// Secret returns the secret itself, in hexadecimal, or "" if s is zero. It is for the wire alone.
func (s Session) Secret() string {
	if s.IsZero() {
		return ""
	}
	return s.secret.Value()
}

// Format hides the secret from every verb of fmt.
func (s Session) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String hides the secret.
func (s Session) String() string { return redacted }

// GoString hides the secret.
func (s Session) GoString() string { return redacted }

// LogValue hides the secret from log/slog.
func (s Session) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the secret from encoders, those of log handlers too.
func (s Session) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// isHex tells whether s is n lower-case hexadecimal digits.
func isHex[T []byte | string](s T, n int) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == n
}
