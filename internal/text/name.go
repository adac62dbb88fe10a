package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/secure/precis"
)

// The bounds of a name.
const (
	maxNameClusters = 32
	maxNameBytes    = 128
)

// MaxStemDigits is how many digits a number may have that follows what Stem returns.
const MaxStemDigits = 6

const (
	// roomNames is how the names begin that the room gives to those without one.
	roomNames = "guest-"

	// blanks look like spaces, though they are signs and letters for Unicode: the empty
	// pattern of Braille, the note without a head, the blanks of hieroglyphs, the
	// filler of Khitan.
	blanks = "\u2800\U0001D159\U00013441\U00013442\U00016FE4"
)

// A NameError says why a name is none, and what to do about it.
type NameError struct {
	Name    string // that was asked for; "" if it has nothing to show
	Problem string // goes on behind the name, or stands alone where there is none
}

// Error returns a sentence for people, of less than 1,024 bytes, where a name of any
// length is quoted with escapes for what a terminal could not show.
func (e *NameError) Error() string {
	if e.Name == "" {
		return e.Problem
	}
	shown, more := e.Name, ""
	if len(shown) > maxNameBytes {
		n := maxNameBytes
		for n > maxNameBytes-utf8.UTFMax && !utf8.RuneStart(shown[n]) {
			n--
		}
		shown, more = shown[:n], "..."
	}
	return strconv.Quote(shown) + more + " " + e.Problem
}

// Name returns name as [Nickname] does, without the key.
func Name(name string) (string, error) {
	nick, _, err := Nickname(name)
	return nick, err
}

// Nickname returns s as a name is shown, and the key by which names are compared: two
// names of one key are the same name. It enforces the rules of a nickname in PRECIS
// (RFC 8266), which trim and fold spaces and unify characters that mean the same; the key
// is without upper case, too. Nickname leaves the name that it returned as it is.
//
// The error is a *[NameError]: s is empty, longer than 32 characters as people count them
// or 128 bytes, has characters that do not belong in a name or show nothing, or could be
// taken for something else on a line (a colon ends a name there, "*" and "guest-" begin
// names that the room gives).
func Nickname(s string) (name, key string, err error) {
	if strings.TrimSpace(s) == "" {
		return "", "", &NameError{Problem: "a name needs at least one character"}
	}
	name, err = precis.Nickname.String(s)
	if err == nil {
		key, err = precis.Nickname.CompareKey(name)
	}
	if err != nil {
		return "", "", &NameError{s, "has characters that do not belong in a name: use letters, digits, signs and spaces"}
	}
	if problem := wrongName(name, key); problem != "" {
		return "", "", &NameError{name, problem}
	}
	return name, key, nil
}

// wrongName says what is wrong with a nickname and its key, or "".
func wrongName(name, key string) string {
	clusters := 0
	for tokens := graphemes.FromString(name); tokens.Next(); {
		clusters++
	}
	switch {
	case clusters > maxNameClusters || len(name) > maxNameBytes:
		return fmt.Sprintf("is too long: a name has up to %d characters and %d bytes", maxNameClusters, maxNameBytes)
	case strings.Contains(name, ":"):
		return "has a colon, which ends a name: leave it out"
	case strings.HasPrefix(name, "*"), strings.HasPrefix(key, roomNames):
		return "begins like a name that the room gives: begin with something other than * or guest-"
	case Clean([]byte(name)) != name, strings.ContainsAny(name, blanks):
		return "has characters that a terminal does not show: leave them out"
	case startsWithMark(name):
		return "begins with a mark that has no letter under it: begin with a letter, a digit or a sign"
	}
	return ""
}

// startsWithMark tells whether name begins with what a terminal puts on the character
// before, which is not the name's.
func startsWithMark(name string) bool {
	first := graphemes.FromString(name)
	return first.Next() && Width(first.Value()) == 0
}

// Stem returns what remains of a name where a number is to follow, to tell it from another
// of the same name: the longest beginning, by whole characters, that is still a name with
// "-" and up to [MaxStemDigits] digits behind it. It is "" where there is none. The name is
// one that [Nickname] returned.
//
// A name is cut by more than its length demands where it would turn into something else:
// of "guest", which "guest-2" must not come from, "gues" remains.
func Stem(name string) string {
	const room = len("-") + MaxStemDigits
	var ends []int
	for tokens := graphemes.FromString(name); tokens.Next(); {
		if len(ends) == maxNameClusters-room || tokens.End() > maxNameBytes-room {
			break
		}
		ends = append(ends, tokens.End())
	}
	for i := len(ends) - 1; i >= 0; i-- {
		stem := strings.TrimRight(name[:ends[i]], " ")
		numbered := stem + "-2"
		if shown, _, err := Nickname(numbered); err == nil && shown == numbered {
			return stem
		}
	}
	return ""
}
