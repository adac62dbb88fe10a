//go:build linux

package e2e_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// page makes a browser talk to a room in all ways in which it asks nobody first.
const page = `<!doctype html>
<form method="POST" enctype="text/plain" target="frame"><textarea name="evil">said by a form
and said again
</textarea></form>
<iframe name="frame"></iframe>
<p id="said">waits</p>
<script>
const room = 'http://ROOM/';
const text = 'evil line\nanother evil line\n';
const form = document.forms[0];
form.action = room;
const submitted = new Promise(done => document.querySelector('iframe').onload = done);
form.submit();
Promise.allSettled([
	fetch(room, {method: 'POST', mode: 'no-cors', body: text}),
	fetch(room, {mode: 'no-cors'}),
	fetch(room, {method: 'HEAD', mode: 'no-cors'}),
	fetch(room, {method: 'POST', mode: 'no-cors', body: new Blob([text])}),
	fetch(room + encodeURIComponent(text), {mode: 'no-cors'}),
	new Promise(done => new WebSocket(room.replace('http', 'ws')).onerror = done),
	new Promise(done => { const image = new Image(); image.onerror = done; image.src = room + 'evil.png'; }),
	submitted,
]).then(() => fetch('/done', {method: 'POST', body: navigator.userAgent}))
	.then(() => document.getElementById('said').textContent = 'all is said');
navigator.sendBeacon(room, text);
</script>
`

// TestContract05_NoWebPageSpeaksInTheRoom has a real browser show a page of somebody else's.
func TestContract05_NoWebPageSpeaksInTheRoom(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	alice := r.join(t, "tcp", 1)

	done := make(chan string, 1)
	pages := http.NewServeMux()
	pages.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, strings.ReplaceAll(page, "ROOM", r.tcp)) // the test waits for what it does
	})
	pages.HandleFunc("/done", func(_ http.ResponseWriter, request *http.Request) {
		agent, _ := io.ReadAll(request.Body)
		select {
		case done <- string(agent):
		default:
		}
	})
	site := httptest.NewServer(pages)
	t.Cleanup(site.Close)

	browser := run(t, command(tool(t, "chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--user-data-dir="+scratchPath(), "--timeout=60000", "--dump-dom", site.URL))
	select {
	case agent := <-done:
		t.Log(agent)
	case <-time.After(3 * patience): // it is slow to start
		t.Fatalf("the page does not come to its end: %s", browser.stdout)
	}

	bob := r.join(t, "tcp", 2)
	bob.say(t, "the end\n")
	alice.awaitAll(t, "the end\n")

	r.signal(t, syscall.SIGTERM)
	r.wantExit(t, 0)
	refused := saidFigures(t, r.stderr)["refused.http"]
	if refused < 7 { // as many as the page has ways; some, a browser may try again
		t.Errorf("%d requests were refused, want those of all ways", refused)
	}
}

var saidFigure = regexp.MustCompile(`([a-z_.]+)=(\d+)`)

// saidFigures are those of the last line of a log.
func saidFigures(t *testing.T, log *output) figures {
	t.Helper()
	log.await(t, "msg=stopped")
	_, last, _ := strings.Cut(log.String(), "msg=stopped")
	all := make(figures)
	for _, found := range saidFigure.FindAllStringSubmatch(last, -1) {
		n, err := strconv.Atoi(found[2])
		if err != nil {
			t.Fatal(err)
		}
		all[found[1]] = n
	}
	return all
}
