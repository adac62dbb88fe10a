package admin_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"bcast/internal/admin"
	"bcast/internal/framed"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/server"
)

// A watched is a server with a monitor.
type watched struct {
	server *server.Server
	room   *room.Room
	addr   string // of the room
	url    string // of the monitor
	pipes  *pipes // another way to it
	serve  func() // accepts in the room
}

const watchedPatience = 20 * time.Second

// openWatched opens a monitor, whose server does not listen before serve is called.
func openWatched(t *testing.T) *watched {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w, chunk := new(watched), peer.MaxChunk(1<<10)
	var err error
	w.room, err = room.New(room.Config{MaxChunk: chunk, Backlog: room.DefaultBacklog})
	must(err)
	hub, err := framed.New(framed.Config{Room: w.room, MaxChunk: chunk, Backlog: room.DefaultBacklog})
	must(err)
	members, err := peer.New(peer.Config{Room: w.room, Hub: hub, MaxLine: 1 << 10, DrainTimeout: watchedPatience})
	must(err)
	w.server, err = server.New(server.Config{Handler: members})
	must(err)
	lns, err := server.Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	monitor := admin.NewMonitor(admin.MonitorConfig{
		Server: w.server, Members: members, Room: w.room, Hub: hub,
		NotAfter: func() time.Time { return time.Unix(2e9, 0) }, Version: "v1.2.3",
	})
	w.pipes = newPipes()
	var serving sync.WaitGroup
	for _, ln := range []net.Listener{ln, w.pipes} {
		serving.Go(func() {
			if err := monitor.Serve(ln); err != nil {
				t.Errorf("serve the monitor: %v", err)
			}
		})
	}
	w.addr, w.url = lns[0].Addr().String(), "http://"+ln.Addr().String()
	w.serve = sync.OnceFunc(func() {
		serving.Go(func() {
			if err := w.server.Serve(lns[0]); !errors.Is(err, server.ErrServerClosed) {
				t.Errorf("serve: %v", err)
			}
		})
	})
	t.Cleanup(func() {
		w.serve()
		w.stop(t)
		monitor.Close()
		serving.Wait()
		http.DefaultClient.CloseIdleConnections()
	})
	return w
}

func (w *watched) stop(t *testing.T) {
	w.room.Close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), watchedPatience)
	defer cancel()
	if err := w.server.Shutdown(ctx); err != nil {
		t.Errorf("shut down: %v", err)
	}
}

func (w *watched) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", w.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(watchedPatience))
	return conn.(*net.TCPConn)
}

// get asks the monitor.
func (w *watched) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), watchedPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+path, nil)
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

// awaits asks until the answer is status and text.
func (w *watched) awaits(t *testing.T, path string, status int, text string) {
	t.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(watchedPatience); ; <-again.C {
		got, body := w.get(t, path)
		if got == status && strings.Contains(body, text) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is %d and %q, want %d and %q", path, got, body, status, text)
		}
	}
}

func TestReadyWhileConnectionsAreLetIn(t *testing.T) {
	w := openWatched(t)
	w.awaits(t, "/readyz", http.StatusServiceUnavailable, "not listening\n")
	w.serve()
	w.awaits(t, "/readyz", http.StatusOK, "ready\n")
	w.server.Suspend()
	w.awaits(t, "/readyz", http.StatusServiceUnavailable, "suspended\n")
	if err := w.server.Resume(); err != nil {
		t.Fatal(err)
	}
	w.awaits(t, "/readyz", http.StatusOK, "ready\n")

	member := w.dial(t)
	w.awaits(t, "/metrics", http.StatusOK, "\nbcast_members{dialect=\"plain\"} 1\n")
	var stopping sync.WaitGroup
	stopping.Go(func() { w.stop(t) }) // the server waits for the member to close
	w.awaits(t, "/readyz", http.StatusServiceUnavailable, "draining\n")
	w.awaits(t, "/healthz", http.StatusOK, "alive\n")
	member.Close()
	stopping.Wait()
}

