package wire

import (
	"bytes"
	"strings"
)

// A Verdict says what the first bytes of a connection are.
type Verdict int

const (
	Undecided Verdict = iota // more bytes are needed
	Word                     // the same, but so far it is one word, and no method of IANA's registry
	Other                    // not what was looked for
	HTTP                     // the request line of HTTP/1, or the preface of HTTP/2
	TLS                      // a ClientHello
)

const (
	// maxMethod is longer than every method in IANA's registry, in bytes.
	maxMethod = 32

	// MaxSniff is how many bytes SniffHTTP may leave undecided: what RFC 9112
	// section 3 asks every recipient to support at least. A request whose target
	// goes on for longer is taken for what it looks like.
	MaxSniff = 8000
)

// SniffHTTP tells whether a stream that begins with p is an HTTP request: its
// first line is then, after RFC 9112 section 3, a method, a space, a target, a
// space and "HTTP/" with a digit. The preface of HTTP/2 (RFC 9113 section 3.4)
// has the same form.
//
// A web page can make a browser send such a request to any port, with lines of
// the page's choice behind it. To its own host, which may have any address by then,
// it may send it with any word for a method; the target then begins with a slash.
//
// It is Undecided only while p has no newline, for at most 8,000 bytes. It is Word
// while p has neither space nor newline, however long it is. What begins with a word
// of that kind is what it is with any other one in its place.
func SniffHTTP(p []byte) Verdict {
	method := 0
	for method < len(p) && isTchar(p[method]) {
		method++
	}
	if !isRegistered(p[:method]) {
		if method == len(p) {
			return Word
		}
		if p = p[method-1:]; len(p) > 2 && p[1] == ' ' && p[2] != '/' {
			return Other
		}
		method = 1
	}
	p = p[:min(len(p), MaxSniff+1)]
	line, _, complete := bytes.Cut(p, []byte("\n"))
	verdict := Other
	switch {
	case method == len(line):
		verdict = Undecided
	case method > 0 && line[method] == ' ':
		verdict = sniffTarget(line[method+1:])
	}
	switch {
	case verdict != Undecided:
		return verdict
	case complete:
		return Other
	case len(line) > MaxSniff && line[method+1] == '/':
		return HTTP
	case len(line) > MaxSniff:
		return Other
	}
	return Undecided
}

// sniffTarget judges what follows the method and its space.
func sniffTarget(p []byte) Verdict {
	target := 0
	for target < len(p) && p[target] > ' ' && p[target] != 0x7f {
		target++
	}
	switch {
	case target == len(p):
		return Undecided
	case target == 0 || p[target] != ' ':
		return Other
	}
	version, want := p[target+1:], []byte("HTTP/")
	switch {
	case bytes.HasPrefix(want, version):
		return Undecided
	case bytes.HasPrefix(version, want) && '0' <= version[len(want)] && version[len(want)] <= '9':
		return HTTP
	}
	return Other
}

// isRegistered tells whether word is none, or may be, or become, a method that is registered.
func isRegistered(word []byte) bool {
	for _, b := range word {
		if (b < 'A' || 'Z' < b) && b != '-' {
			return false
		}
	}
	return len(word) <= maxMethod
}

// isTchar tells whether b may be part of a method: it is a tchar of RFC 9110, section 5.6.2.
func isTchar(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
}
