//go:build linux

package e2e_test

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A block is one of commands in a document: how it is marked, and what stands in it.
var block = regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$")

// needsSystemd is what a block may call that is not run: it needs systemd to be there.
var needsSystemd = regexp.MustCompile(`^(systemctl|journalctl) `)

// hidden is what would be shown as a block, and is none.
var hidden = regexp.MustCompile("(?m)^(    |\t).*$")

// aCommand is what a block of something else may not have.
var aCommand = regexp.MustCompile(`(?m)^(\$ |bcast-|curl |systemctl |(\w+=\S* )+\w+ )`)

// TestOperationsAreAsWritten runs the commands of doc/operations.md, word for word and in
// one shell, as somebody would who sees to it first what they do.
func TestOperationsAreAsWritten(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"openssl", "systemctl", "systemd-analyze", "grep", "install", "curl", "promtool"} {
		tool(t, name)
	}
	text, err := os.ReadFile(filepath.Join(root, "doc", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	script.WriteString("trap 'kill $(jobs -p) 2>/dev/null || :' EXIT\n") // where a command fails, what runs behind it is ended
	for _, line := range hidden.FindAllString(block.ReplaceAllString(string(text), ""), -1) {
		t.Errorf("this stands in no block that could be run: %s", line)
	}
	ran, checked := 0, 0
	for _, found := range block.FindAllStringSubmatch(string(text), -1) {
		switch kind, commands := found[1], found[2]; kind {
		case "sh":
			script.WriteString(commands)
			ran++
		case "sh no-run":
			for command := range strings.Lines(commands) {
				if !needsSystemd.MatchString(command) {
					t.Errorf("it is not said why this is not run: %s", command)
				}
			}
		case "yaml": // of Prometheus
			script.WriteString("cat >prometheus.yml <<'END'\n" + commands + "END\npromtool check config prometheus.yml\n")
			checked++
		case "text": // of the log
			if found := aCommand.FindString(commands); found != "" {
				t.Errorf("a command is not marked as one: %s", found)
			}
		default:
			t.Errorf("a block is neither run nor marked as not to be: %q", kind)
		}
	}
	if ran == 0 || checked == 0 {
		t.Fatalf("there are %d blocks of commands, and %d to be checked", ran, checked)
	}

	release := t.TempDir()
	if err := os.CopyFS(filepath.Join(release, "deploy"), os.DirFS(deployed("."))); err != nil {
		t.Fatal(err)
	}
	dir := systemdRoot(t)
	_, port, _ := net.SplitHostPort(freePort(t))
	bash := command(tool(t, "bash"), "-eux", "-o", "pipefail")
	bash.Dir = release
	bash.Stdin = strings.NewReader(script.String())
	bash.Env = append(bash.Env, "DESTDIR="+dir, "PORT="+port, "MEMBERS=20", "MEASURED="+freePort(t), "LONG=200ms",
		"PATH="+filepath.Dir(program(t, "bcast-server"))+":"+os.Getenv("PATH"))
	p := run(t, bash)
	p.wantExit(t, 0)

	for name, mode := range map[string]os.FileMode{
		"usr/bin/bcast-server":                                 0o755,
		"usr/bin/bcast-client":                                 0o755,
		"usr/share/man/man1/bcast-client.1":                    0,
		"etc/bcast/token":                                      0o600,
		"etc/bcast/key":                                        0o600,
		"etc/bcast/cert":                                       0,
		"etc/bcast/server.toml":                                0,
		"etc/systemd/system/bcast.service":                     0o644,
		"etc/systemd/system/sockets.target.wants/bcast.socket": 0,
	} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if mode != 0 && info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, want %v", name, info.Mode().Perm(), mode)
		}
	}
	for _, said := range []string{`published_bytes=6`, "20 receivers, 1 sender", `bcast_published_lines_total{log="lines"} 1`, "OK"} {
		log, _ := os.ReadFile(filepath.Join(release, "log"))
		if !strings.Contains(p.stdout.String()+string(log), said) {
			t.Errorf("nothing says %q", said)
		}
	}
}
