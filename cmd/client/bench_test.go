package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"bcast/internal/bench"
	"bcast/internal/config"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/server"
	"bcast/internal/wire"
)

// startServer runs a bcast-server's room until the test ends, and returns its address.
func startServer(t *testing.T) string {
	t.Helper()
	r, err := room.New(room.Config{MaxChunk: peer.MaxChunk(wire.DefaultMaxLine), Backlog: room.DefaultBacklog, Patience: room.DefaultPatience})
	if err != nil {
		t.Fatal(err)
	}
	members, err := peer.New(peer.Config{Room: r, MaxLine: wire.DefaultMaxLine, HTTPGuard: true})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := server.New(server.Config{Handler: members})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }() // the cleanup waits for it
	t.Cleanup(func() {
		r.Close()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, server.ErrServerClosed) {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

func TestBenchFindsOurServerRight(t *testing.T) {
	t.Parallel()
	address := startServer(t)
	for _, test := range []struct {
		args      string
		delivered int64
	}{
		{"--receivers 10 --messages 20000", 200_000},
		{"--receivers 3 --senders 5 --messages 2000 --size 100", 70_000},
		{"--receivers 0 --senders 50 --messages 1", 2450},
		{"--receivers 4 --senders 2 --rate 500 --duration 200ms", 500},
	} {
		var stdout, stderr bytes.Buffer
		args := append([]string{"bcast-client", "bench", address, "--json"}, strings.Fields(test.args)...)
		if err := run(t.Context(), args, nil, &stdout, &stderr); err != nil {
			t.Errorf("%s: %v", test.args, err)
		}
		var r bench.Report
		if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
			t.Fatalf("%s: %v in %s", test.args, err, &stdout)
		}
		if r.Delivered != test.delivered || r.Lost+r.Doubled+r.Misordered+r.Broken+r.Foreign+r.Echoed != 0 {
			t.Errorf("%s: %+v", test.args, r)
		}
		if r.Receivers > 1 && (r.OneOrder == nil || !*r.OneOrder) {
			t.Errorf("%s: one order: %v", test.args, r.OneOrder)
		}
		if stderr.Len() > 0 {
			t.Errorf("%s: a bar in a pipe: %q", test.args, &stderr)
		}
	}
}

func TestBenchSummaryIsForPeople(t *testing.T) {
	yes := true
	for _, test := range []struct {
		report bench.Report
		want   string
	}{
		{bench.Report{
			Address: "localhost:1234", Receivers: 100, Senders: 1, Size: 64, Wall: 1525 * time.Millisecond,
			Sent: 1_000_000, Delivered: 100_000_000, LinesPerSecond: 65_573_770, BytesPerSecond: 4_196_721_311, OneOrder: &yes,
		}, `
room         localhost:1234, 100 receivers, 1 sender
sent         1,000,000 lines of 64 bytes, as fast as it goes
delivered    100,000,000 lines in 1.52 s
throughput   65,573,770 lines/s, 4,196.7 MB/s
lost         0
doubled      0
misordered   0
one order    yes
`},
		{bench.Report{
			Address: "localhost:1234", Receivers: 1, Senders: 2, Size: 100, Rate: 1000, Wall: time.Second,
			Sent: 1000, Delivered: 1990, LinesPerSecond: 1990, BytesPerSecond: 199_000,
			Latency: bench.Latency{P50: 81_234, P90: 95_678, P99: 123_456, P999: 1_234_567, Max: 12_345_678},
			Lost:    10, Doubled: 1, Misordered: 2, Unsent: 3, Broken: 4, Echoed: 5, Foreign: 6, Closed: 7,
		}, `
room         localhost:1234, 1 receiver, 2 senders
sent         1,000 lines of 100 bytes, 1,000 lines/s
delivered    1,990 lines in 1.00 s
throughput   1,990 lines/s, 0.1 MB/s
latency      p50 81.23µs, p90 95.68µs, p99 123.5µs, p99.9 1.235ms, max 12.35ms
lost         10
doubled      1
misordered   2
not sent     3
broken       4
echoed       5
foreign      6
closed       7
`},
	} {
		var out strings.Builder
		if err := writeReport(&out, test.report); err != nil {
			t.Fatal(err)
		}
		if got := "\n" + out.String(); got != test.want {
			t.Errorf("got %s\nwant %s", got, test.want)
		}
	}
}

func TestBenchSaysWhatToDoAboutDescriptors(t *testing.T) {
	var out strings.Builder
	complain(&out, &bench.DescriptorsError{Members: 15_000, Limit: 1024})
	want := "bcast-client: 15000 members need 15032 open files, and the limit is 1024\n" +
		"  raise the limit with ulimit -n 15032, or take fewer members\n"
	if out.String() != want || config.ExitCode(&bench.DescriptorsError{}) != 1 {
		t.Errorf("got %q", out.String())
	}
}
