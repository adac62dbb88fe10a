package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

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
		Flags: []cli.Flag{
			benchFlag("receivers", benchReceivers, "`NUMBER` of members that only receive"),
			benchFlag("senders", benchSenders, "`NUMBER` of members that send, and receive from the other senders"),
			&cli.StringFlag{
				Name: "messages", Category: options, EnvVars: config.EnvVar("messages"),
				DefaultText: fmt.Sprintf("%d, or with --rate for %v", benchMessages, benchDuration),
				Usage:       "`NUMBER` of lines that each sender sends",
			},
			&cli.StringFlag{
				Name: "duration", Category: options, EnvVars: config.EnvVar("duration"),
				Usage: "`DURATION` for which the senders send, in the place of --messages",
			},
			benchFlag("size", benchSize, "`SIZE` of a line with its newline"),
			benchFlag("rate", "0", "`NUMBER` of lines per second of all senders together; 0 is as fast as it goes"),
			benchFlag("timeout", bench.DefaultTimeout.String(), "`DURATION` for which nothing may arrive until what is missing is lost"),
			config.Switch(options, "json", "write one JSON object instead of a summary"),
		},
		MaxArgs: 1,
		Action: func(ctx context.Context, c *cli.Context) error {
			cfg, asJSON, err := benchSettings(c)
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

func benchFlag(name, value, usage string) cli.Flag {
	return &cli.StringFlag{Name: name, Category: options, EnvVars: config.EnvVar(name), Value: value, Usage: usage}
}

// benchSettings takes the settings from the command line and the environment.
func benchSettings(c *cli.Context) (cfg bench.Config, asJSON bool, err error) {
	v := config.NewValues(c)
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
	switch messages, duration := c.IsSet("messages"), c.IsSet("duration"); {
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
	if v.Err() != nil {
		return cfg, false, v.Err()
	}
	addr, err := config.ParseAddr(addressOf(c))
	cfg.Network, cfg.Address = addr.Network, addr.Address
	return cfg, asJSON, err
}
