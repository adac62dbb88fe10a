package feed

import (
	"bytes"
	"strings"
	"time"

	"bcast/internal/text"
)

// guest begins the names that a room gives. A number follows.
const guest = "guest-"

// Message makes entries of a message that came with the name of its author apart, as
// [Parser.Named] returns it: the first of the given kind, and one of the kind Rest for each
// further line, which it appends to rest. The message passes the gate, line by line.
func Message(rest []Entry, kind Kind, name string, message []byte, at time.Time) (Entry, []Entry) {
	line, message, more := bytes.Cut(message, []byte{'\n'})
	first := Entry{Kind: kind, At: at, Name: name, Text: text.Clean(line)}
	for more {
		line, message, more = bytes.Cut(message, []byte{'\n'})
		rest = append(rest, Entry{Kind: Rest, At: at, Text: text.Clean(line)})
	}
	return first, rest
}

// Named returns the name of a member, which came apart from what it says, as it is shown:
// unchanged if it is one that a member can have or a room can give. What no room should
// have let in passes the gate and gets a "?" before it, so that nobody is called like what
// the client itself says.
func (p *Parser) Named(name string) string {
	if name == p.lastName && name != "" {
		return p.lastShown
	}
	shown, ok := p.shown[name]
	if !ok {
		shown = p.show(name)
	}
	p.lastName, p.lastShown = name, shown
	return shown
}

// show is Named for a name that is not known.
func (p *Parser) show(name string) string {
	shown := name
	if !IsGuest(name) && !p.isName(name) {
		shown = "?" + text.Clean([]byte(name[:min(len(name), maxName)]))
	}
	if p.shown == nil {
		p.shown = make(map[string]string, maxKnown)
	}
	if len(p.shown) == maxKnown {
		clear(p.shown)
	}
	p.shown[strings.Clone(name)] = shown
	return shown
}

// isName reports whether s is a name that a member can have. One that is in use gets a
// number behind it, which may make it longer than names are otherwise.
func (p *Parser) isName(s string) bool {
	base := s
	if i := strings.LastIndexByte(s, '-'); i > 0 && isNumber(s[i+1:]) {
		base = s[:i]
	}
	return base != "" && !strings.Contains(base, ":") && p.name([]byte(base)) != ""
}

// IsGuest reports whether name is one that a room gives to a member without any.
func IsGuest(name string) bool {
	number, ok := strings.CutPrefix(name, guest)
	return ok && isNumber(number)
}

// isNumber reports whether s is one that a room counts up to.
func isNumber(s string) bool {
	const digits = "0123456789"
	return s != "" && len(s) <= 16 && strings.Trim(s, digits) == ""
}
