//go:build unix

package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A screen is a terminal of its own, in tmux, as a person would sit at.
type screen struct {
	tmux, socket string
}

// sit opens a screen of 80x24 that runs a shell script. The script finds
// the client in $CLIENT and is followed by nothing: what it shows last stays.
func sit(t *testing.T, script string) *screen {
	t.Helper()
	return sitAt(t, size{80, 24}, script)
}

// sitAt is sit at a screen of another size.
func sitAt(t *testing.T, of size, script string) *screen {
	t.Helper()
	s := &screen{tmux: tool(t, "tmux"), socket: scratchPath()}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the screen:\n%s", strings.Join(s.rows(t), "\n"))
		}
		_ = exec.Command(s.tmux, "-S", s.socket, "kill-server").Run() // it may have ended
	})
	s.do(t, "-u", "-f", "/dev/null", "new-session", "-d", "-n", "room", "-x", strconv.Itoa(of.width), "-y", strconv.Itoa(of.height),
		"-e", "CLIENT="+program(t, "bcast-client"), "-c", t.TempDir(), "sh", "-c", script+"\nexec cat")
	return s
}

// watch sits down with a client that is a member of the room, as the n-th.
func watch(t *testing.T, r *room, n int, flags ...string) *screen {
	t.Helper()
	s := sit(t, `stty -a >before; "$CLIENT" `+strings.Join(append(flags, r.tcp), " ")+`; code=$?; stty -a >after; cmp before after && echo "exit $code"`)
	r.awaitMembers(t, n)
	s.await(t, "[up")
	return s
}

