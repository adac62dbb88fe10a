package main

import (
	"context"
	"io"
	"os"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"bcast/internal/config"
	"bcast/internal/pipe"
	"bcast/internal/session"
	"bcast/internal/text"
)

// defaultAddress is where a server listens that was told nothing else.
const defaultAddress = "localhost:" + config.DefaultPort

// options is the heading of --help.
const options = "Options"

func command(stdin io.Reader, stdout, stderr io.Writer) config.Command {
	return config.Command{
		Name:      "bcast-client",
		Usage:     "join a room of bcast-server, or of any other line broadcaster",
		ArgsUsage: "[HOST[:PORT] | unix:/PATH]",
		Description: "What it reads is sent, line by line; what others send is written. The default\n" +
			"address is " + defaultAddress + ". Flags and the address may come in any order.\n\n" +
			"  echo done | bcast-client              send, and exit when the server has taken it\n" +
			"  bcast-client --follow </dev/null      listen, and connect again after a break\n" +
			"  bcast-client | tee log                talk and keep a log, until Ctrl-C",
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "name", Category: options, EnvVars: config.EnvVar("name"),
				Usage: "`NAME` to put before each line that is sent, as in \"alice: hello\"",
			},
			config.Switch(options, "follow", "keep listening after the end of the input, and connect again after a break"),
			config.Switch(options, "no-tui", "lines in and lines out, on a terminal too"),
		},
		MaxArgs: 1,
		Action: func(ctx context.Context, c *cli.Context) error {
			v := config.NewValues(c)
			cfg := pipe.Config{
				In:          stdin,
				Out:         stdout,
				Follow:      v.Switch("follow"),
				Interactive: isTerminal(stdin),
				Terminal:    isTerminal(stdout),
				Notify:      func(event session.Event) { notify(stderr, event) },
			}
			v.Switch("no-tui") // there is no screen yet
			if v.Err() != nil {
				return v.Err()
			}
			addr, err := config.ParseAddr(addressOf(c))
			if err != nil {
				return err
			}
			cfg.Network, cfg.Address = addr.Network, addr.Address
			if c.IsSet("name") {
				if cfg.Name, err = text.Name(c.String("name")); err != nil {
					return nameError{err}
				}
			}
			return pipe.Run(ctx, cfg)
		},
	}
}

func addressOf(c *cli.Context) string {
	if c.NArg() > 0 {
		return c.Args().First()
	}
	return defaultAddress
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
