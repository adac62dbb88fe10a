package config

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// Values reads the settings of a command, and keeps the first error: the caller
// asks for all it needs and then looks at Err once.
type Values struct {
	settings map[string]setting
	argument string // the name of the setting that is not a flag
	more     []string
	file     settingsFile
	again    func() (*Values, error)
	err      error
}

// Reread returns what is in force by now for the same command line: the settings file may
// have changed. The error says what is wrong with it.
func (v *Values) Reread() (*Values, error) { return v.again() }

// Differences names the flags for which other, of the same command, has another value, in
// the order of their names.
func (v *Values) Differences(other *Values) []string {
	var names []string
	for name, s := range v.settings {
		if !slices.Equal(s.values, other.setting(name).values) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// MoreArgs are the arguments behind the first, where the command takes some.
func (v *Values) MoreArgs() []string { return v.more }

// Err says which setting is wrong, and what to write, or is nil.
func (v *Values) Err() error { return v.err }

// Fail says that a flag is wrong, where it was written if that is a file. Err returns
// the first.
func (v *Values) Fail(flag string, err error) {
	if v.err != nil {
		return
	}
	switch s := v.setting(flag); {
	case s.from.source == fromFile:
		v.err = fmt.Errorf("%s: %s: %w", s.from.name, flag, err)
	case flag == v.argument && s.from.source == fromVariable:
		v.err = fmt.Errorf("%s: %w", s.from.name, err)
	case flag == v.argument:
		v.err = err
	default:
		v.err = fmt.Errorf("--%s: %w", flag, err)
	}
}

// setting is what is in force for a flag.
func (v *Values) setting(flag string) setting {
	s, ok := v.settings[flag]
	if !ok {
		panic("config: no flag " + flag)
	}
	return s
}

// IsSet tells whether a flag has a value that is not its default.
func (v *Values) IsSet(flag string) bool { return v.setting(flag).from.source != fromDefault }

// Text returns what a flag gives, which is its default, or "", where nobody said
// anything.
func (v *Values) Text(flag string) string {
	if values := v.List(flag); len(values) > 0 {
		return values[0]
	}
	return ""
}

// List returns what a flag gives that may be given several times.
func (v *Values) List(flag string) []string { return v.setting(flag).values }

// Size returns the bytes that a flag gives, such as 64KiB, 1.5MB or 4096.
func (v *Values) Size(flag string, least, most int) int {
	n, err := ParseSize(v.Text(flag))
	switch {
	case err != nil:
		v.Fail(flag, err)
	case n < least:
		v.Fail(flag, fmt.Errorf("%s is too small: the least is %s", v.Text(flag), FormatSize(least)))
	case n > most:
		v.Fail(flag, fmt.Errorf("%s is too large: the most is %s", v.Text(flag), FormatSize(most)))
	}
	return n
}

// Duration returns the time that a flag gives, such as 2s, 500ms or 1m30s.
func (v *Values) Duration(flag string, least, most time.Duration) time.Duration {
	text := v.Text(flag)
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		v.Fail(flag, fmt.Errorf("%q is not a duration: write it like 2s, 500ms or 1m30s", text))
	case d < least:
		v.Fail(flag, fmt.Errorf("%s is too short: the least is %v", text, least))
	case d > most:
		v.Fail(flag, fmt.Errorf("%s is too long: the most is %v", text, most))
	}
	return d
}

// Count returns the number that a flag gives.
func (v *Values) Count(flag string, least, most int) int {
	text := v.Text(flag)
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		v.Fail(flag, fmt.Errorf("%q is not a number from %d to %d", text, least, most))
	}
	return n
}

// Choice returns what a flag gives, which is one of its choices.
func (v *Values) Choice(flag string) string {
	text, choices := v.Text(flag), v.setting(flag).flag.Choices
	if !slices.Contains(choices, text) {
		v.Fail(flag, fmt.Errorf("%q is not known: write %s", text, strings.Join(choices, " or ")))
	}
	return text
}

// badSwitch is what is wrong with the value of a switch.
const badSwitch = "%s is neither on nor off: write true or false"

// Switch returns whether a flag is on.
func (v *Values) Switch(flag string) bool {
	text := v.Text(flag)
	if text == "" {
		return false
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		v.Fail(flag, fmt.Errorf(badSwitch, strconv.Quote(text)))
	}
	return on
}

// Addr returns the address that a flag gives.
func (v *Values) Addr(flag string) Addr {
	addr, err := ParseAddr(v.Text(flag))
	if err != nil {
		v.Fail(flag, err)
	}
	return addr
}

// Addrs returns the addresses that a flag gives, one each time it is written.
func (v *Values) Addrs(flag string) []Addr {
	var addrs []Addr
	texts := v.List(flag)
	if len(texts) == 0 {
		v.Fail(flag, errors.New("there is no address: write host:port, or unix:/path"))
	}
	for _, text := range texts {
		addr, err := ParseAddr(text)
		if err != nil {
			v.Fail(flag, err)
		}
		addrs = append(addrs, addr)
	}
	return addrs
}

// ParseSize reads a size in bytes: 4096, 64KiB, 1.5MB.
func ParseSize(text string) (int, error) {
	n, err := humanize.ParseBytes(text)
	if err != nil || n > math.MaxInt {
		return 0, fmt.Errorf("%q is not a size: write it like 64KiB, 16MiB or 4096", text)
	}
	return int(n), nil
}

// FormatSize writes a size in bytes in the form that ParseSize reads.
func FormatSize(n int) string {
	if n < 1<<10 {
		return strconv.Itoa(n)
	}
	return strings.ReplaceAll(humanize.IBytes(uint64(n)), " ", "")
}
