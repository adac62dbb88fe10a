package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"bcast/internal/bench"
	"bcast/internal/config"
)

// The defaults of bench: a first run takes some seconds.
const (
	benchReceivers = "100"
	benchSenders   = "1"
	benchMessages  = 1_000_000
	benchDuration  = 10 * time.Second // where there is a rate
	benchSize      = "64"
)

func benchCommand(stdout, stderr io.Writer) config.Command {
	return config.Command{
		Name:      "bench",
		Usage:     "measure any line broadcaster, and check that it delivers every line once and in order",
		ArgsUsage: "[HOST[:PORT] | unix:/PATH]",
		Description: "Senders send lines as fast as they go, or at a rate; receivers, and senders from\n" +
			"each other, check what arrives. The exit code is 1 if any line was lost, doubled or\n" +
			"out of its sender's order. The address is " + defaultAddress + " unless another one is written.\n\n" +
			"  bcast-client bench ops.example:7000   how many lines per second\n" +
			"  bcast-client bench --rate 1000        how long a line takes, counted from when it was due",
		Flags: []config.Flag{
			benchFlag("receivers", config.Number, benchReceivers, "`NUMBER` of members that only receive"),
			benchFlag("senders", config.Number, benchSenders, "`NUMBER` of members that send, and receive from the other senders"),
			{
				Name: "messages", Kind: config.Number, Category: options,
				DefaultText: fmt.Sprintf("%d, or with --rate for %v", benchMessages, benchDuration),
				Usage:       "`NUMBER` of lines that each sender sends",
			},
			{
				Name: "duration", Kind: config.Duration, Category: options,
				Usage: "`DURATION` for which the senders send, in the place of --messages",
			},
			benchFlag("size", config.Size, benchSize, "`SIZE` of a line with its newline"),
			benchFlag("rate", config.Number, "0", "`NUMBER` of lines per second of all senders together; 0 is as fast as it goes"),
			benchFlag("timeout", config.Duration, bench.DefaultTimeout.String(), "`DURATION` for which nothing may arrive until what is missing is lost"),
			{Name: "json", Kind: config.Switch, Category: options, Usage: "write one JSON object instead of a summary"},
		},
		Arg: config.Flag{Name: "address", Kind: config.Address, Default: defaultAddress, Usage: "`ADDRESS` of the broadcaster"},
		Action: func(ctx context.Context, v *config.Values) error {
			cfg, asJSON, err := benchSettings(v)
			if err != nil {
				return err
			}
			bar := newBenchBar(stderr)
			report, err := bench.Run(ctx, cfg, bar.show)
			bar.clear()
			if err != nil && !errors.Is(err, bench.ErrIncomplete) && (!errors.Is(err, bench.ErrInterrupted) || report.Delivered == 0) {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(stdout)
				encoder.SetIndent("", "  ")
				return errors.Join(encoder.Encode(report), err)
			}
			return errors.Join(writeReport(stdout, report), err)
		},
	}
}

func benchFlag(name string, kind config.Kind, value, usage string) config.Flag {
	return config.Flag{Name: name, Kind: kind, Category: options, Default: value, Usage: usage}
}

// benchSettings takes the settings from the command line and the environment.
func benchSettings(v *config.Values) (cfg bench.Config, asJSON bool, err error) {
	cfg = bench.Config{
		Receivers: v.Count("receivers", 0, bench.MaxMembers),
		Senders:   v.Count("senders", 1, bench.MaxMembers),
		Size:      v.Size("size", bench.MinSize, bench.MaxSize),
		Rate:      v.Count("rate", 0, bench.MaxRate),
		Timeout:   v.Duration("timeout", 10*time.Millisecond, time.Hour),
	}
	asJSON = v.Switch("json")
	if v.Err() == nil && cfg.Receivers == 0 && cfg.Senders == 1 {
		return cfg, false, errors.New("--receivers: a lone sender has nobody to send to: write 1 or more")
	}
	switch messages, duration := v.IsSet("messages"), v.IsSet("duration"); {
	case messages && duration:
		return cfg, false, config.Usagef("--messages and --duration both say when it ends: give one of them")
	case messages:
		cfg.Messages = int64(v.Count("messages", 1, bench.MaxMessages))
	case duration:
		cfg.Duration = v.Duration("duration", time.Millisecond, bench.MaxDuration)
	case cfg.Rate > 0:
		cfg.Duration = benchDuration
	default:
		cfg.Messages = benchMessages
	}
	addr := v.Addr("address")
	cfg.Network, cfg.Address = addr.Network, addr.Address
	return cfg, asJSON, v.Err()
}
