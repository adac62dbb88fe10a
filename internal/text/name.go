package text

import (
	"errors"
	"fmt"
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/secure/precis"
)

// The bounds of a name.
const (
	maxNameClusters = 32
	maxNameBytes    = 128
)

// Name returns name as it is shown and compared: with the rules of a nickname in
// PRECIS (RFC 8266) enforced, which trim and fold spaces and unify characters
// that mean the same.
//
// The error says why name is none: it is empty, longer than 32 characters as
// people count them or 128 bytes, has characters that do not belong in a name, or
// could be taken for something else on a line (a colon ends a name there, "*"
// and "guest-" begin names that the room gives).
func Name(name string) (string, error) {
	if strings.TrimSpace(name) == "" {
		return "", errors.New("a name needs at least one character")
	}
	nick, err := precis.Nickname.String(name)
	if err != nil {
		return "", fmt.Errorf("%q has characters that do not belong in a name: use letters, digits, signs and spaces", name)
	}
	clusters := 0
	for tokens := graphemes.FromString(nick); tokens.Next(); {
		clusters++
	}
	switch {
	case clusters > maxNameClusters || len(nick) > maxNameBytes:
		return "", fmt.Errorf("%q is too long: a name has up to %d characters and %d bytes", nick, maxNameClusters, maxNameBytes)
	case strings.Contains(nick, ":"):
		return "", fmt.Errorf("%q has a colon, which ends a name: leave it out", nick)
	case strings.HasPrefix(nick, "*"), strings.HasPrefix(strings.ToLower(nick), "guest-"):
		return "", fmt.Errorf("%q begins like a name that the room gives: begin with something other than * or guest-", nick)
	case Clean([]byte(nick)) != nick:
		return "", fmt.Errorf("%q has characters that a terminal does not show: leave them out", nick)
	}
	return nick, nil
}
