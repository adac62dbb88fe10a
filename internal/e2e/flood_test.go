//go:build linux

package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// What the screen has to stand, as it is measured without the race detector.
const (
	floodLines      = 1_000_000
	floodLine       = 64                     // bytes, newline included
	floodRate       = 300_000                // lines in a second of one core's time, at least
	floodKey        = 100 * time.Millisecond // until a key is on the screen, at most
	floodPeakMemory = 150 << 20              // bytes of resident memory, at most
)

// A figure is what one flood has shown.
type figure struct {
	rate    float64 // lines in a second of processor time
	slowest time.Duration
	peak    int // bytes
	keys    int
}

func (f figure) String() string {
	return fmt.Sprintf("%.0f lines a second of processor time, %d keys seen within %v, %d MiB of memory at the peak",
		f.rate, f.keys, f.slowest.Round(time.Millisecond), f.peak>>20)
}

// TestScreenStandsAFlood measures several floods, because what else the machine
// does can make one worse, and never better.
func TestScreenStandsAFlood(t *testing.T) {
	lines, tries := floodLines, 5
	if withRace() {
		lines, tries = floodLines/20, 1 // it costs ten times as much, and says nothing about speed
	}
	for try := 1; ; try++ {
		f := floodScreen(t, lines)
		t.Log(f)
		if withRace() || f.rate >= floodRate && f.slowest <= floodKey && f.peak <= floodPeakMemory {
			return
		}
		if try == tries {
			t.Fatalf("want at least %d lines a second, each key within %v, and at most %d MiB", floodRate, floodKey, floodPeakMemory>>20)
		}
	}
}

// floodScreen gives the client so many lines, as fast as it takes them, on a real
// pseudo-terminal of 80x24, and types meanwhile.
func floodScreen(t *testing.T, lines int) (f figure) {
	t.Helper()
	ln := listenAt(t, "127.0.0.1:0")
	cmd := command(program(t, "bcast-client"), ln.Addr().String())
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "GOMAXPROCS=1")
	screen, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	shown := new(output)
	drained := make(chan struct{})
	go func() { // the end of this function waits for it
		defer close(drained)
		_, _ = io.Copy(shown, screen) // ends with the program
	}()
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = screen.Close(); <-drained }()
	conn := acceptOne(t, ln)
	shown.await(t, "[up]")

	before := cpuTime(t, cmd.Process.Pid)
	flooded := make(chan error, 1)
	go func() { flooded <- flood(conn, lines) }() // waited for below
	typed := ""
	for over := false; !over; {
		select {
		case err := <-flooded:
			if err != nil {
				t.Fatal(err)
			}
			over = true
		default:
			from := shown.len()
			typed += string(rune('a' + f.keys%26))
			start := time.Now()
			if _, err := io.WriteString(screen, typed[f.keys:]); err != nil {
				t.Fatal(err)
			}
			f.keys++
			await(t, func() bool { return strings.Contains(shown.since(from), " > "+typed) },
				func() string { return "a key does not come onto the screen" })
			f.slowest = max(f.slowest, time.Since(start))
		}
	}
	shown.await(t, fmt.Sprintf("%08d", lines-1))
	f.rate = float64(lines) / (cpuTime(t, cmd.Process.Pid) - before).Seconds()
	f.peak = peakMemory(t, cmd.Process.Pid)
	return f
}

// flood writes numbered lines.
func flood(w io.Writer, lines int) error {
	var chunk []byte
	for i := range lines {
		chunk = fmt.Appendf(chunk, "%08d %s\n", i, strings.Repeat("x", floodLine-10))
		if len(chunk) > 64<<10 || i == lines-1 {
			if _, err := w.Write(chunk); err != nil {
				return err
			}
			chunk = chunk[:0]
		}
	}
	return nil
}

// cpuTime is how long a process has run, in user and system mode (proc(5)).
func cpuTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err1 != nil || err2 != nil {
		t.Fatalf("cannot read %q", stat)
	}
	return time.Duration(user+system) * (time.Second / 100)
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMemory is the most resident memory that a process has had, in bytes.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := highWater.FindSubmatch(status)
	if found == nil {
		t.Fatalf("no VmHWM in %s", status)
	}
	kib, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// TestNothingIsAskedOfATerminalThatDoesNotAnswer has a terminal that takes what
// it gets and says nothing. It runs beside no other test, for the sake of the time.
func TestNothingIsAskedOfATerminalThatDoesNotAnswer(t *testing.T) {
	for _, flag := range []string{"--version", "--help", "--nonsense"} {
		took := time.Hour
		for range 3 { // what else the machine does only makes it longer
			cmd := command(program(t, "bcast-client"), flag)
			cmd.Env = append(cmd.Env, "TERM=xterm-256color")
			start := time.Now()
			screen, err := pty.Start(cmd)
			if err != nil {
				t.Fatal(err)
			}
			var shown bytes.Buffer
			_, _ = io.Copy(&shown, screen) // ends with the program, with an error on Linux
			_ = cmd.Wait()
			_ = screen.Close()
			took = min(took, time.Since(start))
			if bytes.Contains(shown.Bytes(), []byte("\x1b")) || shown.Len() == 0 {
				t.Errorf("%s printed %q, want words and no escapes", flag, shown.String())
			}
		}
		if took > time.Second {
			t.Errorf("%s took %v, want it at once", flag, took)
		}
	}
}
