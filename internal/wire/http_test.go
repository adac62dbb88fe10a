package wire_test

import (
	"bytes"
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
		{"hello", wire.Word},
		{"hello ", wire.Undecided},
		{"hello e", wire.Other},
		{"hello everybody how HTTP/1.1\n", wire.Other},
		{"hello /", wire.Undecided},
		{"hello /path how", wire.Other},
		{"hello /path\n", wire.Other},
		{"hello * HTTP/1.1\n", wire.Other},
		{"he\x00", wire.Other},
		{"hello/ / HTTP/1.1\n", wire.Other},
		{"HELLO WORLD\n", wire.Other},
		{"HELLO big WORLD\n", wire.Other},
		{"get / HTTP/1.1\n", wire.HTTP},
		{"patch /path HTTP/1.1\r\n", wire.HTTP},
		{"x / HTTP/1.1\r\n", wire.HTTP},
		{"M1 / HTTP/1.1\r\n", wire.HTTP},
		{"!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\n", wire.HTTP},
		{strings.Repeat("A", 33) + " / HTTP/1.1\r\n", wire.HTTP},
		{strings.Repeat("A", 33) + " x HTTP/1.1\r\n", wire.Other},
		{long, wire.Word},
		{long + " / HTTP/1.1\r\n", wire.HTTP},
		{long + " / is long\n", wire.Other},
		{long + " /" + long, wire.HTTP},
		{strings.Repeat("A", 33), wire.Word},
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
	f.Add([]byte("hello /" + strings.Repeat("a", 7993) + " HTTP/1.1\n"))
	f.Add([]byte("Hello everybody, how are you?\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		decided := wire.Undecided
		from := 0
		if len(stream) > 500 {
			from = max(0, min(len(stream), 8100)-500) // the beginning of a long line is boring
		}
		for n := from; n <= len(stream); n++ {
			got := wire.SniffHTTP(stream[:n])
			if decided != wire.Undecided && decided != wire.Word && got != decided {
				t.Fatalf("after %d bytes of %q: %d, was %d", n, stream, got, decided)
			}
			decided = got
			word, _, _ := bytes.Cut(stream[:n], []byte(" "))
			if got == wire.Undecided && n > len(word)+8000 {
				t.Fatalf("still undecided after %d bytes", n)
			}
			if got == wire.Word && wire.SniffHTTP(append([]byte("x"), stream[n:]...)) != wire.SniffHTTP(stream) {
				t.Fatalf("another word in the place of %q makes a difference to %q", stream[:n], stream[n:])
			}
			if got == wire.Word && bytes.ContainsAny(stream[:n], " \n") {
				t.Fatalf("%q is taken for a word", stream[:n])
			}
		}
	})
}