func TestMetricsAreWhatTheServerHasDone(t *testing.T) {
	w := openWatched(t)
	w.serve()
	speaker, listener := w.dial(t), w.dial(t)
	w.awaits(t, "/metrics", http.StatusOK, "\nbcast_members{dialect=\"plain\"} 2\n")
	if _, err := io.WriteString(speaker, "hello\nworld\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(listener, make([]byte, len("hello\nworld\n"))); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"bcast_published_lines_total{log=\"lines\"} 2", "bcast_delivered_lines_total 2", "bcast_received_bytes_total 12",
		"bcast_sent_bytes_total 12", "bcast_connections_accepted_total 2", "bcast_publish_to_write_seconds_count{log=\"lines\"} 1",
		"bcast_certificate_expiry_timestamp_seconds 2e+09", "bcast_listeners 1", "version=\"v1.2.3\"", "process_open_fds", "go_goroutines",
	} {
		w.awaits(t, "/metrics", http.StatusOK, want)
	}
}

// registerForEverybody does what a package may do that is linked in.
var registerForEverybody = sync.OnceFunc(func() { http.HandleFunc("/everybody", func(http.ResponseWriter, *http.Request) {}) })

// TestMonitorShowsWhatIsItsOwn asks for what package net/http would serve by default.
func TestMonitorShowsWhatIsItsOwn(t *testing.T) {
	registerForEverybody()
	w := openWatched(t)
	for path, want := range map[string]int{
		"/everybody": http.StatusNotFound, "/": http.StatusNotFound,
		"/debug/pprof/": http.StatusOK, "/debug/pprof/goroutine?debug=1": http.StatusOK, "/debug/pprof/cmdline": http.StatusOK,
		"/debug/pprof/trace?seconds=0.01": http.StatusOK, "/debug/pprof/profile?seconds=1": http.StatusOK,
	} {
		if got, body := w.get(t, path); got != want {
			t.Errorf("%s is %d, want %d: %.100s", path, got, want, body)
		}
	}
}

// TestSlowScraperHoldsNobody has clients that do not read on while their answer is written, over
// connections without buffers, and others that do not finish what they ask.
func TestSlowScraperHoldsNobody(t *testing.T) {
	w := openWatched(t)
	w.serve()
	speaker, listener := w.dial(t), w.dial(t)
	w.awaits(t, "/metrics", http.StatusOK, "\nbcast_members{dialect=\"plain\"} 2\n")
	var answers []*bufio.Reader
	for _, request := range []string{"GET /metrics HTTP/1.1\r\nHost: room\r\n\r\n", "GET /metrics HTTP/1.1\r\n"} {
		for range 3 { // fewer than are answered at a time
			conn := w.pipes.dial()
			defer conn.Close()
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(request, "\r\n\r\n") {
				answers = append(answers, bufio.NewReaderSize(conn, 16))
			}
		}
	}
	for _, answer := range answers {
		if status, err := answer.ReadString('\n'); status != "HTTP/1.1 200 OK\r\n" {
			t.Fatalf("the answer begins with %q, %v", status, err)
		}
	}

	heard := bufio.NewReader(listener)
	_ = listener.SetReadDeadline(time.Now().Add(watchedPatience / 4)) // those who do not read are given up in the double
	for i := range 100 {
		line := fmt.Sprintf("line %d\n", i)
		if _, err := io.WriteString(speaker, line); err != nil {
			t.Fatal(err)
		}
		if got, err := heard.ReadString('\n'); got != line {
			t.Fatalf("heard %q (%v), want %q", got, err, line)
		}
	}
	w.dial(t)
	w.awaits(t, "/metrics", http.StatusOK, "\nbcast_members{dialect=\"plain\"} 3\n")
	for _, answer := range answers { // it was being written all the time
		response, err := http.ReadResponse(bufio.NewReader(io.MultiReader(strings.NewReader("HTTP/1.1 200 OK\r\n"), answer)), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || !strings.Contains(string(body), "\nbcast_members{dialect=\"plain\"} 2\n") {
			t.Errorf("the answer ends with %v, or is not one of before: %.100s", err, body)
		}
	}
}

// BenchmarkFigures sums up the connections of a room of many members.
func BenchmarkFigures(b *testing.B) {
	for _, number := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("members=%d", number), func(b *testing.B) {
			r, err := room.New(room.Config{MaxChunk: peer.MaxChunk(1 << 10), Backlog: room.DefaultBacklog})
			if err != nil {
				b.Fatal(err)
			}
			members, err := peer.New(peer.Config{Room: r, MaxLine: 1 << 10})
			if err != nil {
				b.Fatal(err)
			}
			var serve []func(context.Context) bool
			for range number {
				ours, theirs := net.Pipe()
				theirs.Close()
				serve = append(serve, members.Open(ours, nil))
			}
			for b.Loop() {
				members.Traffic()
			}
			for _, s := range serve {
				s(b.Context())
			}
		})
	}
}
