package term_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"bcast/internal/tui/term"
)

const (
	enter, leave     = "\x1b[?1049h", "\x1b[?1049l"
	syncOn, syncOff  = "\x1b[?2026h", "\x1b[?2026l"
	show, hide       = "\x1b[?25h", "\x1b[?25l"
	wrapOn, wrapOff  = "\x1b[?7h", "\x1b[?7l"
	entered, without = enter + wrapOff + syncOn, syncOff
)

// A recorder is an Output into a file, which a test reads.
type recorder struct {
	*term.Output
	t    testing.TB
	file *os.File
	read int64
}

func newRecorder(t testing.TB) *recorder {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return &recorder{Output: term.NewOutput(file), t: t, file: file}
}

// write writes and returns what came out.
func (r *recorder) write(s string) string {
	r.t.Helper()
	if n, err := r.Write([]byte(s)); n != len(s) || err != nil {
		r.t.Fatalf("Write(%q) = %d, %v; want %d", s, n, err, len(s))
	}
	return r.rest()
}

// rest returns what came out since the last call.
func (r *recorder) rest() string {
	r.t.Helper()
	fresh, err := io.ReadAll(io.NewSectionReader(r.file, r.read, math.MaxInt32))
	if err != nil {
		r.t.Fatal(err)
	}
	r.read += int64(len(fresh))
	return string(fresh)
}

