package term_test

import (
	"errors"
	"io"
	"os"
	"testing"

	"bcast/internal/tui/term"
)

func TestInputDropsAnswers(t *testing.T) {
	for _, test := range []struct{ typed, want string }{
		{"text", "text"},
		{"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", ""},
		{"a\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\b", "ab"},
		{"\x1b]11;rgb:1e1e/1e1e/2e2e\a\x1b[?62;22c", "\x1b[?62;22c"},               // of which Bubble Tea thinks nothing
		{"\x1b]11;rgb:0/0/0\ax\x1b]11;rgb:0/0/0\a\x1b[A", "x\x1b[A"},               // keys
		{"\x1b]", "\x1b]"},                                                         // Alt+]
		{"\x1b\x1b]\r\x1b[200~\x1bé\x1b", "\x1b\x1b]\r\x1b[200~\x1bé\x1b"},         // as far as it goes
		{"\x1b]52;c;aGk=\a\x1b]11;rgb:0/0\r", "\x1b]52;c;aGk=\a\x1b]11;rgb:0/0\r"}, // none of ours, and no end
	} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := writer.WriteString(test.typed); err != nil {
			t.Fatal(err)
		}
		in := term.Input{File: reader}
		chunk := make([]byte, 256)
		n, err := in.Read(chunk)
		if got := string(chunk[:n]); got != test.want || err != nil {
			t.Errorf("%q is read as %q, %v; want %q", test.typed, got, err, test.want)
		}
		_ = writer.Close()
		if n, err := in.Read(chunk); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %d, %v", n, err)
		}
		_ = reader.Close()
	}
}
