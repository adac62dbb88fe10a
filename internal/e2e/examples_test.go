//go:build unix

package e2e_test

import (
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The bots of the examples are what somebody writes who has read doc/protocol.md.
func TestExampleBotsAnswer(t *testing.T) {
	for _, bot := range []struct {
		name, program, file string
		needs               []string
	}{
		{"echo", "bash", "echo.sh", []string{"nc", "jq", "od"}},
		{"pingbot", "python3", "bot.py", nil},
	} {
		t.Run(bot.file, func(t *testing.T) {
			t.Parallel()
			for _, name := range bot.needs {
				tool(t, name)
			}
			r := openRoom(t)
			host, port, err := net.SplitHostPort(r.tcp)
			if err != nil {
				t.Fatal(err)
			}
			file, err := filepath.Abs(filepath.Join("..", "..", "examples", bot.file))
			if err != nil {
				t.Fatal(err)
			}
			p := run(t, command(tool(t, bot.program), file, host, port))
			r.awaitMembers(t, 1)
			m := r.join(t, "tcp", 2)
			for n := range 2 {
				m.say(t, "hello\n!ping\n")
				await(t, func() bool { return strings.Count(m.String(), bot.name+": pong\n") == n+1 }, m.String)
			}
			p.signal(t, syscall.SIGTERM)
			p.wait(t)
		})
	}
}
