package term_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// TestProgram runs testdata/program, a real program of Bubble Tea.
func TestProgram(t *testing.T) {
	program := build(t, "./testdata/program")
	for _, test := range []struct {
		name string
		run  func(t *testing.T, program string)
	}{
		{"the cursor stands in its cell after every frame", cursorFollows},
		{"a view without a cursor shows none", cursorGoes},
		{"the terminal is asked once, and what it says is used", backgroundIsUsed},
		{"a late answer is not typed", lateAnswerIsDropped},
		{"what is typed before the start is not lost", typedAheadIsKept},
		{"leaving restores the terminal", leavingRestores},
		{"SIGTERM restores the terminal", func(t *testing.T, program string) { signalRestores(t, program, syscall.SIGTERM) }},
		{"SIGHUP restores the terminal", func(t *testing.T, program string) { signalRestores(t, program, syscall.SIGHUP) }},
		{"it ends with its terminal", terminalGoes},
		{"a panic in Update restores the terminal", updatePanicRestores},
		{"a panic in a command restores the terminal", commandPanicRestores},
		{"a panic elsewhere restores the terminal and shows its trace", goroutinePanicRestores},
		{"suspending gives the terminal back for a while", suspendRestores},
		{"releasing gives the terminal back for a while", releaseRestores},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, program) })
	}
}

func build(t *testing.T, pkg string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(pkg))
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, pkg).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

const (
	answerDA1   = "\x1b[?62;22c"
	answerLight = "\x1b]11;rgb:ffff/ffff/eeee\x1b\\"
)

// open starts the program on a terminal that answers, and waits for its first frame.
func open(t *testing.T, program string, env ...string) *process {
	t.Helper()
	p := start(t, program, append(env, "TERM=xterm-256color")...)
	p.await("\x1b[c", 0)
	p.press(answerLight + answerDA1)
	p.awaitRow("the last row")
	return p
}

// awaitRow waits for a row that is written anew, and the end of that frame.
func (p *process) awaitRow(row string) {
	p.t.Helper()
	p.await(syncOff, p.await(row, 0))
}

func cursorFollows(t *testing.T, program string) {
	p := open(t, program)
	typed := ""
	for _, key := range "hello" {
		typed += string(key)
		p.press(string(key))
		p.awaitRow("typed=" + typed + ".")
	}
	frames := checkFrames(t, p.output())
	if frames < len(typed) {
		t.Errorf("saw %d frames with a cursor only", frames)
	}
}

var cell = regexp.MustCompile(`cell=(\d+);(\d+)`)

// checkFrames checks that each synchronized update from the first that names a cell ends in that cell, with
// the cursor shown for the first time; and returns how many there were.
func checkFrames(t *testing.T, output string) int {
	t.Helper()
	_, output, _ = strings.Cut(output, enter)
	output, _, _ = strings.Cut(output, leave)
	frames, end := 0, ""
	for frame := range strings.SplitSeq(output, syncOff) {
		if m := cell.FindStringSubmatch(frame); m != nil {
			row, _ := strconv.Atoi(m[1])
			col, _ := strconv.Atoi(m[2])
			end = ansi.CursorPosition(col, row) + show
		}
		if end == "" || frame == "" {
			continue
		}
		frames++
		body, found := strings.CutSuffix(frame, end)
		if !found || strings.Contains(body, show) || !strings.Contains(body, syncOn) {
			t.Errorf("frame %q does not end with %q", frame, end)
		}
		if frames > 1 && !strings.HasPrefix(body, syncOn+hide) {
			t.Errorf("frame %q does not hide the cursor first", frame)
		}
	}
	return frames
}

func cursorGoes(t *testing.T, program string) {
	p := open(t, program)
	p.press("\x0e") // Ctrl+N
	from := p.await("cell=none", 0)
	end := p.await(syncOff, from)
	if frame := p.output()[from:end]; strings.Contains(frame, show) {
		t.Errorf("the cursor is shown: %q", frame)
	}
}

func backgroundIsUsed(t *testing.T, program string) {
	p := open(t, program, "COLORTERM=truecolor")
	for range 10 { // a machine may be too busy to answer in time, but not that often
		if strings.Contains(p.output(), "known=true") {
			break
		}
		p = open(t, program, "COLORTERM=truecolor")
	}
	p.awaitRow("known=true dark=false profile=0")
	if n := strings.Count(p.output(), "\x1b]1"); n != 1 {
		t.Errorf("the terminal was asked %d times: %q", n, p.output())
	}
}

func lateAnswerIsDropped(t *testing.T, program string) {
	p := start(t, program, "TERM=xterm-256color")
	p.awaitRow("known=false dark=true")
	p.press(answerLight + answerDA1)
	p.press("x")
	p.awaitRow("typed=x.")
}

func typedAheadIsKept(t *testing.T, program string) {
	p := start(t, program, "TERM=xterm-256color")
	p.press("hé ")
	p.await("\x1b[c", 0)
	p.press("llo" + answerLight + answerDA1)
	p.awaitRow("typed=hé llo.")
}

