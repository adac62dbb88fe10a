package term_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"bcast/internal/tui/term"
)

func TestBellAndNotify(t *testing.T) {
	t.Setenv("TMUX", "")
	long := strings.Repeat("長", 100)
	for _, test := range []struct{ text, want string }{
		{"hanako: おはよう 👨‍👩‍👧‍👦", "\x1b]9;hanako: おはよう 👨‍👩‍👧‍👦\a"},
		{"", "\x1b]9;\a"},
		{"4;1;50", "\x1b]9; 4;1;50\a"}, // text, no progress
		{strings.Repeat("x", 256), "\x1b]9;" + strings.Repeat("x", 256) + "\a"},
		{strings.Repeat("x", 257), "\x1b]9;" + strings.Repeat("x", 253) + "…\a"},
		{long, "\x1b]9;" + long[:252] + "…\a"},
		{"a\x1b\\b", ""},
		{"a\ab", ""},
		{"a\nb", ""},
		{"a\x7fb", ""},
		{"a\u009cb", ""}, // a C1 control character
		{"a\x9cb", ""},
		{"\xff", ""},
	} {
		r := newRecorder(t)
		r.Notify(test.text)
		if out := r.rest(); out != test.want || !utf8.ValidString(out) {
			t.Errorf("Notify(%q) writes %q, want %q", test.text, out, test.want)
		}
		r.Bell()
		if out := r.rest(); out != "\a" {
			t.Errorf("Bell writes %q", out)
		}
	}
}

func TestNotifyPassesThroughTmux(t *testing.T) {
	t.Setenv("TMUX", "/tmp/tmux-0/default,1,0")
	r := newRecorder(t)
	r.Notify("hanako: hi")
	if out, want := r.rest(), "\x1bPtmux;\x1b\x1b]9;hanako: hi\a\x1b\\"; out != want {
		t.Errorf("wrote %q, want %q", out, want)
	}
}

func TestNothingIsToldAfterTheEnd(t *testing.T) {
	_, program := openTerminal(t)
	r := newRecorder(t)
	state, err := term.Save(program, r.Output)
	if err != nil {
		t.Fatal(err)
	}
	if err := state.Reset(); err != nil {
		t.Fatal(err)
	}
	r.rest()
	r.Bell()
	r.Notify("hanako: hi")
	if out := r.rest(); out != "" {
		t.Errorf("wrote %q", out)
	}
}

// While a frame waits for the terminal, nobody else does, and nothing gets into the frame.
func TestBellAndNotifyDoNotWaitForAFrame(t *testing.T) {
	t.Setenv("TMUX", "")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	out := term.NewOutput(writer)
	frame := enter + strings.Repeat("x", 1<<20)
	ended := make(chan error, 1)
	go func() {
		_, err := out.Write([]byte(frame))
		ended <- err
	}()
	first := make([]byte, len(entered)) // the frame is being written
	if _, err := io.ReadFull(reader, first); err != nil {
		t.Fatal(err)
	}
	told := make(chan struct{})
	go func() {
		defer close(told)
		for i := range 100 {
			out.Bell()
			out.Notify(fmt.Sprint("text ", i))
		}
	}()
	select {
	case <-told:
	case <-time.After(patience):
		t.Error("they wait")
	}
	var written []byte
	var all sync.WaitGroup
	all.Go(func() { written, _ = io.ReadAll(reader) })
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-told
	_ = writer.Close()
	all.Wait()
	want := frame[len(enter):] + syncOff + "\x1b]9;text 99\a\a"
	if got := string(written); got != want {
		t.Errorf("the frame ends with %q, want %q", got[max(0, len(got)-40):], want[len(want)-40:])
	}
}

func TestBellsOfManyRingBetweenFrames(t *testing.T) {
	r := newRecorder(t)
	r.write(enter)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 200 {
				fmt.Fprint(r, "frame")
				r.Bell()
			}
		})
	}
	all.Wait()
	out := r.rest()
	rest := strings.ReplaceAll(strings.ReplaceAll(out, syncOn+"frame"+syncOff, ""), "\a", "")
	if bells := strings.Count(out, "\a"); rest != "" || bells == 0 || !strings.Contains(out[strings.LastIndex(out, "frame")-len("frame")-len(syncOff)-1:], "\a") {
		t.Errorf("%d bells, and within frames: %q", bells, rest)
	}
}
