package term_test

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/sys/unix"

	"bcast/internal/tui/term"
)

func TestProbe(t *testing.T) {
	dark := term.Background{Dark: true, Known: true}
	light := term.Background{Dark: false, Known: true}
	unknown := term.Background{Dark: true, Known: false}
	for _, test := range []struct {
		name    string
		answers []string // each is read on its own
		want    term.Background
		keys    string
	}{
		{"dark", []string{"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\" + answerDA1}, dark, ""},
		{"light, ended by BEL", []string{"\x1b]11;rgb:fdfd/f6f6/e3e3\a" + answerDA1}, light, ""},
		{"two digits", []string{"\x1b]11;rgb:ff/ff/ff\x1b\\" + answerDA1}, light, ""},
		{"one digit", []string{"\x1b]11;rgb:0/0/0\x1b\\" + answerDA1}, dark, ""},
		{"an alpha", []string{"\x1b]11;rgba:ffff/ffff/ffff/0000\x1b\\" + answerDA1}, light, ""},
		{"green is lighter than blue", []string{"\x1b]11;rgb:0000/ffff/0000\x1b\\" + answerDA1}, light, ""},
		{"blue is darker than green", []string{"\x1b]11;rgb:0000/0000/ffff\x1b\\" + answerDA1}, dark, ""},
		{"in two parts", []string{"\x1b]11;rgb:ffff/ff", "ff/ffff\x1b\\" + answerDA1}, light, ""},
		{"one byte at a time", strings.Split(answerLight+answerDA1, ""), light, ""},
		{"keys before, between and after", []string{"a\x1b[A", "b" + answerLight + "c d" + answerDA1 + "\r"}, light, "a b c   d enter"},
		{"what is no colour", []string{"\x1b]11;none\x1b\\" + answerDA1}, unknown, ""},
		{"too few channels", []string{"\x1b]11;rgb:ff/ff\x1b\\" + answerDA1}, unknown, ""},
		{"an empty channel", []string{"\x1b]11;rgb:ff//ff\x1b\\" + answerDA1}, unknown, ""},
		{"the fence alone", []string{answerDA1}, unknown, ""},
		{"other keys", []string{"h", "\xc3\xa9\x7f\x03\x1bOP\x1b[1;5C\xff", "\x1b" + answerDA1}, unknown, "h é backspace ctrl+c esc"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("TERM", "xterm-256color")
			person, program := openTerminal(t)
			before := modeOf(t, program)
			asked := answer(t, person, program, test.answers)
			got, keys := term.ProbeFor(program, program, patience)
			if got != test.want || names(keys) != test.keys {
				t.Errorf("Probe = %+v, %q; want %+v, %q", got, names(keys), test.want, test.keys)
			}
			if question := <-asked; question != "\x1b]11;?\a\x1b[c" {
				t.Errorf("asked %q", question)
			}
			if after := modeOf(t, program); after != before {
				t.Errorf("the mode was\n%+v, is\n%+v", before, after)
			}
		})
	}
}

func TestProbeGivesUp(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	for _, test := range []struct {
		name    string
		answers []string
		keys    string
	}{
		{"nothing", nil, ""},
		{"only keys", []string{"x\x1b"}, "x esc"},
		{"half an answer", []string{"x\x1b]11;rgb:ff"}, "x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			person, program := openTerminal(t)
			before := modeOf(t, program)
			asked := answer(t, person, program, test.answers)
			got, keys := term.ProbeFor(program, program, time.Second)
			if got.Known || names(keys) != test.keys {
				t.Errorf("Probe = %+v, %q; want keys %q", got, names(keys), test.keys)
			}
			<-asked
			if after := modeOf(t, program); after != before {
				t.Errorf("the mode was\n%+v, is\n%+v", before, after)
			}
		})
	}
}

func TestProbeTakesNoLongerThanItMay(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	_, program := openTerminal(t)
	begin := time.Now()
	term.Probe(program, program)
	if took := time.Since(begin); took < 150*time.Millisecond || took > time.Second {
		t.Errorf("took %v, want 150 ms", took)
	}
}

// answer waits for the question and returns it, after it has answered: each answer when the one before was read.
func answer(t *testing.T, person, program *os.File, answers []string) <-chan string {
	asked := make(chan string, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		question := ""
		for chunk := make([]byte, 64); !strings.HasSuffix(question, "\x1b[c"); {
			n, err := person.Read(chunk)
			if err != nil {
				t.Error(err)
				return
			}
			question += string(chunk[:n])
		}
		for _, a := range answers {
			for unread(t, program) > 0 {
				runtime.Gosched()
			}
			if _, err := person.WriteString(a); err != nil {
				t.Error(err)
			}
		}
		asked <- question
	}()
	t.Cleanup(func() { <-done })
	return asked
}

// unread returns how much was typed that nobody has read yet.
func unread(t *testing.T, program *os.File) int {
	conn, err := program.SyscallConn()
	if err != nil {
		t.Error(err)
		return 0
	}
	n := 0
	if failed := conn.Control(func(fd uintptr) { n, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ) }); failed != nil || err != nil {
		t.Error(failed, err)
	}
	return n
}

func names(keys []tea.KeyMsg) string {
	var all []string
	for _, key := range keys {
		all = append(all, key.String())
	}
	return strings.Join(all, " ")
}

func TestProbeReturnsWhatWasTypedBefore(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	person, program := openTerminal(t)
	if _, err := person.WriteString("hi\rthere"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the line to arrive", func() bool { return unread(t, program) > 0 })
	if _, keys := term.Probe(program, program); names(keys) != "h i enter t h e r e" {
		t.Errorf("got %q", names(keys))
	}
}

func TestProbeEndsWithTheFence(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	var took time.Duration
	for range 10 { // a machine may be busy, but not that often
		person, program := openTerminal(t)
		asked := answer(t, person, program, []string{answerDA1})
		start := time.Now()
		term.Probe(program, program)
		took = time.Since(start)
		<-asked
		if took < 150*time.Millisecond {
			return
		}
	}
	t.Errorf("took %v", took)
}

func TestProbeDoesNotAskInVain(t *testing.T) {
	for _, test := range []struct {
		term, tmux string
		asks       bool
	}{
		{"", "", false},
		{"dumb", "", false},
		{"linux", "", false},
		{"screen", "", false},
		{"screen.xterm-256color", "", false},
		{"screen-256color", "/tmp/tmux-0/default,1,0", true},
		{"tmux-256color", "/tmp/tmux-0/default,1,0", true},
		{"xterm", "", true},
	} {
		t.Setenv("TERM", test.term)
		t.Setenv("TMUX", test.tmux)
		person, program := openTerminal(t)
		if got, _ := term.Probe(program, program); got.Known {
			t.Errorf("%s: knows %+v", test.term, got)
		}
		if _, err := program.WriteString("."); err != nil { // so that there is something to read
			t.Fatal(err)
		}
		said := make([]byte, 64)
		n, err := person.Read(said)
		if err != nil || (string(said[:n]) != ".") != test.asks {
			t.Errorf("TERM=%s TMUX=%s: asked %q, %v", test.term, test.tmux, said[:n], err)
		}
	}
}

func TestProbeWantsTerminals(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	_, program := openTerminal(t)
	r := newRecorder(t)
	for _, files := range [][2]*os.File{{r.file, program}, {program, r.file}} {
		if got, _ := term.Probe(files[0], files[1]); got.Known {
			t.Errorf("knows %+v", got)
		}
	}
	if out := r.rest(); out != "" {
		t.Errorf("asked a file: %q", out)
	}
}
