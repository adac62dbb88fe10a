package bench_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"bcast/internal/bench"
	"bcast/internal/session"
)

// patience is how long a run may take that should end at once.
const patience = 10 * time.Second

func measure(t *testing.T, f *fake, cfg bench.Config) (bench.Report, error) {
	t.Helper()
	cfg.Network, cfg.Address = "tcp", f.address
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return bench.Run(ctx, cfg, nil)
}

func TestRightBroadcasterIsFoundRight(t *testing.T) {
	for name, cfg := range map[string]bench.Config{
		"one sender":         {Receivers: 5, Senders: 1, Messages: 1000},
		"many senders":       {Receivers: 2, Senders: 7, Messages: 100},
		"senders alone":      {Senders: 20, Messages: 1},
		"the shortest lines": {Receivers: 2, Senders: 1, Messages: 1000, Size: bench.MinSize},
		"long lines":         {Receivers: 2, Senders: 2, Messages: 10, Size: 300_000},
		"paced":              {Receivers: 3, Senders: 3, Messages: 20, Rate: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := measure(t, new(fake).serve(t), cfg)
			if err != nil {
				t.Fatal(err)
			}
			sent := int64(cfg.Senders) * cfg.Messages
			if want := sent * int64(cfg.Receivers+cfg.Senders-1); r.Sent != sent || r.Delivered != want {
				t.Errorf("%d lines sent and %d delivered, want %d and %d", r.Sent, r.Delivered, sent, want)
			}
			if r.Lost+r.Unsent+r.Doubled+r.Misordered+r.Broken+r.Echoed+r.Foreign != 0 || r.Closed != 0 {
				t.Errorf("something was wrong: %+v", r)
			}
			if (r.OneOrder != nil) != (cfg.Receivers > 1) || r.OneOrder != nil && !*r.OneOrder {
				t.Errorf("one order: %v", r.OneOrder)
			}
			if r.Wall <= 0 || r.LinesPerSecond <= 0 || r.Latency.P50 <= 0 || r.Latency.Max < r.Latency.P99 {
				t.Errorf("no figures: %+v", r)
			}
		})
	}
}

