//go:build unix

package term_test

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"bcast/internal/tui/term"
)

const pasteBegin, pasteEnd = "\x1b[200~", "\x1b[201~"

// A feeder is an Input that a test reads, with a clock of its own: while Input waits, what is to come later is
// written, or the time goes by.
type feeder struct {
	*term.Input
	t              testing.TB
	reader, writer *os.File
	later          []string // each comes while Input waits
	now            time.Time
	waited         []time.Duration // how long it had to wait in vain
	chunk          []byte
}

func newFeeder(t testing.TB, later ...string) *feeder {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = reader.Close()
		_ = writer.Close()
	})
	f := &feeder{t: t, reader: reader, writer: writer, later: later, chunk: make([]byte, 256)}
	f.Input = term.NewInputWith(reader, f.wait, func() time.Time { return f.now })
	return f
}

func (f *feeder) wait(d time.Duration) bool {
	switch {
	case term.WaitReadable(f.reader, 0):
		return true
	case d == 0:
		return false
	case f.writeNext():
		return true
	default:
		f.now = f.now.Add(d)
		f.waited = append(f.waited, d)
		return false
	}
}

func (f *feeder) writeNext() bool {
	for len(f.later) > 0 {
		piece := f.later[0]
		f.later = f.later[1:]
		if piece != "" {
			f.write(piece)
			return true
		}
	}
	return false
}

func (f *feeder) write(s string) {
	f.t.Helper()
	if _, err := f.writer.WriteString(s); err != nil {
		f.t.Fatal(err)
	}
}

// readAll reads until there is nothing more, and returns what each Read gave.
func (f *feeder) readAll() (pieces []string) {
	f.t.Helper()
	for term.WaitReadable(f.reader, 0) || f.writeNext() {
		n, err := f.Read(f.chunk)
		if err != nil {
			f.t.Fatal(err)
		}
		if n > 0 {
			pieces = append(pieces, string(f.chunk[:n]))
		}
	}
	return pieces
}

func TestInputWaitsForTheRest(t *testing.T) {
	const short, long = 25 * time.Millisecond, 300 * time.Millisecond
	for _, test := range []struct {
		sent, want string
		waited     time.Duration
	}{
		{"a", "a", 0},
		{"\r", "\r", 0},
		{"\x1b", "\x1b", short},
		{"\x1b\x1b\x1b", "\x1b", short},
		{"\x1b[", "\x1b[", short}, // Alt with a key
		{"\x1bO", "\x1bO", short},
		{"\x1b]", "\x1b]", short},
		{"\x1bP", "\x1bP", short},
		{"\x1b_", "\x1b_", short},
		{"\x1b]a", "\x1b]a", 0},
		{"\x1b_\x1b[A", "\x1b[A", 0},
		{"\x1b[<65;12", "", long}, // what nobody types
		{"\x1b[Ma", "", long},
		{"\x1b[[", "", long},
		{"\x1bO5", "", long},
		{"\x1b]11;rgb:1e", "", long},
		{"\x1b]11;rgb:1e\x1b", "", long},
		{"\xe3\x81", "", long},
		{"\x1b\xe3\x81", "", long},
	} {
		f := newFeeder(t)
		f.write(test.sent)
		if got := strings.Join(f.readAll(), ""); got != test.want {
			t.Errorf("%q is read as %q, want %q", test.sent, got, test.want)
		}
		if want := slices.DeleteFunc([]time.Duration{test.waited}, func(d time.Duration) bool { return d == 0 }); !slices.Equal(f.waited, want) {
			t.Errorf("%q: it waited %v, want %v", test.sent, f.waited, want)
		}
	}
}

func TestInputTakesWhatComesLaterThanItWaitsForKeys(t *testing.T) {
	f := newFeeder(t)
	var got []string
	for _, sent := range []string{"\x1b", "[A"} {
		f.write(sent)
		got = append(got, f.readAll()...)
	}
	if want := []string{"\x1b", "[A"}; !slices.Equal(got, want) {
		t.Errorf("read as %q, want %q", got, want)
	}
}

func TestInputReallyWaits(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	defer writer.Close()
	in, chunk, begin := term.NewInput(reader), make([]byte, 256), time.Now()
	if _, err := writer.WriteString("\x1b"); err != nil {
		t.Fatal(err)
	}
	n, err := in.Read(chunk)
	if took := time.Since(begin); err != nil || string(chunk[:n]) != "\x1b" || took < 25*time.Millisecond {
		t.Errorf("after %v it read %q, %v; want Esc after 25 ms", took, chunk[:n], err)
	}
}

func TestInputEndsEachReadWithTheFirstSequence(t *testing.T) {
	f := newFeeder(t)
	f.write("ab\x1b[Icd\x1b[A\x1b[O\x1b\x1b[I\x1b\x1b[<0;1;1M\x1b\x1b[1;5Aé\r\x1bf")
	got := f.readAll()
	want := []string{"ab\x1b[I", "cd\x1b[A", "\x1b[O", "\x1b[I", "\x1b[<0;1;1M", "\x1b[1;5A", "é\r\x1bf"}
	if !slices.Equal(got, want) {
		t.Errorf("read as %q, want %q", got, want)
	}
}

