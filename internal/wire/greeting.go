package wire

import (
	"bytes"
	"errors"
	"fmt"
)

// MaxGreeting is the longest greeting with SOH and newline, in bytes.
const MaxGreeting = 256

// ErrGreeting is wrapped by the errors of ParseGreeting about what is no greeting.
var ErrGreeting = errors.New("not a greeting")

// A VersionError says that a server speaks a framed dialect that this is not.
type VersionError struct {
	Version string // digits
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the server speaks version %s of the framed dialect, this is version 1", e.Version)
}

// A Greeting is a server's answer to SOH:
//
//	SOH "bcast/1 " epoch " " challenge "\n"
type Greeting struct {
	Epoch     string // of the room's numbers: another one at each start of the server
	Challenge string // random, what a hello's auth is made for
}

// AppendGreeting appends g, from SOH to newline, to b.
func AppendGreeting(b []byte, g Greeting) []byte {
	b = append(b, SOH)
	b = append(b, "bcast/1 "...)
	b = append(b, g.Epoch...)
	b = append(b, ' ')
	b = append(b, g.Challenge...)
	return append(b, '\n')
}

// ParseGreeting reads a greeting, from SOH to newline. Words behind the
// challenge are for later versions and passed over.
//
// The error is a *VersionError if a greeting of another version begins there,
// whatever follows in it; ErrGreeting otherwise.
func ParseGreeting(p []byte) (Greeting, error) {
	words, ok := bytes.CutPrefix(p, []byte("\x01bcast/"))
	if !ok {
		return Greeting{}, fmt.Errorf("%w: it does not begin with SOH and bcast/", ErrGreeting)
	}
	if len(p) > MaxGreeting {
		return Greeting{}, fmt.Errorf("%w: longer than %d bytes", ErrGreeting, MaxGreeting)
	}
	words, ok = bytes.CutSuffix(words, []byte("\n"))
	if !ok || !isPrintable(words) {
		return Greeting{}, fmt.Errorf("%w: not one line of printable ASCII", ErrGreeting)
	}
	word := bytes.Split(words, []byte(" "))
	switch version := string(word[0]); {
	case !isVersion(version):
		return Greeting{}, fmt.Errorf("%w: no version behind bcast/", ErrGreeting)
	case version != "1":
		return Greeting{}, &VersionError{Version: version}
	}
	if len(word) < 3 || !isToken(word[1]) || !isRandom(word[2]) {
		return Greeting{}, fmt.Errorf("%w: no epoch and challenge behind the version", ErrGreeting)
	}
	for _, later := range word[3:] {
		if len(later) == 0 {
			return Greeting{}, fmt.Errorf("%w: words are to be separated by one space", ErrGreeting)
		}
	}
	return Greeting{Epoch: string(word[1]), Challenge: string(word[2])}, nil
}

// isRandom tells whether p is a token that is long enough not to be guessed.
func isRandom[T []byte | string](p T) bool { return len(p) >= minRandom && isToken(p) }

// isVersion tells whether s is a number from 1 to 999 without leading zeros.
func isVersion(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return 1 <= len(s) && len(s) <= 3 && s[0] != '0'
}

func isPrintable(p []byte) bool {
	for _, c := range p {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
