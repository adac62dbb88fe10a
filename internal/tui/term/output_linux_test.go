package term_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"bcast/internal/tui/term"
)

func TestOutputCountsWhatTheTerminalTook(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	out := term.NewOutput(writer)
	before := enter + "\x1b"
	if _, err := out.Write([]byte(before)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(reader, make([]byte, len(entered+without))); err != nil {
		t.Fatal(err)
	}

	begin := "[m" + term.CursorAt(3, 4)
	result := make(chan error)
	n := 0
	go func() {
		var err error
		n, err = out.Write([]byte(begin + strings.Repeat("x", 1<<20)))
		result <- err
	}()
	eventually(t, "the pipe to be full", func() bool { return unread(t, reader) > len(begin) })
	if err := writer.SetWriteDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := <-result; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("Write = %d, %v; want a deadline exceeded", n, err)
	}
	_ = writer.Close()
	took, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(begin) + strings.Count(string(took), "x"); n != want || n == len(begin) {
		t.Errorf("Write = %d, want %d", n, want)
	}
}
