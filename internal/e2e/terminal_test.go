//go:build unix

package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// ctrlC is what the terminal makes a SIGINT of, for all that run on it.
const ctrlC = "\x03"

// onTerminal runs a shell script on a terminal of its own: what is said to the
// process is typed, and its stdout is what the screen gets. The script finds the
// client in $CLIENT, the server in $SERVER, and has to tell exit codes itself.
// Its stderr is not the terminal.
func onTerminal(t *testing.T, r *room, script string) *process {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "script"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := command(tool(t, "socat"), "-", "EXEC:sh script,pty,setsid,ctty,echo=0,opost=0")
	cmd.Dir = dir
	cmd.Env = append(cmd.Env, "CLIENT="+program(t, "bcast-client"), "SERVER="+r.tcp)
	return runTyped(t, cmd)
}

// TestClientFollowsFromATerminalIntoAPipe is bcast-client | tee log.
func TestClientFollowsFromATerminalIntoAPipe(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"Ctrl-C", "the server closes"} {
		t.Run(strings.ReplaceAll(end, " ", "-"), func(t *testing.T) {
			t.Parallel()
			tool(t, "tee")
			r := openRoom(t)
			alice := r.join(t, "tcp", 1)
			me := onTerminal(t, r, `
				trap : INT
				{ trap : INT; "$CLIENT" "$SERVER"; echo "exit $?" >code; } | tee log
				cat code`)
			r.awaitMembers(t, 2)
			me.say(t, "typed\n")
			alice.awaitAll(t, "typed\n")
			alice.say(t, "\x1b[31mred\x1b[m\r\n")
			me.stdout.awaitAll(t, "\x1b[31mred\x1b[m\r\n") // tee wrote it: for pipes nothing is changed
			if end == "Ctrl-C" {
				me.say(t, ctrlC)
			} else {
				r.signal(t, syscall.SIGTERM)
			}
			me.stdout.await(t, "exit ")
			me.stdout.awaitAll(t, "\x1b[31mred\x1b[m\r\nexit 0\n")
			me.quietly(t)
			log, err := os.ReadFile(filepath.Join(me.cmd.Dir, "log"))
			if err != nil || string(log) != "\x1b[31mred\x1b[m\r\n" {
				t.Errorf("log has %q, %v", log, err)
			}
		})
	}
}

// TestContract12_OnATerminalTheOutputPassesTheGate has stdin from elsewhere.
func TestContract12_OnATerminalTheOutputPassesTheGate(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		`sleep 1000 | "$CLIENT" "$SERVER"`,
		`"$CLIENT" --follow "$SERVER" </dev/null`,
		`"$CLIENT" --no-tui "$SERVER"`,
	} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			alice := r.join(t, "tcp", 1)
			me := onTerminal(t, r, script)
			r.awaitMembers(t, 2)
			alice.say(t, "\x1b]0;title\x07\x1b[2J\xff\rgrüße\u202e\r\nthe end\n")
			me.stdout.await(t, "the end\n")
			got := me.stdout.String()
			for _, harm := range []string{"\x1b", "\x07", "\r", "\xff", "\u202e"} {
				if strings.Contains(got, harm) {
					t.Errorf("the terminal gets %q of a stranger: %q", harm, got)
				}
			}
			if !strings.Contains(got, "grüße") {
				t.Errorf("the text is lost: %q", got)
			}
		})
	}
}

// TestClientWithoutTUI has a terminal on both sides, and is told to be a pipe.
func TestClientWithoutTUI(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)
	me := onTerminal(t, r, `trap : INT; "$CLIENT" --no-tui "$SERVER"; echo "exit $?"`)
	r.awaitMembers(t, 2)
	alice.say(t, "hello\n")
	me.stdout.awaitAll(t, "hello\n")
	me.say(t, "hi\n")
	alice.awaitAll(t, "hi\n")
	alice.say(t, "bye\n") // comes behind the receipt for what was typed
	me.stdout.awaitAll(t, "hello\nbye\n")
	me.say(t, ctrlC)
	me.stdout.await(t, "exit ")
	me.stdout.awaitAll(t, "hello\nbye\nexit 0\n")
	me.quietly(t)
}
