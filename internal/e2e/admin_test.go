//go:build unix

package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

var showing = regexp.MustCompile(`msg="showing metrics" address=(\S+)`)

// openShown opens a room with --admin, and returns where that is.
func openShown(t *testing.T, flags ...string) (r *room, url string) {
	t.Helper()
	r = openRoom(t, append([]string{"--admin", "127.0.0.1:0"}, flags...)...)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return r, "http://" + showing.FindStringSubmatch(r.stderr.String())[1]
}

// get asks for a page.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// TestMetricsAreWhatWentThroughTheRoom has members of both dialects, and Prometheus' own judgement.
func TestMetricsAreWhatWentThroughTheRoom(t *testing.T) {
	promtool := tool(t, "promtool")
	r, url := openShown(t)
	a, b := r.join(t, "tcp", 1), r.join(t, "unix", 2)
	client := runTyped(t, command(program(t, "bcast-client"), "--name", "hanako", r.tcp))
	r.awaitMembers(t, 3)
	a.say(t, "hello\nworld\n")
	b.awaitAll(t, "hello\nworld\n")
	client.stdout.await(t, "world\n")
	for _, want := range []string{
		`bcast_members{dialect="plain"} 2`, `bcast_members{dialect="framed"} 1`, `bcast_delivered_lines_total 4`,
		`bcast_published_lines_total{log="lines"} 2`, `bcast_received_bytes_total`, `bcast_publish_to_write_seconds_count{log="frames"} `,
	} {
		await(t, func() bool { _, body := get(t, url+"/metrics"); return strings.Contains(body, "\n"+want) },
			func() string { return want + " is not shown" })
	}
	status, metrics := get(t, url+"/metrics")
	check := command(promtool, "check", "metrics")
	check.Stdin = strings.NewReader(metrics)
	if said, err := check.CombinedOutput(); status != http.StatusOK || err != nil || len(said) > 0 {
		t.Errorf("status %d, promtool check metrics: %v\n%s", status, err, said)
	}
	client.signal(t, syscall.SIGTERM)
	client.wait(t)
}

