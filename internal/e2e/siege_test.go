//go:build linux

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// siegeTime is for how long a server is attacked. On the CI that is long enough for every
// time-out that there is, several times, but under the race detector, which the server does
// not have then either.
func siegeTime() time.Duration {
	if os.Getenv("CI") == "true" && !withRace() {
		return 60 * time.Second
	}
	return 8 * time.Second
}

// siegeMemory is the most that a besieged server may need, in bytes: two logs of a backlog of
// 16 MiB each, the room's and the one with frames, and 26 MiB for 65,536 sessions that may come
// back, with half as much again as garbage (GOGC is 50), some 20 MiB of program, and 300
// connections with what they are read into, of up to a frame of 400 KB for a few. It is 70 to
// 105 MiB in practice.
const siegeMemory = 128 << 20

// siegeServer is a server without the race detector, with which it would need five to ten
// times the memory, and be so slow that a good reader looks like a bad one.
var siegeServer = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(scratch.dir, "siege-server")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./cmd/server")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return path, nil
})

// A siege is a server under attack.
type siege struct {
	name    string
	flags   []string
	log     string // where stderr goes to: "", which is to the test, "blocked", "full" or "gone"
	files   int    // that the server may have open; 0: as many as the test
	alone   bool   // it needs the machine
	guarded bool   // the room wants a token, half of its members come over TLS
	attacks map[string]attacker
	counted []string // figures that the attackers know as well as the server
	atLeast []string // figures of which they cannot know all
}

// An attacker attacks until ctx ends, and returns what it has counted.
type attacker func(ctx context.Context, at target) figures

// A target is what an attacker attacks, and where it comes from.
type target struct {
	plain, tls string // addresses; tls may be ""
	network    byte   // it comes from 127.0.network.0/24, which is nobody else's
}

// figures are counts by the names that the server's log has for them, such as
// "refused.http". Of a name that ends with a dot, all that begin with it count. What an
// attacker is not sure of stands behind "perhaps ".
type figures map[string]int

func (f figures) add(more figures) {
	for name, n := range more {
		f[name] += n
	}
}

// of is the figure of a name, or the sum of those that begin with it.
func (f figures) of(name string) (sum int) {
	for known, n := range f {
		if known == name || strings.HasSuffix(name, ".") && strings.HasPrefix(known, name) {
			sum += n
		}
	}
	return sum
}

var sieges = []siege{
	{
		name:    "strangers",
		alone:   true,
		flags:   []string{"--max-clients-per-ip", "40"},
		attacks: everyStranger,
		counted: []string{"refused.http", "refused.tls", "refused.per_ip"},
		atLeast: []string{"cut."},
	},
	{
		name:    "more connections than there may be, and the log is full",
		files:   256, // so there may be 192
		log:     "full",
		attacks: map[string]attacker{"flood": surge("refused.full", 8, 64)},
		counted: []string{"refused.full"},
	},
	{
		name:    "a token and TLS, and the log is gone",
		flags:   []string{"--max-clients-per-ip", "100"},
		log:     "gone",
		guarded: true,
		attacks: everyIntruder,
		counted: []string{"refused.http", "refused.", "handshakes_failed."},
	},
	{
		name:    "no descriptors, and nobody reads the log",
		flags:   []string{"--max-clients", "1000", "--log-level", "debug"},
		files:   256,
		log:     "blocked",
		attacks: map[string]attacker{"descriptors": exhaust, "resets": resets},
		atLeast: []string{"accept_errors"},
	},
}

// TestContract09_NobodyCanDisturbAConversation attacks servers while 20 members talk in each.
// It does not run beside other tests, and its hardest siege beside no other: whoever has no
// processor for seconds is a slow reader.
func TestContract09_NobodyCanDisturbAConversation(t *testing.T) {
	var others sync.WaitGroup
	for _, s := range sieges {
		if s.alone {
			t.Run(s.name, s.hold)
			continue
		}
		others.Go(func() { t.Run(s.name, s.hold) })
	}
	others.Wait()
}