func (s *screen) do(t *testing.T, args ...string) string {
	t.Helper()
	cmd := command(s.tmux, append([]string{"-S", s.socket}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("tmux %q: %v: %s", args, err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func (s *screen) rows(t *testing.T) []string {
	t.Helper()
	return strings.Split(s.do(t, "capture-pane", "-p"), "\n")
}

func (s *screen) ask(t *testing.T, format string) string {
	t.Helper()
	return s.do(t, "display-message", "-p", format)
}

func (s *screen) keys(t *testing.T, keys ...string) {
	t.Helper()
	s.do(t, append([]string{"send-keys"}, keys...)...)
}

func (s *screen) write(t *testing.T, text string) {
	t.Helper()
	s.do(t, "send-keys", "-l", text)
}

func (s *screen) has(t *testing.T, text string) bool {
	t.Helper()
	return strings.Contains(strings.Join(s.rows(t), "\n"), text)
}

func (s *screen) await(t *testing.T, text string) {
	t.Helper()
	await(t, func() bool { return s.has(t, text) }, func() string { return fmt.Sprintf("%q is not on the screen", text) })
}

func (s *screen) awaitGone(t *testing.T, text string) {
	t.Helper()
	await(t, func() bool { return !s.has(t, text) }, func() string { return fmt.Sprintf("%q stays on the screen", text) })
}

// awaitCursor waits for the terminal's own cursor to be seen in a cell.
func (s *screen) awaitCursor(t *testing.T, x, y int) {
	t.Helper()
	const format = "#{cursor_x},#{cursor_y} #{cursor_flag}"
	want := fmt.Sprintf("%d,%d 1", x, y)
	await(t, func() bool { return s.ask(t, format) == want },
		func() string { return fmt.Sprintf("the cursor is at %s, want %s", s.ask(t, format), want) })
}

// leave quits, and checks that the terminal is as it was before.
func (s *screen) leave(t *testing.T) {
	t.Helper()
	s.keys(t, "C-c")
	s.await(t, "^C again quits")
	s.keys(t, "C-c")
	s.awaitLeft(t)
}

func (s *screen) awaitLeft(t *testing.T) {
	t.Helper()
	s.await(t, "exit 0") // stty -a is the same, or it would not be there
	got := s.ask(t, "alternate #{alternate_on}, cursor #{cursor_flag}, wrap #{wrap_flag}, mouse #{mouse_any_flag}")
	if want := "alternate 0, cursor 1, wrap 1, mouse 0"; got != want {
		t.Errorf("the terminal is left with %s, want %s", got, want)
	}
}

func TestScreenShowsWhatIsSaidAndSendsWhatIsTyped(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	s := watch(t, r, 2, "--name", "花子")
	alice.say(t, "bob: こんにちは\nplain 中文\nflags 🇯🇵🇨🇳 cafe\u0301 ok\nfamily 👨‍👩‍👧 ok\n")
	s.await(t, "guest-1 │ bob: こんにちは") // anybody could write that name
	s.await(t, "guest-1 │ plain 中文")
	s.await(t, "│ flags 🇯🇵🇨🇳 cafe\u0301 ok")
	s.await(t, "│ family 👨‍👩‍👧 ok")

	s.awaitCursor(t, 3, 22)
	s.write(t, "日本語 👨‍👩‍👧 ab")
	s.awaitCursor(t, 3+6+1+2+1+2, 22)
	s.keys(t, "Left", "Left", "Left", "BSpace") // the family goes as one
	s.awaitCursor(t, 3+6+1, 22)
	s.await(t, "> 日本語  ab")
	s.keys(t, "C-a")
	s.awaitCursor(t, 3, 22)
	s.keys(t, "Enter")
	alice.awaitAll(t, "花子: 日本語  ab\n")
	s.await(t, "花子 │ 日本語  ab")
	s.awaitCursor(t, 3, 22)
	s.leave(t)
}

func TestScreenStaysWhileOneReadsBack(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	s := watch(t, r, 2)
	for i := range 100 {
		alice.say(t, fmt.Sprintf("line %d\n", i))
	}
	s.await(t, "line 99")
	s.keys(t, "PageUp")
	s.await(t, "reading back")
	once := s.rows(t)[1]
	s.keys(t, "PageUp")
	await(t, func() bool { return s.rows(t)[1] != once }, func() string { return "the second page does not come" })
	before := s.rows(t)[1:21]
	for i := range 50 {
		alice.say(t, fmt.Sprintf("more %d\n", i))
	}
	s.await(t, "[ ↓ 50 new · End ]")
	if after := s.rows(t)[1:21]; strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Errorf("the rows have moved from\n%s\nto\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	s.keys(t, "End")
	s.await(t, "more 49")
	s.awaitGone(t, "new · End")
	s.leave(t)
}

func TestScreenFollowsTheSizeOfTheTerminal(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	s := watch(t, r, 2)
	alice.say(t, "one two three four five six seven eight nine ten\n")
	s.await(t, "guest-1 │ one two three four five six seven eight nine ten")
	s.write(t, "typed")
	s.do(t, "resize-window", "-x", "40", "-y", "10")
	s.await(t, "guest-1 │ one two three four five six\n           │ seven eight nine ten\n")
	s.awaitCursor(t, 8, 8)
	s.do(t, "resize-window", "-x", "80", "-y", "24")
	s.await(t, "guest-1 │ one two three four five six seven eight nine ten")
	s.awaitCursor(t, 8, 22)
	s.keys(t, "C-c")
	s.awaitGone(t, "typed")
	s.leave(t)
}

func TestScreenSurvivesARestartOfTheServer(t *testing.T) {
	t.Parallel()
	tcp, unix := freePort(t), scratchPath()
	r := openRoomAt(t, tcp, unix)
	s := watch(t, r, 1)
	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 0)
	s.await(t, "[down: attempt ")
	for i := range 3 {
		s.write(t, fmt.Sprintf("meanwhile %d", i))
		s.keys(t, "Enter")
	}
	// The server of a room that somebody else is in already gets them in order.
	r = openRoomAt(t, tcp, unix)
	s.await(t, "[up")
	s.await(t, "* │ the server has restarted")
	alice := r.join(t, "tcp", 2)
	s.write(t, "after")
	s.keys(t, "Enter")
	alice.awaitAll(t, "after\n")
	s.leave(t)
}

func TestScreenKeepsWhatIsTypedWhileThereIsNoServer(t *testing.T) {
	t.Parallel()
	address := freePort(t)
	first := listenAt(t, address)
	s := sit(t, `"$CLIENT" `+address+`; echo "exit $?"`)
	lost := acceptOne(t, first)
	if _, err := io.WriteString(lost, "a line\n"); err != nil { // or it would be turned away
		t.Fatal(err)
	}
	s.await(t, "a line")
	lost.Close()
	first.Close()
	s.await(t, "[down: attempt ")
	for i := range 20 {
		s.write(t, fmt.Sprintf("meanwhile %d", i))
		s.keys(t, "Enter")
	}
	s.await(t, "meanwhile 19")
	conn := acceptOne(t, listenAt(t, address))
	got := new(output)
	go func() { _, _ = io.Copy(got, conn) }() // ends with the connection, which the cleanup closes
	want := new(bytes.Buffer)
	for i := range 20 {
		fmt.Fprintf(want, "meanwhile %d\n", i)
	}
	got.awaitAll(t, want.String())
}

// signalClient sends a signal to the client that the shell on the screen runs.
func signalClient(t *testing.T, s *screen, signal string) {
	t.Helper()
	shell := s.ask(t, "#{pane_pid}")
	if out, err := exec.Command(tool(t, "pkill"), "-"+signal, "-P", shell, "bcast-client").CombinedOutput(); err != nil {
		t.Fatalf("pkill: %v: %s", err, out)
	}
}

func TestScreenIsSuspendedAndComesBack(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	s := sit(t, `PS1='$ ' exec bash --norc --noprofile -i`)
	s.await(t, "$")
	s.write(t, `"$CLIENT" `+r.tcp)
	s.keys(t, "Enter")
	s.await(t, "[up")
	s.write(t, "half a thought")
	s.await(t, "> half a thought")
	s.keys(t, "C-z")
	s.await(t, "Stopped")
	if got := s.ask(t, "#{alternate_on} #{cursor_flag} #{wrap_flag}"); got != "0 1 1" {
		t.Errorf("suspended, the terminal is left with alternate, cursor, wrap %s", got)
	}
	alice.say(t, "said meanwhile\n")
	s.write(t, "fg")
	s.keys(t, "Enter")
	s.await(t, "> half a thought")
	s.await(t, "│ said meanwhile")
	s.awaitCursor(t, 17, 22)
}

func TestScreenThatCannotConnectSaysSoAndLeaves(t *testing.T) {
	t.Parallel()
	s := sit(t, `"$CLIENT" `+freePort(t)+`; echo "exit $?"`)
	s.await(t, "exit 1")
	if !s.has(t, "connection refused") {
		t.Error("nothing says why")
	}
}

func listenAt(t *testing.T, address string) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

func acceptOne(t *testing.T, ln net.Listener) net.Conn {
	t.Helper()
	_ = ln.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
