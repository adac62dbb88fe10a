//go:build linux

package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// deployed is a file of deploy.
func deployed(name string) string { return filepath.Join(root, "deploy", name) }

// settingsOf returns what a unit says for a setting, in each of its lines.
func settingsOf(t *testing.T, unit, setting string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(deployed(unit))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if name, value, _ := strings.Cut(strings.TrimSpace(line), "="); name == setting {
			all = append(all, value)
		}
	}
	return all
}

// systemdRoot is a root folder with the units that systemd brings, and nothing else.
func systemdRoot(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, unitDir), os.DirFS(unitDir)); err != nil {
		t.Fatal(err)
	}
	install(t, 0o755, tool(t, "kill"), filepath.Join(dir, "usr/bin/kill"))
	return dir
}

const unitDir = "/usr/lib/systemd/system"

// install is install -D -m mode.
func install(t *testing.T, mode os.FileMode, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, mode); err != nil {
		t.Fatal(err)
	}
}

func TestUnitsAreWellFormed(t *testing.T) {
	t.Parallel()
	analyze := tool(t, "systemd-analyze")
	dir := systemdRoot(t)
	install(t, 0o755, program(t, "bcast-server"), filepath.Join(dir, "usr/bin/bcast-server"))
	units, err := filepath.Glob(deployed("bcast.*"))
	if err != nil || len(units) < 2 {
		t.Fatalf("there are the units %q, %v", units, err)
	}
	args := []string{"verify", "--root=" + dir, "--man=no"}
	for _, unit := range units {
		install(t, 0o644, unit, filepath.Join(dir, unitDir, filepath.Base(unit)))
		args = append(args, filepath.Base(unit))
	}
	p := run(t, command(analyze, args...))
	p.quietly(t)
}

// TestWhatIsReleasedIsBuilt holds what CI builds against what a release has.
func TestWhatIsReleasedIsBuilt(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	release, cross := read(".goreleaser.yaml"), read(".ci/cross")
	list := func(name string) []string {
		t.Helper()
		found := regexp.MustCompile(`(?m)^ +` + name + `: \[(.*)\]$`).FindStringSubmatch(release)
		if found == nil {
			t.Fatalf("the release has no %s", name)
		}
		return strings.Split(found[1], ", ")
	}
	for _, system := range list("goos") {
		for _, arch := range list("goarch") {
			if target := system + "/" + arch; target != "linux/amd64" && !strings.Contains(cross, " "+target) { // that is what tests run on
				t.Errorf(".ci/cross does not build for %s", target)
			}
		}
	}
	for _, name := range []string{".ci/reproduce", "CONTRIBUTING.md"} {
		build := "go build " + strings.Join(list("flags"), " ") + " -ldflags='" + strings.Join(list("ldflags"), " ") + "'"
		if !strings.Contains(read(name), build) {
			t.Errorf("%s does not build as a release does: %s", name, build)
		}
	}
}

// exposure is what systemd-analyze says of a service as a whole.
var exposure = regexp.MustCompile(`Overall exposure level for bcast\.service: ([0-9.]+) OK`)

func TestServiceHasNoMoreRightsThanItNeeds(t *testing.T) {
	t.Parallel()
	p := run(t, command(tool(t, "systemd-analyze"), "security", "--offline=true", "--no-pager", deployed("bcast.service")))
	p.wantExit(t, 0)
	found := exposure.FindStringSubmatch(p.stdout.String())
	if found == nil {
		t.Fatalf("systemd-analyze says %s", p.stdout)
	}
	if level, err := strconv.ParseFloat(found[1], 64); err != nil || level > 1.2 {
		t.Errorf("the exposure level is %s, want 1.2 at most", found[1])
	}
}

// TestServiceThatCannotStartDoesNotEndItsSocket is about the limits at which systemd gives up.
func TestServiceThatCannotStartDoesNotEndItsSocket(t *testing.T) {
	t.Parallel()
	for _, limit := range []struct{ unit, setting string }{
		{"bcast.service", "StartLimitIntervalSec"},
		{"bcast.socket", "TriggerLimitIntervalSec"},
	} {
		if said := settingsOf(t, limit.unit, limit.setting); !slices.Equal(said, []string{"0"}) {
			t.Errorf("%s says %s=%q, want 0", limit.unit, limit.setting, said)
		}
	}
}

// TestServiceSeesWhatItsMetricsNeed is about process_start_time_seconds, which is left out where the
// server cannot read /proc/stat: then no rule tells of restarts.
func TestServiceSeesWhatItsMetricsNeed(t *testing.T) {
	t.Parallel()
	for _, subset := range settingsOf(t, "bcast.service", "ProcSubset") {
		if subset != "all" {
			t.Errorf("ProcSubset=%s hides /proc/stat", subset)
		}
	}
}

// TestServiceStartsTheServer runs the unit's command as systemd would, with its socket
// and with the credentials that it asks for.
func TestServiceStartsTheServer(t *testing.T) {
	t.Parallel()
	v := newVault(t, "127.0.0.1")
	credentials := t.TempDir()
	for name, file := range map[string]string{"cert": "crt", "key": "key", "token": "token"} {
		install(t, 0o600, v.file(file), filepath.Join(credentials, name))
	}
	for _, credential := range settingsOf(t, "bcast.service", "LoadCredential") {
		name, _, _ := strings.Cut(credential, ":")
		if _, err := os.Stat(filepath.Join(credentials, name)); err != nil {
			t.Error(err)
		}
	}
	config := filepath.Join(t.TempDir(), "server.toml")
	if err := os.WriteFile(config, []byte("log-level = \"debug\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	var m manager
	m.keep(t, settingsOf(t, "bcast.socket", "FileDescriptorName")[0], "tcp", "127.0.0.1:0")
	start := settingsOf(t, "bcast.service", "ExecStart")[0]
	start = strings.NewReplacer("%d", credentials, "/etc/bcast/server.toml", config).Replace(start)
	args := strings.Fields(start)
	if filepath.Base(args[0]) != "bcast-server" {
		t.Fatalf("the service runs %s", args[0])
	}
	r := m.start(t, args[1:]...)
	hanako := runTyped(t, client(t, "tls://"+m.tcp, "--pin", v.pin, "--token-file", v.file("token"), "--name", "hanako"))
	r.awaitMembers(t, 1)
	bob := runTyped(t, client(t, "tls://"+m.tcp, "--pin", v.pin, "--token-file", v.file("token")))
	r.awaitMembers(t, 2)
	hanako.say(t, "hello\n")
	bob.stdout.awaitAll(t, "hanako: hello\n")

	for _, unwanted := range [][]string{{m.tcp}, {"tls://" + m.tcp, "--pin", v.pin}} {
		p := runTyped(t, client(t, append(unwanted, "--timeout", "0s")...))
		p.say(t, "let me in\n")
		p.stdin.Close()
		p.wait(t)
		if p.cmd.ProcessState.Success() {
			t.Errorf("%s got in", p)
		}
	}
	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 0)
}