func (s siege) hold(t *testing.T) {
	f := s.open(t)
	c := argue(t, f.plain, f.tls, siegeTime())

	counted := f.knocks()
	counted.add(s.attack(t, f))
	c.awaitEnd(t)
	if !f.running() {
		t.Fatal("the server has ended")
	}
	peak := f.peak(t)
	t.Logf("at its peak the server has %d MiB", peak>>20)
	if peak > siegeMemory {
		t.Errorf("at its peak the server has %d MiB, want at most %d", peak>>20, siegeMemory>>20)
	}

	s.compare(t, counted, f)
	f.readLog(t)
	f.signal(t, syscall.SIGTERM)
	f.wantExit(t, 0)
	c.awaitClosed(t)
}

// An order is what a process of attackers is told.
type order struct {
	Siege      string
	Plain, TLS string // addresses
	Time       time.Duration
}

// attack has all attackers at work in a process of their own, which has what the server and
// the members leave of the machine: they would be slow readers without.
func (s siege) attack(t *testing.T, f *fortress) figures {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(order{s.name, f.plain, f.tls, siegeTime() - time.Second})
	if err != nil {
		t.Fatal(err)
	}
	cmd := command(tool(t, "nice"), "-n", "19", self)
	cmd.Env = append(cmd.Env, "SIEGE="+string(text))
	attackers := run(t, cmd)
	select {
	case <-attackers.exited:
	case <-time.After(siegeTime() + 5*patience): // they end what they have begun
		t.Fatal("the attackers do not come to their end")
	}
	attackers.wantExit(t, 0)
	var found map[string]figures
	if err := json.Unmarshal([]byte(attackers.stdout.String()), &found); err != nil {
		t.Fatalf("the attackers say %q: %v", attackers.stdout, err)
	}
	counted := make(figures)
	for name, figures := range found {
		t.Logf("%s: %v", name, figures)
		counted.add(figures)
	}
	return counted
}

func init() {
	besiege = func(text string) error {
		var o order
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			return err
		}
		s := sieges[slices.IndexFunc(sieges, func(s siege) bool { return s.name == o.Siege })]
		ctx, cancel := context.WithTimeout(context.Background(), o.Time)
		defer cancel()
		var attackers sync.WaitGroup
		var mu sync.Mutex
		found := make(map[string]figures)
		for i, name := range slices.Sorted(maps.Keys(s.attacks)) {
			at := target{plain: o.Plain, tls: o.TLS, network: byte(i + 1)}
			attackers.Go(func() {
				counted := s.attacks[name](ctx, at)
				mu.Lock()
				defer mu.Unlock()
				found[name] = counted
			})
		}
		attackers.Wait()
		return json.NewEncoder(os.Stdout).Encode(found)
	}
}

// compare compares what the attackers have counted with what the server has, once it has
// come to that: it may have to notice yet that the last of them have gone.
func (s siege) compare(t *testing.T, counted figures, f *fortress) {
	t.Helper()
	var has figures
	var wrong string
	await(t, func() bool {
		has = f.figures(t)
		wrong = s.difference(counted, has)
		return wrong == ""
	}, func() string { return fmt.Sprintf("%s\nthe server has %v", wrong, has) })
	t.Logf("the server has %v", has)
}

// difference says what the server has counted otherwise, if anything.
func (s siege) difference(counted, has figures) string {
	if n := has["panics"]; n > 0 {
		return fmt.Sprintf("the server has panicked %d times", n)
	}
	for _, name := range s.counted {
		got, want, perhaps := has.of(name), counted.of(name), counted.of("perhaps "+name)
		if got < want || got > want+perhaps || want == 0 {
			return fmt.Sprintf("the server has %d times %s, the attackers %d, and perhaps %d", got, name, want, perhaps)
		}
	}
	for _, name := range s.atLeast {
		if got, want := has.of(name), max(counted.of(name), 1); got < want {
			return fmt.Sprintf("the server has %d times %s, the attackers %d", got, name, want)
		}
	}
	return ""
}

var (
	metric  = regexp.MustCompile(`(?m)^bcast_(\w+)_total(?:\{(.*)\})? (\S+)$`)
	because = regexp.MustCompile(`reason="([^"]+)"`)

	// figureOf are the figures that there are for each reason.
	figureOf = map[string]string{"connections_refused": "refused", "tls_handshake_errors": "handshakes_failed", "members_cut": "cut"}
)

