package feed

import (
	"bytes"
	"strings"
	"time"

	"bcast/internal/text"
)

const (
	// maxName is the longest name in bytes; of ASCII, the longest in characters, too.
	maxName      = 128
	maxASCIIName = 32

	// maxKnown is how many names a Parser remembers.
	maxKnown = 256
)

// A Parser makes entries of the lines that members of the room sent. The zero value is
// ready for use.
type Parser struct {
	// The names that were seen lately, and with "" what looked like one. A room has few
	// names and says them with every line, and it takes a microsecond to check one.
	known map[string]string

	// What Named returned lately, and at last: who speaks often speaks again.
	shown               map[string]string
	lastName, lastShown string
}

// Said makes an entry of a line that came at the given time, without its "\n". The line
// passes the gate.
//
// A line "name: text", as plain members see what a member with a name sends, is taken
// apart if name is one that a member can have, byte for byte as [text.Name] returns it. Any
// other line is the text of an entry without a name. So Said is not for lines that come with
// the name of their author apart.
func (p *Parser) Said(line []byte, at time.Time) Entry {
	e := Entry{Kind: Line, At: at}
	head := line[:min(len(line), maxName+len(": "))]
	if i := bytes.IndexByte(head, ':'); i > 0 && bytes.HasPrefix(head[i:], []byte(": ")) {
		if e.Name = p.name(head[:i]); e.Name != "" {
			line = line[i+len(": "):]
		}
	}
	e.Text = text.Clean(line)
	return e
}

// name returns b, which is not empty and has no colon, if it is a name, else "".
func (p *Parser) name(b []byte) string {
	if name, ok := p.known[string(b)]; ok {
		return name
	}
	key, name := string(b), ""
	if isASCIIName(key) {
		name = key
	} else if shown, err := text.Name(key); err == nil && shown == key {
		name = key
	}
	if p.known == nil {
		p.known = make(map[string]string, maxKnown)
	}
	if len(p.known) == maxKnown {
		clear(p.known)
	}
	p.known[key] = name
	return name
}

// isASCIIName reports whether s, which has no colon, is ASCII and a name. It is true for
// what [text.Name] returns unchanged, and a tenth of the work.
func isASCIIName(s string) bool {
	if len(s) > maxASCIIName || s[0] == ' ' || s[0] == '*' || s[len(s)-1] == ' ' || strings.Contains(s, "  ") {
		return false
	}
	if len(s) >= len(guest) && strings.EqualFold(s[:len(guest)], guest) {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
