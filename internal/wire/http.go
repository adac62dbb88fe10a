package wire

import "bytes"

// A Verdict says what the first bytes of a connection are.
type Verdict int

const (
	Undecided Verdict = iota // more bytes are needed
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
// the page's choice behind it. Methods are upper case here, as all that a
// browser sends without asking first are (the Fetch standard's preflight).
//
// It is Undecided only while p has no newline, for at most 8,000 bytes.
func SniffHTTP(p []byte) Verdict {
	p = p[:min(len(p), MaxSniff+1)]
	line, _, complete := bytes.Cut(p, []byte("\n"))
	method := 0
	for method < len(line) && isMethod(line[method]) {
		method++
	}
	verdict := Other
	switch {
	case method > maxMethod:
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

func isMethod(b byte) bool { return 'A' <= b && b <= 'Z' || b == '-' }
