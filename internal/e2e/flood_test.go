//go:build linux

package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// What the screen has to stand, as it is measured without the race detector.
const (
	floodLines      = 1_000_000
	floodLine       = 64                    // bytes, newline included
	floodRate       = 500_000               // lines in a second of one core's time, at least
	floodKey        = 50 * time.Millisecond // until a key is on the screen, at most, for 99 of 100, without the waiting for a processor
	floodMemory     = 100 << 20             // bytes of resident memory at the end, at most
	floodPeakMemory = 150 << 20             // bytes of resident memory, at most

	// Frames are longer, and are to be decoded.
	floodFrames    = 300_000
	floodFrameRate = 400_000
)

// A figure is what one flood has shown.
type figure struct {
	rate      float64         // lines in a second of processor time
	keys      []time.Duration // until each was on the screen, without the waiting for a processor
	end, peak int             // bytes
}

// slowest is what 99 of 100 keys were not slower than.
func (f figure) slowest() time.Duration {
	slices.Sort(f.keys)
	return f.keys[(len(f.keys)-1)*99/100]
}

func (f figure) String() string {
	return fmt.Sprintf("%.0f lines a second of processor time, 99%% of %d keys seen within %v, %d MiB of memory at the end, %d MiB at the peak",
		f.rate, len(f.keys), f.slowest().Round(time.Millisecond), f.end>>20, f.peak>>20)
}

// TestScreenStandsAFlood measures several floods, because what else the machine
// does can make one worse, and never better.
func TestScreenStandsAFlood(t *testing.T) {
	for _, dialect := range []struct {
		name  string
		lines int
		rate  float64
		begin func(*testing.T, net.Conn) // what comes before the flood
		line  func(b []byte, i int) []byte
	}{
		{"plain", floodLines, floodRate, func(*testing.T, net.Conn) {}, appendLine},
		{"framed", floodFrames, floodFrameRate, func(t *testing.T, conn net.Conn) { welcome(t, conn) }, appendFrame},
	} {
		t.Run(dialect.name, func(t *testing.T) {
			lines, tries := dialect.lines, 8
			if withRace() {
				lines, tries = lines/20, 1 // it costs ten times as much, and says nothing about speed
			}
			for try := 1; ; try++ {
				f := floodScreen(t, lines, dialect.begin, dialect.line)
				t.Log(f)
				if withRace() || f.rate >= dialect.rate && f.slowest() <= floodKey && f.end <= floodMemory && f.peak <= floodPeakMemory {
					return
				}
				if try == tries {
					t.Fatalf("want at least %.0f lines a second, 99 of 100 keys within %v, at most %d MiB at the end and %d MiB before",
						dialect.rate, floodKey, floodMemory>>20, floodPeakMemory>>20)
				}
			}
		})
	}
}

// floodScreen gives the client so many lines, as fast as it takes them, on a real
// pseudo-terminal of 80x24, and types meanwhile.
func floodScreen(t *testing.T, lines int, begin func(*testing.T, net.Conn), line func([]byte, int) []byte) (f figure) {
	t.Helper()
	ln := listenAt(t, "127.0.0.1:0")
	client := startOnPty(t, ln.Addr().String())
	defer client.end()
	conn := acceptOne(t, ln)
	begin(t, conn)
	client.shown.await(t, "[up")

	before := cpuTime(t, client.pid)
	flooded := make(chan error, 1)
	go func() { flooded <- flood(conn, lines, line) }() // waited for below
	for over := false; !over; {
		select {
		case err := <-flooded:
			if err != nil {
				t.Fatal(err)
			}
			over = true
		default:
			from := client.shown.len()
			letter := string(rune('a' + len(f.keys)%26))
			start, waited := time.Now(), waiting(t, client.pid)
			if _, err := io.WriteString(client.screen, ctrlU+letter); err != nil {
				t.Fatal(err)
			}
			await(t, func() bool { return strings.Contains(client.shown.since(from), " > "+letter) },
				func() string { return "a key does not come onto the screen" })
			took := time.Since(start)
			waited = waiting(t, client.pid) - waited
			f.keys = append(f.keys, took-min(took, max(0, waited)))
		}
	}
	client.shown.await(t, fmt.Sprintf("%08d", lines-1))
	f.rate = float64(lines) / (cpuTime(t, client.pid) - before).Seconds()
	f.end, f.peak = memory(t, client.pid, "VmRSS"), memory(t, client.pid, "VmHWM")
	return f
}