func TestWrongBroadcasterIsFoundWrong(t *testing.T) {
	held := []byte(nil)
	for _, test := range []struct {
		name       string
		fake       *fake
		incomplete bool
		want       bench.Report
	}{
		{"loses a line", &fake{relay: func(n, to int, _ []byte) [][]byte {
			if n == 5 && to == 1 {
				return [][]byte{{}}
			}
			return nil
		}}, true, bench.Report{Delivered: 299, Lost: 1}},
		{"loses the last line", &fake{relay: func(n, to int, _ []byte) [][]byte {
			if n == 99 && to == 1 {
				return [][]byte{{}}
			}
			return nil
		}}, true, bench.Report{Delivered: 299, Lost: 1}},
		{"doubles a line", &fake{relay: func(n, to int, line []byte) [][]byte {
			if n == 5 && to == 1 {
				return [][]byte{line, line}
			}
			return nil
		}}, true, bench.Report{Delivered: 300, Doubled: 1}},
		{"doubles the last line late", &fake{late: true}, true, bench.Report{Delivered: 300, Doubled: 3}},
		{"mixes two lines", &fake{relay: func(n, _ int, line []byte) [][]byte {
			switch n {
			case 5:
				held = line
				return [][]byte{line[:40]}
			case 6:
				return [][]byte{line, held[40:]}
			}
			return nil
		}}, true, bench.Report{Delivered: 294, Lost: 6, Broken: 6}},
		{"swaps two lines", &fake{relay: func(n, to int, line []byte) [][]byte {
			switch {
			case n == 5 && to == 1:
				held = line
				return [][]byte{{}}
			case n == 6 && to == 1:
				return [][]byte{line, held}
			}
			return nil
		}}, true, bench.Report{Delivered: 300, Misordered: 1}},
		{"echoes", &fake{echo: true}, false, bench.Report{Delivered: 300, Echoed: 100}},
		{"says something", &fake{relay: func(n, _ int, line []byte) [][]byte {
			if n == 0 {
				return [][]byte{[]byte("welcome\n"), line}
			}
			return nil
		}}, false, bench.Report{Delivered: 300, Foreign: 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := bench.Config{Receivers: 3, Senders: 1, Messages: 100, Timeout: time.Second}
			got, err := measure(t, atSecond(test.fake).serve(t), cfg)
			if errors.Is(err, bench.ErrIncomplete) != test.incomplete || err != nil && !test.incomplete {
				t.Errorf("error %v, want one: %v", err, test.incomplete)
			}
			got = bench.Report{
				Delivered: got.Delivered, Lost: got.Lost, Doubled: got.Doubled, Misordered: got.Misordered,
				Broken: got.Broken, Echoed: got.Echoed, Foreign: got.Foreign,
			}
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// atSecond makes member 1 of a fake's relay the same receiver throughout, wherever
// the sender stands: the first of those that are told anything.
func atSecond(f *fake) *fake {
	relay, victim := f.relay, -1
	if relay == nil {
		return f
	}
	f.relay = func(n, to int, line []byte) [][]byte {
		if victim < 0 {
			victim = to
		}
		if to == victim {
			return relay(n, 1, line)
		}
		return relay(n, 2, line)
	}
	return f
}

func TestOtherOrderIsSeen(t *testing.T) {
	// The first two lines that come one behind the other from two senders are swapped
	// for one receiver.
	f, victim, swapped := &fake{}, -1, false
	var held []byte
	f.relay = func(_, to int, line []byte) [][]byte {
		switch {
		case swapped || victim >= 0 && to != victim || f.spoke[f.members[to]]:
			return nil
		case victim < 0:
			victim, held = to, line
			return [][]byte{{}}
		case line[15] == held[15]: // the last digit of the sender
			first := held
			held = line
			return [][]byte{first}
		}
		swapped = true
		return [][]byte{line, held}
	}
	r, err := measure(t, f.serve(t), bench.Config{Receivers: 3, Senders: 2, Messages: 100, Rate: 2000})
	if err != nil || r.OneOrder == nil || *r.OneOrder {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestPiecesOfManySendersAreCounted(t *testing.T) {
	r, err := measure(t, (&fake{piece: 50}).serve(t),
		bench.Config{Receivers: 2, Senders: 4, Messages: 500, Timeout: 500 * time.Millisecond})
	if errors.Is(err, bench.ErrIncomplete) != (r.Lost > 0) || r.Lost+r.Delivered != r.Sent*5 {
		t.Errorf("%v, %+v", err, r) // whether pieces mix is for the scheduler to say
	}
}

func TestPiecesOfOneSenderAreWhole(t *testing.T) {
	r, err := measure(t, (&fake{piece: 50}).serve(t), bench.Config{Receivers: 2, Senders: 1, Messages: 500})
	if err != nil || r.Delivered != 1000 || r.Broken != 0 {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestConnectionThatIsClosedEarlyEndsNothingElse(t *testing.T) {
	start := time.Now()
	r, err := measure(t, (&fake{leave: 50}).serve(t), bench.Config{Receivers: 3, Senders: 1, Messages: 100, Timeout: patience})
	if !errors.Is(err, bench.ErrIncomplete) || r.Closed != 1 || r.Lost == 0 || r.Lost+r.Delivered != 300 {
		t.Errorf("%v, %+v", err, r)
	}
	if time.Since(start) >= patience {
		t.Error("it waited for lines that cannot come")
	}
}

func TestNoBroadcasterIsSaid(t *testing.T) {
	cfg := bench.Config{Receivers: 3, Senders: 1, Messages: 1, Timeout: 100 * time.Millisecond}
	if _, err := measure(t, (&fake{mute: true}).serve(t), cfg); !errors.Is(err, bench.ErrNotJoined) || !strings.Contains(err.Error(), "3 of 4 members received nothing") {
		t.Errorf("silent: %v", err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	})
	gone := &fake{address: ln.Addr().String()}
	if _, err := measure(t, gone, cfg); !errors.Is(err, bench.ErrNotJoined) || !strings.Contains(err.Error(), "closed 4 of 4") {
		t.Errorf("closes at once: %v", err)
	}
	ln.Close()
	accepting.Wait()
	var dial *session.DialError
	if _, err := measure(t, gone, cfg); !errors.As(err, &dial) || dial.Address != gone.address {
		t.Errorf("nobody there: %v", err)
	}
}

func TestDurationEndsTheSending(t *testing.T) {
	for _, rate := range []int{0, 500} {
		start := time.Now()
		r, err := measure(t, new(fake).serve(t), bench.Config{Receivers: 2, Senders: 3, Duration: 200 * time.Millisecond, Rate: rate})
		if err != nil || r.Unsent != 0 || r.Delivered != 4*r.Sent {
			t.Errorf("rate %d: %v, %+v", rate, err, r)
		}
		if rate > 0 && r.Sent != 100 || r.Sent == 0 {
			t.Errorf("rate %d: %d lines sent", rate, r.Sent)
		}
		if took := time.Since(start); took < 200*time.Millisecond {
			t.Errorf("rate %d: it took %v", rate, took)
		}
	}
}

// TestWaitingSendersDoNotHideLatency has a room that stands still for a while, and
// lines so long that the sender stands still with it: the lines that were due in that
// time have waited, each since it was due and not since it could be sent.
func TestWaitingSendersDoNotHideLatency(t *testing.T) {
	const still = 200 * time.Millisecond
	f := &fake{relay: func(n, _ int, _ []byte) [][]byte {
		if n == 0 {
			<-time.After(still)
		}
		return nil
	}}
	r, err := measure(t, f.serve(t), bench.Config{Receivers: 1, Senders: 1, Duration: still, Rate: 200, Size: bench.MaxSize})
	if err != nil || r.Sent != 40 {
		t.Fatalf("%v, %+v", err, r)
	}
	if r.Latency.Max < int64(still)*9/10 || r.Latency.P50 < int64(still)*4/10 {
		t.Errorf("the room stood still for %v, and latency was %+v", still, r.Latency)
	}
}

func TestInterruptedRunSaysWhatItMeasured(t *testing.T) {
	f := new(fake).serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stopped time.Time
	stages := map[bench.Stage]bool{}
	r, err := bench.Run(ctx, bench.Config{
		Network: "tcp", Address: f.address, Receivers: 3, Senders: 1, Duration: time.Hour,
	}, func(p bench.Progress) {
		stages[p.Stage] = true
		if p.Stage == bench.Measuring && p.Delivered > 0 && ctx.Err() == nil {
			stopped = time.Now()
			cancel()
		}
	})
	if took := time.Since(stopped); took > time.Second {
		t.Errorf("it took %v to stop", took)
	}
	if !errors.Is(err, bench.ErrInterrupted) || !r.Interrupted || r.Delivered == 0 || r.Lost != 0 || r.Closed != 0 {
		t.Errorf("%v, %+v", err, r)
	}
	if !stages[bench.Measuring] {
		t.Errorf("stages: %v", stages)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := bench.Run(ctx, bench.Config{Network: "tcp", Address: f.address, Receivers: 3, Senders: 1, Messages: 1}, nil); !errors.Is(err, bench.ErrInterrupted) {
		t.Errorf("interrupted before it began: %v", err)
	}
}

func TestReportKeepsItsFieldNames(t *testing.T) {
	yes := true
	got, err := json.Marshal(bench.Report{OneOrder: &yes})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"address":"","receivers":0,"senders":0,"size_bytes":0,"rate_lines_per_second":0,"interrupted":false,"wall_ns":0,` +
		`"sent_lines":0,"unsent_lines":0,"delivered_lines":0,"lines_per_second":0,"bytes_per_second":0,` +
		`"latency_ns":{"p50":0,"p90":0,"p99":0,"p99_9":0,"max":0},"lost_lines":0,"doubled_lines":0,"misordered_lines":0,` +
		`"broken_lines":0,"echoed_lines":0,"foreign_lines":0,"closed_connections":0,"one_order":true}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