// checkRestored checks the mode of a terminal, and what its last program wrote.
func checkRestored(t *testing.T, p *process, output string) {
	t.Helper()
	if mode := modeOf(t, p.person); mode != p.before {
		t.Errorf("the terminal was in mode\n%+v, is\n%+v", p.before, mode)
	}
	for _, undone := range []struct{ on, off string }{
		{enter, leave},
		{wrapOff, wrapOn},
		{syncOn, syncOff},
		{hide, show},
		{"\x1b[?2004h", "\x1b[?2004l"}, // bracketed paste
		{"\x1b[?1002h", "\x1b[?1002l"}, // the mouse
		{"\x1b[?1006h", "\x1b[?1006l"},
		{"\x1b[?1004h", "\x1b[?1004l"}, // focus
	} {
		if on, off := strings.LastIndex(output, undone.on), strings.LastIndex(output, undone.off); on < 0 || off < on {
			t.Errorf("%q is at %d, and %q at %d: %q", undone.on, on, undone.off, off, output)
		}
	}
	_, after, _ := strings.Cut(output, leave)
	if strings.Contains(after, syncOn) || strings.Contains(after, "H") {
		t.Errorf("written after the alternate screen: %q", after)
	}
}

func leavingRestores(t *testing.T, program string) {
	p := open(t, program)
	p.press("\x03") // Ctrl+C
	if err := p.end(); err != nil {
		t.Error(err)
	}
	checkRestored(t, p, p.output())
	if !strings.HasSuffix(p.output(), "over\r\n") {
		t.Errorf("the last words are not readable: %q", p.output())
	}
}

func signalRestores(t *testing.T, program string, signal os.Signal) {
	p := open(t, program)
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	if err := p.end(); err != nil {
		t.Error(err)
	}
	checkRestored(t, p, p.output())
}

func terminalGoes(t *testing.T, program string) {
	p := open(t, program)
	_ = p.person.Close()                                           // upon which the system sends SIGHUP,
	if err := p.cmd.Process.Signal(syscall.SIGWINCH); err != nil { // once the test does not read any more
		t.Fatal(err)
	}
	_ = p.end() // it may fail, as it has nowhere to write
}

func updatePanicRestores(t *testing.T, program string) {
	p := open(t, program)
	p.press("\x10") // Ctrl+P
	wantFailure(t, p)
	checkRestored(t, p, p.output())
}

func commandPanicRestores(t *testing.T, program string) {
	p := open(t, program)
	p.press("\x17") // Ctrl+W
	wantFailure(t, p)
	checkRestored(t, p, p.output())
}

func goroutinePanicRestores(t *testing.T, program string) {
	p := open(t, program)
	p.press("\x07") // Ctrl+G
	wantFailure(t, p)
	checkRestored(t, p, p.output())
	_, after, _ := strings.Cut(p.output(), leave)
	if !strings.Contains(after, "panic: in a goroutine") || !strings.Contains(after, "main.(*model).fail") {
		t.Errorf("there is no trace of the panic: %q", after)
	}
}

func wantFailure(t *testing.T, p *process) {
	t.Helper()
	if err := p.end(); err == nil {
		t.Error("the program does not fail")
	}
}

func suspendRestores(t *testing.T, program string) {
	p := open(t, program)
	p.press("x\x1a") // Ctrl+Z
	away := p.await(leave, 0)
	eventually(t, "the mode to be restored", func() bool { return modeOf(t, p.person) == p.before })
	checkRestored(t, p, p.output())
	// There is no shell that would continue the program, and no telling when it waits for that.
	eventually(t, "the program to continue", func() bool {
		_ = p.cmd.Process.Signal(syscall.SIGCONT)
		return strings.Contains(p.output()[away:], enter+wrapOff)
	})
	checkReturned(t, p, away)
}

func releaseRestores(t *testing.T, program string) {
	p := open(t, program)
	p.press("x\x05") // Ctrl+E
	away := p.await(leave, 0)
	p.await(enter+wrapOff, away)
	checkReturned(t, p, away)
}

// checkReturned checks that all is as usual in the alternate screen that was entered again.
func checkReturned(t *testing.T, p *process, from int) {
	t.Helper()
	p.await(syncOff, p.await("typed=x.", from))
	p.await("\x1b[?1002h\x1b[?1006h", from) // of which Bubble Tea does not think
	p.press("\x1b[200~y")                   // in parts, as before
	p.press("\x1b[201~")
	p.await(syncOff, p.await("typed=x[y].", from))
	if frames := checkFrames(t, p.output()[from:]); frames < 2 {
		t.Errorf("saw %d frames with a cursor only", frames)
	}
	p.press("\x03")
	if err := p.end(); err != nil {
		t.Error(err)
	}
	checkRestored(t, p, p.output()[from:])
}