// ctrlU forgets what was typed.
const ctrlU = "\x15"

// An onPty is a client on a pseudo-terminal of 80x24 that the test holds the other side of.
type onPty struct {
	screen *os.File
	shown  *output
	pid    int
	end    func()
}

// startOnPty starts a client that has one core.
func startOnPty(t *testing.T, args ...string) *onPty {
	t.Helper()
	cmd := command(program(t, "bcast-client"), args...)
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "GOMAXPROCS=1")
	screen, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	p := &onPty{screen: screen, shown: new(output), pid: cmd.Process.Pid}
	drained := make(chan struct{})
	go func() { // end waits for it
		defer close(drained)
		_, _ = io.Copy(p.shown, screen) // ends with the program
	}()
	p.end = func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = screen.Close(); <-drained }
	return p
}

const (
	idleTime  = 6 * time.Second // longer than from one ping to the next
	idleShare = 200             // of the time that may be processor time, at most: 0.5%
)

// TestScreenRestsWhenNothingHappens looks at the processor time in both dialects.
func TestScreenRestsWhenNothingHappens(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"--plain", "--name=me"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			client := startOnPty(t, dialect, r.tcp)
			defer client.end()
			client.shown.await(t, "[up")
			for try := 1; ; try++ { // what else the machine does makes it no better
				// The first second is still the start.
				<-time.After(time.Second)
				before := cpuTime(t, client.pid)
				<-time.After(idleTime)
				spent := cpuTime(t, client.pid) - before
				t.Logf("%v of %v", spent, idleTime)
				if withRace() || spent <= idleTime/idleShare {
					return
				}
				if try == 3 {
					t.Fatalf("want at most %v", idleTime/idleShare)
				}
			}
		})
	}
}

// flood writes numbered lines.
func flood(w io.Writer, lines int, line func([]byte, int) []byte) error {
	var chunk []byte
	for i := range lines {
		chunk = line(chunk, i)
		if len(chunk) > 64<<10 || i == lines-1 {
			if _, err := w.Write(chunk); err != nil {
				return err
			}
			chunk = chunk[:0]
		}
	}
	return nil
}

var filling = strings.Repeat("x", floodLine-10)

func appendLine(b []byte, i int) []byte { return fmt.Appendf(b, "%08d %s\n", i, filling) }

func appendFrame(b []byte, i int) []byte {
	return fmt.Appendf(b, `{"type":"line","seq":%d,"from":"p3","name":"bob","at":"2026-01-02T15:04:05.000Z","text":"%08d %s"}`+"\n", i+1, i, filling)
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

// waiting is for how long the threads of a process were ready to run while the processors
// did something else (proc(5), schedstat): on a machine with other things to do, that is most
// of the time that anything takes.
func waiting(t *testing.T, pid int) (sum time.Duration) {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || threads == nil {
		t.Fatalf("process %d has no schedstat: %v", pid, err)
	}
	for _, thread := range threads {
		stat, _ := os.ReadFile(thread) // the thread may have ended
		var ran, waited, slices int64
		_, _ = fmt.Sscan(string(stat), &ran, &waited, &slices)
		sum += time.Duration(waited)
	}
	return sum
}

// memory is a figure of a process's memory, in bytes (proc(5)): what is resident now, VmRSS,
// or was at most, VmHWM.
func memory(t *testing.T, pid int, figure string) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(figure + `:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		t.Fatalf("no %s in %s", figure, status)
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