// Bubble Tea takes 256 bytes for a sign that there is more, and keeps their end until then.
func TestInputNeverFillsTheBuffer(t *testing.T) {
	const text = "こんにちは and so on\r"
	for _, sent := range []string{
		strings.Repeat("a", 5000),
		strings.Repeat(text, 200),
		strings.Repeat("\x1b[<65;12;5M", 500),
		strings.Repeat("\x1bOa", 2000),
		strings.Repeat("\x1b[\x1bO\x1b]\x1bP", 500) + text,
		pasteBegin + strings.Repeat(text, 500) + pasteEnd,
		pasteBegin + strings.Repeat("\x1b[201", 2000) + pasteEnd,
		pasteBegin + strings.Repeat("\x1b", 2000) + pasteEnd,
	} {
		f := newFeeder(t)
		f.write(sent + ".")
		got := f.readAll()
		for _, piece := range got {
			if len(piece) >= len(f.chunk) {
				t.Fatalf("of %.40q... it read %d bytes at once", sent, len(piece))
			}
		}
		if all := strings.Join(got, ""); !strings.HasSuffix(all, ".") {
			t.Errorf("of %.40q... the end is %q", sent, all[max(0, len(all)-20):])
		}
	}
}

func TestInputWantsRoom(t *testing.T) {
	f := newFeeder(t)
	f.write("a")
	if n, err := f.Read(make([]byte, 255)); n != 0 || !errors.Is(err, io.ErrShortBuffer) {
		t.Errorf("Read = %d, %v", n, err)
	}
}

func TestInputEndsWithTheFile(t *testing.T) {
	for _, sent := range []string{"", "a", "\x1b", "\x1b[1", "\xe3", pasteBegin + "a"} {
		f := newFeeder(t)
		f.write(sent)
		_ = f.writer.Close()
		var err error
		for range 5 {
			if _, err = f.Read(f.chunk); err != nil {
				break
			}
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("after %q: %v, want %v", sent, err, io.EOF)
		}
	}
}

func TestInputCutsAPasteAfterAMegabyte(t *testing.T) {
	f := newFeeder(t)
	for range 1<<20/(1<<15) + 2 {
		f.later = append(f.later, strings.Repeat("0123456789abcde\r", 1<<11))
	}
	f.later = append(f.later, pasteEnd+"b")
	f.write("a" + pasteBegin)
	all := strings.Join(f.readAll(), "")
	text, found := strings.CutPrefix(all, "a"+pasteBegin)
	text, ended := strings.CutSuffix(text, pasteEnd+"b")
	if !found || !ended {
		t.Fatalf("begins with %.20q, ends with %q", all, all[len(all)-20:])
	}
	if n := len(text); n <= 1<<20 || n > 1<<20+1<<13 {
		t.Errorf("%d bytes of the paste were passed on", n)
	}
	f.write(pasteBegin + "c" + pasteEnd)
	if got := strings.Join(f.readAll(), ""); got != pasteBegin+"c"+pasteEnd {
		t.Errorf("the next paste is %q", got)
	}
}

func TestCtrlCEndsAPasteThatDoesNotEnd(t *testing.T) {
	f := newFeeder(t)
	read := func(sent string, after time.Duration) string {
		f.now = f.now.Add(after)
		f.write(sent)
		return strings.Join(f.readAll(), "")
	}
	for _, step := range []struct {
		sent  string
		after time.Duration
		want  string
	}{
		{pasteBegin + "a", 0, pasteBegin + "a"},
		{"\x03", 900 * time.Millisecond, "\x03"}, // too early
		{"\x03b", time.Second, "\x03b"},          // not alone
		{"\x1b[20", time.Minute, ""},
		{"\x03", time.Second, pasteEnd},
		{"\x03", time.Second, "\x03"}, // a key again
	} {
		if got := read(step.sent, step.after); got != step.want {
			t.Errorf("%q after %v is read as %q, want %q", step.sent, step.after, got, step.want)
		}
	}
}

// Bubble Tea forgets the beginning of a paste when it releases the terminal, and would type the rest.
func TestAnotherReaderIsSparedTheRestOfAPaste(t *testing.T) {
	for _, test := range []struct{ sent, want string }{
		{"b\r" + pasteEnd + "c", "c"},
		{"b\r", ""}, // its end was read by another program
		{"", ""},
	} {
		f := newFeeder(t)
		f.write(pasteBegin + "a")
		f.readAll()
		f.chunk = make([]byte, 256)
		f.write(test.sent)
		if got := strings.Join(f.readAll(), ""); got != test.want {
			t.Errorf("of %q it read %q, want %q", test.sent, got, test.want)
		}
		f.write("d")
		want := "d"
		if test.sent == "" {
			want = "" // it cannot be told from the rest
		}
		if got := strings.Join(f.readAll(), ""); got != want {
			t.Errorf("after %q it read %q, want %q", test.sent, got, want)
		}
	}
}

func FuzzInputReadsTheSameInWhateverPieces(f *testing.F) {
	for _, seed := range []string{
		"ab\x1b[I\x1b\x1b[A\x1bOPé", "\x1b]11;rgb:0/0/0\x1b\\x\x1b[<65;1;1M", pasteBegin + "x\x1b[20\x1b" + pasteEnd + "\r",
		"\x1bP1$r\x1b[A", "\x1b[Mabc\xe3\x81\x82\xe3\x81\x1b", "\x1b[[A\x1bO5A\x1b\x1bOA\x1b[7$",
	} {
		f.Add(seed, uint(3), uint(5))
	}
	f.Fuzz(func(t *testing.T, sent string, first, second uint) {
		if sent == "" || len(sent) > 1<<12 {
			return
		}
		a := int(first % uint(len(sent)))
		b := a + int(second%uint(len(sent)-a))
		whole, cut := newFeeder(t, sent), newFeeder(t, sent[:a], sent[a:b], sent[b:])
		want, got := strings.Join(whole.readAll(), ""), strings.Join(cut.readAll(), "")
		if got != want {
			t.Errorf("%q, %q, %q are read as %q, want %q", sent[:a], sent[a:b], sent[b:], got, want)
		}
	})
}