// TestAlertsAreAboutMetricsThatThereAre holds deploy/alerts.yml against the server and the manual.
func TestAlertsAreAboutMetricsThatThereAre(t *testing.T) {
	promtool := tool(t, "promtool")
	deploy := filepath.Join("..", "..", "deploy")
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts_test.yml"}} {
		check := command(promtool, args...)
		check.Dir = deploy
		if said, err := check.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, said)
		}
	}
	rules, err := os.ReadFile(filepath.Join(deploy, "alerts.yml"))
	if err != nil {
		t.Fatal(err)
	}
	manual, err := os.ReadFile(filepath.Join("..", "..", "doc", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	cert := command(program(t, "bcast-server"), "cert", "--host", "localhost")
	cert.Dir = dir
	if said, err := cert.CombinedOutput(); err != nil {
		t.Fatalf("make a certificate: %v\n%s", err, said)
	}
	r := &room{process: run(t, serverAt(t, "127.0.0.1:0", scratchPath(), "--admin", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0",
		"--tls-cert", filepath.Join(dir, "bcast.crt"), "--tls-key", filepath.Join(dir, "bcast.key")))}
	r.stderr.await(t, "bcast-client tls://")
	_, metrics := get(t, "http://"+showing.FindStringSubmatch(r.stderr.String())[1]+"/metrics")
	names := regexp.MustCompile(`\b(bcast|process|go)_[a-z_]+\b`).FindAllString(string(rules), -1)
	if len(names) < 15 {
		t.Fatalf("the rules have only %d names of metrics", len(names))
	}
	for _, name := range names {
		if !strings.Contains(metrics, "\n"+name+" ") && !strings.Contains(metrics, "\n"+name+"{") {
			t.Errorf("the rules have %s, which the server does not show", name)
		}
	}

	cases, err := os.ReadFile(filepath.Join(deploy, "alerts_test.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if wantLabels(t, metrics, string(rules)) < 9 || wantLabels(t, metrics, string(cases)) < 15 {
		t.Error("there are hardly any labels")
	}

	alerts := strings.Split(string(rules), "- alert: ")[1:]
	for _, alert := range alerts {
		name, _, _ := strings.Cut(alert, "\n")
		for _, want := range []string{"summary: ", "description: ", "runbook: doc/operations.md#" + strings.ToLower(name) + "\n"} {
			if !strings.Contains(alert, want) {
				t.Errorf("%s has no %q", name, want)
			}
		}
		if !strings.Contains(string(manual), "\n#### "+name+"\n\n") {
			t.Errorf("doc/operations.md does not say what to do about %s", name)
		}
	}
	for _, heading := range regexp.MustCompile(`(?m)^#### (Bcast\w+)$`).FindAllStringSubmatch(string(manual), -1) {
		if !strings.Contains(string(rules), "alert: "+heading[1]+"\n") {
			t.Errorf("doc/operations.md speaks of %s, which is no alert", heading[1])
		}
	}
}

// selected is a metric of the server with its labels, and label one of these with its values.
var (
	selected = regexp.MustCompile(`\b((?:bcast|process|go)_[a-z_]+)\{([^}]*)\}`)
	label    = regexp.MustCompile(`(\w+)(?:=|!=|=~|!~)"([^"]*)"`)
)

// wantLabels checks that metrics have those that a text selects, and returns how many there are.
// What Prometheus adds to all that it scrapes is its own.
func wantLabels(t *testing.T, metrics, text string) (n int) {
	t.Helper()
	for _, metric := range selected.FindAllStringSubmatch(text, -1) {
		for _, l := range label.FindAllStringSubmatch(metric[2], -1) {
			if l[1] == "job" || l[1] == "instance" {
				continue
			}
			for value := range strings.SplitSeq(l[2], "|") {
				n++
				shown := regexp.MustCompile(`(?m)^` + metric[1] + `\{(.*,)?` + regexp.QuoteMeta(fmt.Sprintf("%s=%q", l[1], value)) + `[,}]`)
				if !shown.MatchString(metrics) {
					t.Errorf("there is %s with %s %q, which the server does not show", metric[1], l[1], value)
				}
			}
		}
	}
	return n
}

// TestAlertTellsOfAMemberThatIsBehind has one that does not read, and somebody who says more than
// there is room for.
func TestAlertTellsOfAMemberThatIsBehind(t *testing.T) {
	rules, err := os.ReadFile(filepath.Join(root, "deploy", "alerts.yml"))
	if err != nil {
		t.Fatal(err)
	}
	rule := regexp.MustCompile(`(?s)- alert: BcastMemberBehind\s+expr: (\w+) > ([0-9.]+)\n`).FindSubmatch(rules)
	if rule == nil {
		t.Fatal("the rule is not one that the test knows")
	}
	threshold, err := strconv.ParseFloat(string(rule[2]), 64)
	if err != nil {
		t.Fatal(err)
	}
	value := regexp.MustCompile(`(?m)^` + string(rule[1]) + `\{log="lines"\} (\S+)$`)

	r, url := openShown(t, "--backlog", "1MiB", "--patience", "1h")
	sender := r.join(t, "unix", 1)
	used := func() (is float64) {
		t.Helper()
		_, metrics := get(t, url+"/metrics")
		if found := value.FindStringSubmatch(metrics); found != nil {
			is, _ = strconv.ParseFloat(found[1], 64)
		} else {
			t.Fatalf("the server does not show %s", rule[1])
		}
		return is
	}
	sender.say(t, "hello\n")
	if is := used(); is > threshold {
		t.Errorf("nobody is behind, and of the log are used %v", is)
	}
	r.dial(t, "unix", 2) // and does not listen
	go func() {          // ends with the connection
		_, _ = io.WriteString(sender.conn, strings.Repeat("many tiny lines\n", 1<<18))
	}()
	await(t, func() bool { return used() > threshold }, func() string { return fmt.Sprintf("of the log are used %v", used()) })
}

// TestServerThatStopsIsNotReady has a member that keeps the server from ending.
func TestServerThatStopsIsNotReady(t *testing.T) {
	r, url := openShown(t)
	m := r.dial(t, "tcp", 1)
	if status, body := get(t, url+"/readyz"); status != http.StatusOK || body != "ready\n" {
		t.Errorf("before: %d %q", status, body)
	}
	r.signal(t, syscall.SIGTERM)
	r.stderr.await(t, "msg=stopping")
	await(t, func() bool {
		status, body := get(t, url+"/readyz")
		return status == http.StatusServiceUnavailable && body == "draining\n"
	},
		func() string { return "it is ready" })
	if status, _ := get(t, url+"/healthz"); status != http.StatusOK {
		t.Errorf("/healthz is %d", status)
	}
	m.conn.Close()
	r.wantExit(t, 0)
}

// TestMetricsAreForThisMachine gives --admin a port alone.
func TestMetricsAreForThisMachine(t *testing.T) {
	for _, test := range []struct {
		admin string
		warns bool
	}{{":0", false}, {"0", false}, {"localhost:0", false}, {"0.0.0.0:0", true}} {
		r := openRoom(t, "--admin", test.admin)
		log := r.stderr.String()
		for _, found := range showing.FindAllStringSubmatch(log, -1) {
			host, _, err := net.SplitHostPort(found[1])
			if ip := net.ParseIP(host); err != nil || ip.IsLoopback() == test.warns {
				t.Errorf("--admin %s listens on %s", test.admin, found[1])
			}
		}
		if !showing.MatchString(log) || strings.Contains(log, "sees metrics and profiles") != test.warns {
			t.Errorf("--admin %s, a warning is wanted: %t\n%s", test.admin, test.warns, log)
		}
	}
}

// TestLogHasALineForEachConnectionThatComesAndGoes looks for what is in them.
func TestLogHasALineForEachConnectionThatComesAndGoes(t *testing.T) {
	r := openRoom(t)
	m := r.dial(t, "tcp", 1)
	m.listen(t)
	other := r.join(t, "unix", 2)
	m.say(t, "one\ntwo\n")
	other.awaitAll(t, "one\ntwo\n")
	other.say(t, "yes\n")
	m.awaitAll(t, "yes\n")
	from := m.conn.LocalAddr()
	m.conn.Close()
	r.stderr.await(t, fmt.Sprintf("level=INFO msg=connected connection=1 remote=%v\n", from))
	r.stderr.await(t, fmt.Sprintf("level=DEBUG msg=joined connection=1 remote=%v dialect=plain\n", from))
	gone := regexp.MustCompile(fmt.Sprintf(`level=INFO msg=closed connection=1 remote=%v reason=eof dialect=plain name=guest-1 duration=\S+ bytes_in=8 bytes_out=4 lines_in=2 lines_out=1\n`, from))
	await(t, func() bool { return gone.MatchString(r.stderr.String()) }, r.stderr.String)
}
