package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"
)

// DefaultPort is the port of an address that names none.
const DefaultPort = "1234"

// Values reads the settings of a command, and keeps the first error: the caller
// asks for all it needs and then looks at Err once.
type Values struct {
	c   *cli.Context
	err error
}

// NewValues returns the settings that c was called with.
func NewValues(c *cli.Context) *Values { return &Values{c: c} }

// Err says which setting is wrong, and what to write, or is nil.
func (v *Values) Err() error { return v.err }

// Fail says that a flag is wrong, for a reason that lies in other flags. Err returns
// the first.
func (v *Values) Fail(flag string, err error) {
	if v.err == nil {
		v.err = fmt.Errorf("--%s: %w", flag, err)
	}
}

// Size returns the bytes that a flag gives, such as 64KiB, 1.5MB or 4096.
func (v *Values) Size(flag string, least, most int) int {
	n, err := ParseSize(v.c.String(flag))
	switch {
	case err != nil:
		v.Fail(flag, err)
	case n < least:
		v.Fail(flag, fmt.Errorf("%s is too small: the least is %s", v.c.String(flag), FormatSize(least)))
	case n > most:
		v.Fail(flag, fmt.Errorf("%s is too large: the most is %s", v.c.String(flag), FormatSize(most)))
	}
	return n
}

// Duration returns the time that a flag gives, such as 2s, 500ms or 1m30s.
func (v *Values) Duration(flag string, least, most time.Duration) time.Duration {
	text := v.c.String(flag)
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
	text := v.c.String(flag)
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		v.Fail(flag, fmt.Errorf("%q is not a number from %d to %d", text, least, most))
	}
	return n
}

// Choice returns what a flag gives, which is one of choices.
func (v *Values) Choice(flag string, choices ...string) string {
	text := v.c.String(flag)
	if !slices.Contains(choices, text) {
		v.Fail(flag, fmt.Errorf("%q is not known: write %s", text, strings.Join(choices, " or ")))
	}
	return text
}

// badSwitch is what is wrong with the value of a switch.
const badSwitch = "%s is neither on nor off: write true or false"

// Switch returns whether a flag made by Switch is on.
func (v *Values) Switch(flag string) bool {
	text := os.Getenv(EnvVar(flag)[0])
	if v.c.IsSet(flag) || text == "" {
		return v.c.Bool(flag)
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		v.Fail(flag, fmt.Errorf(badSwitch, strconv.Quote(text)))
	}
	return on
}

// Addrs returns the addresses that a flag gives, one each time it is written.
func (v *Values) Addrs(flag string) []Addr {
	var addrs []Addr
	for _, text := range v.c.StringSlice(flag) {
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

// An Addr is where a server listens and a client connects, in the terms of
// package net.
type Addr struct {
	Network string // tcp or unix
	Address string // host:port, or a path
}

// String returns the address as people write it.
func (a Addr) String() string {
	if a.Network == "unix" {
		return "unix:" + a.Address
	}
	return a.Address
}

// ParseAddr reads host:port, a host alone (its port is DefaultPort), :port or
// unix:/path. A host that is an IPv6 address stands in brackets if a port
// follows.
func ParseAddr(text string) (Addr, error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if path == "" {
			return Addr{}, errors.New("unix: needs a path: write unix:/path/of/socket")
		}
		return Addr{"unix", path}, nil
	}
	malformed := fmt.Errorf("%q is not an address: write host:port, or unix:/path", text)
	if text == "" {
		return Addr{}, malformed
	}
	if ip, err := netip.ParseAddr(text); err == nil {
		return Addr{"tcp", net.JoinHostPort(ip.String(), DefaultPort)}, nil
	}
	if !strings.Contains(text, ":") || strings.HasSuffix(text, "]") {
		text += ":" + DefaultPort
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || strings.ContainsAny(host, " /\t\n") {
		return Addr{}, malformed
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return Addr{}, fmt.Errorf("%q is not a port: write a number from 0 to 65535, as in %s", port, net.JoinHostPort(host, DefaultPort))
	}
	return Addr{"tcp", net.JoinHostPort(host, port)}, nil
}
