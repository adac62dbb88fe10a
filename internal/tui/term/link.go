package term

import (
	"bytes"
	"fmt"
	"strings"
)

const (
	linkBegin = "\x1b]8;"
	linkEnd   = "\x1b]8;;\x1b\\"
	// longestLink is how long a URL may be, in bytes; terminals pass over longer ones.
	longestLink = 2083
	longestID   = 250
)

// Link returns shown as a link to url (OSC 8). The rows of one link that is wrapped are to have the same id, so
// that the terminal takes them for one; it may be empty. Bytes of url that are not ASCII are escaped. A url with a
// blank or a control character or of more than 2083 bytes is no link: shown is returned as it is. So is an id left
// out that could be taken for something else.
func Link(url, shown, id string) string {
	var target strings.Builder
	for i := range len(url) {
		switch c := url[i]; {
		case c <= ' ' || c == 0x7f:
			return shown
		case c > 0x7f:
			fmt.Fprintf(&target, "%%%02X", c)
		default:
			target.WriteByte(c)
		}
	}
	if url == "" || target.Len() > longestLink {
		return shown
	}
	if id != "" && len(id) <= longestID && !strings.ContainsFunc(id, notInID) {
		id = "id=" + id
	} else {
		id = ""
	}
	return linkBegin + id + ";" + target.String() + "\x1b\\" + shown + linkEnd
}

func notInID(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' || r == ';' }

// opensLink reports whether an escape sequence begins a link, and whether it has to do with links at all.
func opensLink(seq []byte) (opens, known bool) {
	body, known := bytes.CutPrefix(seq, []byte(linkBegin))
	if !known {
		return false, false
	}
	_, url, _ := bytes.Cut(bytes.TrimRight(body, "\x1b\\\a"), []byte(";"))
	return len(url) > 0, true
}
