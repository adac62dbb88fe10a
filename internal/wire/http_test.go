package wire_test

import (
	"strings"
	"testing"

	"bcast/internal/wire"
)

func TestSniffHTTPKnowsRequestsFromLines(t *testing.T) {
	long := strings.Repeat("a", 9000)
	for _, test := range []struct {
		in   string
		want wire.Verdict
	}{
		{"GET / HTTP/1.1\r\n", wire.HTTP},
		{"GET / HTTP/1.0\n", wire.HTTP},
		{"POST /path?q=1 HTTP/1.1\r\nHost: x\r\n\r\nhello\n", wire.HTTP},
		{"OPTIONS * HTTP/1.1\r\n", wire.HTTP},
		{"CONNECT host:443 HTTP/1.1\r\n", wire.HTTP},
		{"VERSION-CONTROL /x HTTP/1.1\r\n", wire.HTTP},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", wire.HTTP},
		{"GET http://host/ HTTP/1.1\r\n", wire.HTTP},
		{"GET / HTTP/1", wire.HTTP},
		{"GET /" + long, wire.HTTP},
		{"GET " + long, wire.Other},
		{"GET ", wire.Undecided},
		{"GET", wire.Undecided},
		{"", wire.Undecided},
		{"GET / HT", wire.Undecided},
		{"GET / HTTP/", wire.Undecided},
		{"GET / HTTP/\n", wire.Other},
		{"GET / HTTP/x", wire.Other},
		{"GET / HTTX", wire.Other},
		{"GET\n", wire.Other},
		{"\n", wire.Other},
		{"GET  / HTTP/1.1\n", wire.Other},
		{"GET /a\tb HTTP/1.1\n", wire.Other},
		{" GET / HTTP/1.1\n", wire.Other},
		{"hello\n", wire.Other},
		{"hello", wire.Other},
		{"HELLO WORLD\n", wire.Other},
		{"HELLO big WORLD\n", wire.Other},
		{"get / HTTP/1.1\n", wire.Other},
		{strings.Repeat("A", 33), wire.Other},
		{"こんにちは", wire.Other},
		{"\x01", wire.Other},
		{"first\nGET / HTTP/1.1\n", wire.Other},
	} {
		if got := wire.SniffHTTP([]byte(test.in)); got != test.want {
			t.Errorf("SniffHTTP(%.40q) = %d, want %d", test.in, got, test.want)
		}
	}
}

func FuzzSniffHTTPNeverChangesItsMind(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: x\r\n"))
	f.Add([]byte("HELLO WORLD\nGET / HTTP/1.1\n"))
	f.Add([]byte("PUT " + strings.Repeat("/", 9000) + " nothing\n"))
	f.Add([]byte("PUT /" + strings.Repeat("a", 7990) + " HTTP/1.1\n"))
	f.Add([]byte("PUT /" + strings.Repeat("a", 7993) + " HTTP/1.1\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		decided := wire.Undecided
		from := 0
		if len(stream) > 500 {
			from = max(0, min(len(stream), 8100)-500) // the beginning of a long line is boring
		}
		for n := from; n <= len(stream); n++ {
			got := wire.SniffHTTP(stream[:n])
			if decided != wire.Undecided && got != decided {
				t.Fatalf("after %d bytes of %q: %d, was %d", n, stream, got, decided)
			}
			decided = got
			if got == wire.Undecided && n > 8100 {
				t.Fatalf("still undecided after %d bytes", n)
			}
		}
	})
}