// figures are what the server has counted so far, but for those of which there is nothing.
func (f *fortress) figures(t *testing.T) figures {
	t.Helper()
	_, page := get(t, "http://"+f.admin+"/metrics")
	all := make(figures)
	for _, found := range metric.FindAllStringSubmatch(page, -1) {
		n, err := strconv.ParseFloat(found[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			continue
		}
		name := found[1]
		if reason := because.FindStringSubmatch(found[2]); reason != nil && figureOf[name] != "" {
			name = figureOf[name] + "." + strings.ReplaceAll(reason[1], "-", "_")
		}
		all[name] += int(n)
	}
	return all
}

// A fortress is the server of a siege.
type fortress struct {
	*process
	plain, tls, admin string
	log               *os.File // a pipe that stderr goes to, which nobody reads before readLog; or nil
}

func (s siege) open(t *testing.T) *fortress {
	t.Helper()
	f := &fortress{plain: freePort(t), admin: freePort(t)}
	args := append([]string{"--listen", f.plain, "--admin", f.admin}, s.flags...)
	if s.guarded {
		v := newVault(t, "127.0.0.1")
		f.tls = freePort(t)
		args = append(args, "--token-file", v.file("token"),
			"--tls-listen", f.tls, "--tls-cert", v.file("crt"), "--tls-key", v.file("key"))
	}
	script := `exec "$0" "$@"`
	if s.files > 0 {
		script = fmt.Sprintf("ulimit -n %d; ", s.files) + script
	}
	switch s.log {
	case "full":
		script += " 2>/dev/full"
	case "blocked", "gone":
		path := scratchPath()
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		var err error
		if f.log, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.log.Close() })
		control(t, f.log, func(fd int) error {
			_, err := unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, pipeSize)
			return err
		})
		script += " 2>" + path
	}
	program(t, "bcast-server") // it looks at every file that the build below depends on
	server, err := siegeServer()
	if err != nil {
		t.Fatal(err)
	}
	f.process = run(t, command(tool(t, "sh"), append([]string{"-c", script, server}, args...)...))
	for _, address := range []string{f.plain, f.tls} {
		awaitAnswer(t, f.process, address)
	}
	if s.log == "gone" {
		f.log.Close()
		f.log = nil
	}
	return f
}

// pipeSize is that of the pipe that nobody reads.
const pipeSize = 4096

// knocks are what the server counts of awaitAnswer.
func (f *fortress) knocks() figures {
	if f.tls == "" {
		return make(figures)
	}
	return figures{"refused.no_token": 1, "handshakes_failed.any": 1}
}

// awaitAnswer waits until somebody listens.
func awaitAnswer(t *testing.T, p *process, address string) {
	t.Helper()
	if address == "" {
		return
	}
	await(t, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil || !p.running()
	}, func() string { return "the server does not listen" })
	if !p.running() {
		t.Fatalf("the server did not start: %s", p.stderr)
	}
}

// readLog reads a log that was blocked, after it has checked that it was.
func (f *fortress) readLog(t *testing.T) {
	t.Helper()
	if f.log == nil {
		return
	}
	waiting := 0
	control(t, f.log, func(fd int) (err error) {
		waiting, err = unix.IoctlGetInt(fd, unix.TIOCINQ)
		return err
	})
	if waiting < pipeSize-pipeSize/4 {
		t.Errorf("%d bytes of the log wait to be read: it was not blocked", waiting)
	}
	done := make(chan struct{})
	go func() { // the cleanup waits for it
		defer close(done)
		_, _ = io.Copy(io.Discard, f.log)
	}()
	t.Cleanup(func() { f.log.Close(); <-done })
}

// control does something with the descriptor of a file.
func control(t *testing.T, file *os.File, do func(fd int) error) {
	t.Helper()
	raw, err := file.SyscallConn()
	if err == nil {
		err = errors.Join(raw.Control(func(fd uintptr) { err = do(int(fd)) }), err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// peak is the most memory that the server has had, in bytes.
func (f *fortress) peak(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(f.cmd.Process.Pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		t.Fatalf("there is no peak in\n%s", status)
	}
	kib, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}
