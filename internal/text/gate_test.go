package text_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"bcast/internal/text"
)

// writes keeps what each call of Write was given.
type writes []string

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}

func TestContract12_GateCleansEachLine(t *testing.T) {
	var got writes
	gate := text.NewGate(&got)
	mustWrite(t, gate, "\x1B[2Jone\r\n\ntwo\u202E\nthree \x07")
	if err := gate.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "␛[2Jone\n\ntwo<U+202E>\nthree ␇\n"
	if got := strings.Join(got, ""); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGateHoldsBackAnOpenLine(t *testing.T) {
	var got writes
	gate := text.NewGate(&got)
	mustWrite(t, gate, "お\xE3\x81")
	mustWrite(t, gate, "\xAF\r")
	if len(got) != 0 {
		t.Fatalf("wrote %q before the line was complete", got)
	}
	mustWrite(t, gate, "\n")
	if len(got) != 1 || got[0] != "おは\n" {
		t.Fatalf("wrote %q, want one line", got)
	}
	if err := gate.Flush(); err != nil || len(got) != 1 {
		t.Fatalf("Flush without an open line: wrote %q, %v", got, err)
	}
}

func TestGateWritesOnceForEachWrite(t *testing.T) {
	var got writes
	gate := text.NewGate(&got)
	mustWrite(t, gate, strings.Repeat("line\n", 1000))
	mustWrite(t, gate, "")
	mustWrite(t, gate, "last\nopen")
	if len(got) != 2 {
		t.Errorf("%d writes, want 2", len(got))
	}
}

func TestGateBoundsWhatItGathers(t *testing.T) {
	var got writes
	gate := text.NewGate(&got)
	mustWrite(t, gate, strings.Repeat(strings.Repeat("\t", text.MaxShown)+"\n", 100))
	for _, w := range got {
		if len(w) > 150<<10 {
			t.Fatalf("gathered %d bytes", len(w))
		}
	}
}

func TestGateHoldsLittleOfALineWithoutEnd(t *testing.T) {
	var got writes
	gate := text.NewGate(&got)
	chunk := bytes.Repeat([]byte("x"), 64<<10)

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 1 << 14 { // 1 GiB
		if _, err := gate.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<10 || len(got) != 0 {
		t.Errorf("allocated %d bytes, wrote %d times; want next to nothing", n, len(got))
	}

	mustWrite(t, gate, "\r\nnext\n")
	want := strings.Repeat("x", text.MaxShown) + " ... +1073733632 bytes\nnext\n"
	if len(got) != 1 || got[0] != want {
		t.Errorf("wrote %q", tail(strings.Join(got, "")))
	}
}

func TestGateAllocatesNothingForPlainLines(t *testing.T) {
	gate := text.NewGate(io.Discard)
	lines := []byte(strings.Repeat("deploy finished https://ci.example/42\nおはようございます\n", 50))
	allocs := testing.AllocsPerRun(100, func() {
		if _, err := gate.Write(lines); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for 100 lines, want none", allocs)
	}
}

var errFull = errors.New("disk full")

// failing takes so many writes and fails from then on.
type failing int

func (f *failing) Write(p []byte) (int, error) {
	if *f == 0 {
		return 0, errFull
	}
	*f--
	return len(p), nil
}

func TestGateStopsAtTheFirstError(t *testing.T) {
	w := failing(1)
	gate := text.NewGate(&w)
	line := strings.Repeat("x", 1<<10-1) + "\n" // 64 of them are a write
	if n, err := gate.Write([]byte(strings.Repeat(line, 100))); n != 64<<10 || !errors.Is(err, errFull) {
		t.Errorf("Write: %d, %v, want the 64 lines written, %v", n, err, errFull)
	}
	w = 9
	if n, err := gate.Write([]byte("more\n")); n != 0 || !errors.Is(err, errFull) {
		t.Errorf("Write after an error: %d, %v, want the same error", n, err)
	}
	if err := gate.Flush(); !errors.Is(err, errFull) {
		t.Errorf("Flush after an error: %v, want the same error", err)
	}
	if w != 9 {
		t.Error("wrote after an error")
	}
}

// short takes half of what it is given and does not say so.
type short struct{}

func (short) Write(p []byte) (int, error) { return len(p) / 2, nil }

func TestGateReportsAShortWrite(t *testing.T) {
	if _, err := text.NewGate(short{}).Write([]byte("line\n")); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v, want %v", err, io.ErrShortWrite)
	}
}

func mustWrite(t *testing.T, w io.Writer, s string) {
	t.Helper()
	if n, err := io.WriteString(w, s); n != len(s) || err != nil {
		t.Fatalf("Write of %d bytes: %d, %v", len(s), n, err)
	}
}