func TestOutput(t *testing.T) {
	at := term.CursorAt
	type step struct{ in, out string }
	for _, test := range []struct {
		name  string
		steps []step
	}{
		{"outside of the alternate screen nothing is added", []step{
			{"text\r\n", "text\r\n"},
			{hide + "\x1b[?2004h\x1b[1mbold\x1b[m", hide + "\x1b[?2004h\x1b[1mbold\x1b[m"},
			{"", ""},
		}},
		{"outside of the alternate screen a marker is dropped", []step{
			{"a" + at(3, 4) + "b" + term.NoCursor, "ab"},
			{at(1, 1), ""},
			{"\x1bO" + at(1, 1), "\x1bO"},
			{enter + "c", entered + "c" + syncOff},
		}},
		{"auto-wrap is off in the alternate screen", []step{
			{enter, enter + wrapOff + syncOn + syncOff},
			{leave, syncOn + syncOff + leave + wrapOn + show},
		}},
		{"each write is a synchronized update", []step{
			{enter, entered + without},
			{"one", syncOn + "one" + syncOff},
			{"two", syncOn + "two" + syncOff},
			{"", ""},
		}},
		{"the cursor of Bubble Tea is left alone until there is a marker", []step{
			{enter, entered + without},
			{show, syncOn + show + syncOff},
			{"frame", syncOn + "frame" + syncOff},
			{hide, syncOn + hide + syncOff},
		}},
		{"the cursor stands where the last marker says, after every write", []step{
			{enter, entered + without},
			{"fr" + at(2, 7) + "ame", syncOn + "frame" + "\x1b[3;8H" + show + syncOff},
			{"\x1b[Hrow", syncOn + hide + "\x1b[Hrow" + "\x1b[3;8H" + show + syncOff},
			{at(0, 0), syncOn + hide + "\x1b[H" + show + syncOff},
			{at(9, 9) + "x" + at(0, 1), syncOn + hide + "x\x1b[1;2H" + show + syncOff},
			{at(-1, -5), syncOn + hide + "\x1b[H" + show + syncOff},
		}},
		{"a view can have no cursor", []step{
			{enter, entered + without},
			{"a" + at(2, 7), syncOn + "a\x1b[3;8H" + show + syncOff},
			{"b" + term.NoCursor, syncOn + hide + "b" + syncOff},
			{"c", syncOn + hide + "c" + syncOff},
			{"d" + at(2, 7), syncOn + hide + "d\x1b[3;8H" + show + syncOff},
		}},
		{"leaving undoes all, and the cell is forgotten", []step{
			{enter, entered + without},
			{"a" + at(2, 7), syncOn + "a\x1b[3;8H" + show + syncOff},
			{leave, syncOn + hide + syncOff + leave + wrapOn + show},
			{"shell", "shell"},
			{hide, hide},
			{enter, entered + without},
			{"b", syncOn + "b" + syncOff},
		}},
		{"entering and leaving may stand within a write", []step{
			{"x" + enter + "y" + at(0, 4), "x" + entered + "y\x1b[1;5H" + show + syncOff},
			{"y" + leave + "z", syncOn + hide + "y" + syncOff + leave + wrapOn + show + "z"},
		}},
		{"sequences may come in parts", []step{
			{"a\x1b", "a"},
			{"[?104", ""},
			{"9hb", entered + "b" + syncOff},
			{"c" + at(2, 7)[:4], syncOn + "c" + syncOff},
			{at(2, 7)[4:] + "d", syncOn + "d\x1b[3;8H" + show + syncOff},
		}},
		{"what only looks like a marker passes", []step{
			{"\x1b_other:1;2\x1b\\", "\x1b_other:1;2\x1b\\"},
			{"\x1b_bcast:1;2\n", "\x1b_bcast:1;2\n"},
			{"\x1b]0;title\a\x1bM\x1b\x1b[m\x1b[\x01", "\x1b]0;title\a\x1bM\x1b\x1b[m\x1b[\x01"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRecorder(t)
			for _, s := range test.steps {
				if out := r.write(s.in); out != s.out {
					t.Fatalf("%q gave\n%q, want\n%q", s.in, out, s.out)
				}
			}
		})
	}
}

func TestOutputDoesNotMindWhereWritesAreSplit(t *testing.T) {
	const frame = "はい\x1b[1;31mred\x1b[m\x1b]8;;http://x\x1b\\link\x1b]8;;\a\r\n"
	script := frame + enter + frame + term.CursorAt(11, 22) + frame + leave + frame
	added := strings.NewReplacer(syncOn, "", syncOff, "", hide, "", show, "", "\x1b[12;23H", "")
	want := added.Replace(newRecorder(t).write(script))
	if want != frame+enter+wrapOff+frame+frame+leave+wrapOn+frame {
		t.Fatalf("in one piece: %q", want)
	}
	for i := range script {
		r := newRecorder(t)
		if out := added.Replace(r.write(script[:i]) + r.write(script[i:])); out != want {
			t.Errorf("split after %q: %q", script[:i], out)
		}
	}
}

func FuzzOutputChangesNothingOutsideOfTheAlternateScreen(f *testing.F) {
	f.Add("a\x1b[1mb\x1b", "[?25h\x1b]0;t\x1b\\\x1bOP\x1b[")
	f.Add("\x1b_bcast", ":\x1bx\x1b_bcast:\x18")
	r := newRecorder(f)
	f.Fuzz(func(t *testing.T, a, b string) {
		in := a + b
		if strings.Contains(in, "\x1b[?1049") || strings.Contains(in, "\x1b_bcast:") {
			t.Skip("these change something")
		}
		r.t = t
		if out := r.write(a) + r.write(b) + r.write("\r"); out != in+"\r" { // which ends what is held back
			t.Fatalf("%q and %q gave %q", a, b, out)
		}
	})
}

func TestOutputPassesErrorsOn(t *testing.T) {
	r := newRecorder(t)
	_ = r.file.Close()
	if n, err := r.Write([]byte("text")); n != 0 || !errors.Is(err, os.ErrClosed) {
		t.Fatalf("Write = %d, %v", n, err)
	}
}

func TestOutputKeepsFramesApart(t *testing.T) {
	r := newRecorder(t)
	r.write(enter)
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for range 100 {
				fmt.Fprintf(r, "%d%s", w, term.CursorAt(w, w))
			}
		})
	}
	writers.Wait()
	out := r.rest()
	for w := range 4 {
		frame := fmt.Sprintf("%d%s%s%s", w, ansi.CursorPosition(w+1, w+1), show, syncOff)
		if n := strings.Count(out, frame); n != 100 {
			t.Errorf("%d whole frames of writer %d, want 100", n, w)
		}
	}
}

func TestMarkersHaveNoWidthAndSurviveTruncation(t *testing.T) {
	for _, marker := range []string{term.CursorAt(12, 345), term.NoCursor} {
		if w := ansi.StringWidth("漢字" + marker + "かな"); w != 8 {
			t.Errorf("%q has a width of %d", marker, w-8)
		}
		for _, row := range []string{"漢字" + marker + "かな", marker + "漢字かな", "漢字かな" + marker} {
			for width := range 9 {
				cut := ansi.Truncate(row, width, "")
				if !strings.Contains(cut, marker) || ansi.StringWidth(cut) > width {
					t.Errorf("%q cut to %d is %q", row, width, cut)
				}
			}
		}
	}
}
