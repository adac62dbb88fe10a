package bench_test

import (
	"errors"
	"math"
	"runtime"
	"testing"
	"time"

	"bcast/internal/bench"
)

func TestConfigIsCheckedBeforeAnythingIsDone(t *testing.T) {
	good := bench.Config{Network: "tcp", Address: "127.0.0.1:1", Receivers: 1, Senders: 1, Messages: 1}
	if got, err := good.WithDefaults(); err != nil || got.Size != 64 || got.Timeout != bench.DefaultTimeout {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, change := range map[string]func(*bench.Config){
		"no receivers":       func(c *bench.Config) { c.Receivers = -1 },
		"no senders":         func(c *bench.Config) { c.Senders = 0 },
		"a lone sender":      func(c *bench.Config) { c.Receivers = 0 },
		"too many receivers": func(c *bench.Config) { c.Receivers = bench.MaxMembers + 1 },
		"no end":             func(c *bench.Config) { c.Messages = 0 },
		"two ends":           func(c *bench.Config) { c.Duration = time.Second },
		"too many lines":     func(c *bench.Config) { c.Messages = bench.MaxMessages + 1 },
		"too long":           func(c *bench.Config) { c.Messages, c.Duration = 0, bench.MaxDuration+1 },
		"short lines":        func(c *bench.Config) { c.Size = bench.MinSize - 1 },
		"long lines":         func(c *bench.Config) { c.Size = bench.MaxSize + 1 },
		"a negative rate":    func(c *bench.Config) { c.Rate = -1 },
		"a negative timeout": func(c *bench.Config) { c.Timeout = -1 },
	} {
		cfg := good
		change(&cfg)
		if got, err := cfg.WithDefaults(); err == nil {
			t.Errorf("%s: %+v was taken", name, got)
		}
		if _, err := bench.Run(t.Context(), cfg, nil); err == nil || errors.Is(err, bench.ErrNotJoined) {
			t.Errorf("%s: Run returned %v", name, err)
		}
	}
}

func TestTooManyMembersForTheSystemIsSaid(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("this system has no such limit")
	}
	var short *bench.DescriptorsError
	if err := bench.Reserve(math.MaxInt - 100); !errors.As(err, &short) || short.Limit == 0 || short.Needed() <= uint64(short.Members) {
		t.Errorf("got %v", err)
	}
	if err := bench.Reserve(1); err != nil {
		t.Errorf("one member: %v", err)
	}
}
