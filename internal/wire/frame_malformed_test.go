package wire_test

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"bcast/internal/wire"
)

// A malformed frame stands in testdata/malformed.txt.
type malformed struct {
	from  string // client, server or both
	code  wire.Code
	frame string
}

// readMalformed reads testdata/malformed.txt.
func readMalformed(t testing.TB) []malformed {
	t.Helper()
	file, err := os.ReadFile("testdata/malformed.txt")
	if err != nil {
		t.Fatal(err)
	}
	var cases []malformed
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.SplitN(line, " ", 3)
		if len(words) != 3 {
			t.Fatalf("not three words: %s", line)
		}
		frame, err := strconv.Unquote(words[2])
		if err != nil {
			t.Fatalf("no string of Go: %s", line)
		}
		cases = append(cases, malformed{words[0], wire.Code(words[1]), frame})
	}
	if len(cases) < 200 {
		t.Fatalf("%d malformed frames were read, they cannot be all", len(cases))
	}
	return cases
}

func TestMalformedFramesAreRefusedWithTheirCode(t *testing.T) {
	for _, m := range readMalformed(t) {
		if m.from != "server" {
			frame, err := wire.DecodeClient([]byte(m.frame), wire.DefaultMaxLine)
			checkRefusal(t, m, frame == nil, err)
		}
		if m.from != "client" {
			frame, err := wire.DecodeServer([]byte(m.frame), wire.DefaultMaxLine)
			checkRefusal(t, m, frame == nil, err)
		}
	}
}

// checkRefusal fails t unless a malformed frame was refused as it is to be.
func checkRefusal(t *testing.T, m malformed, refused bool, err error) {
	t.Helper()
	var wrong *wire.FrameError
	switch {
	case !errors.As(err, &wrong) || wrong.Code != m.code:
		t.Errorf("%q: %v, want code %q", m.frame, err, m.code)
	case !refused:
		t.Errorf("%q: a frame was returned next to the error", m.frame)
	case wrong.Offset < 0 || wrong.Offset > len(m.frame):
		t.Errorf("%q: offset %d is outside of the frame", m.frame, wrong.Offset)
	case wrong.Message == "" || strings.ContainsFunc(wrong.Message, func(r rune) bool { return r < ' ' || r > '~' }):
		t.Errorf("%q: message %q", m.frame, wrong.Message)
	}
}
