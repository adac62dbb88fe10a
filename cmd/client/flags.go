package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"bcast/internal/config"
	"bcast/internal/pipe"
	"bcast/internal/session"
	"bcast/internal/text"
	"bcast/internal/tui"
)

// defaultAddress is where a server listens that was told nothing else.
const defaultAddress = "localhost:" + config.DefaultPort

// How long a pipe looks for a server that was lost.
const (
	timeout    = 30 * time.Second
	maxTimeout = 24 * time.Hour
)

// options is the heading of --help.
const options = "Options"

func command(stdin io.Reader, stdout, stderr io.Writer) config.Command {
	return config.Command{
		Name:      "bcast-client",
		Usage:     "join a room of bcast-server, or of any other line broadcaster",
		ArgsUsage: "[HOST[:PORT] | unix:/PATH]",
		Description: "On a terminal it is a screen to read and to type in; in a pipe, what it\n" +
			"reads is sent, line by line, and what others send is written. The default address\n" +
			"is " + defaultAddress + ". Flags and the address may come in any order.\n\n" +
			"  echo done | bcast-client              send, and exit when it is in the room\n" +
			"  bcast-client --follow </dev/null      listen, and connect again after a break\n" +
			"  bcast-client | tee log                talk and keep a log, until Ctrl-C\n" +
			"  bcast-client --json --follow | jq     frames, for programs\n" +
			"  bcast-client bench localhost:1234     measure a broadcaster: see bcast-client bench --help",
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "name", Category: options, EnvVars: config.EnvVar("name"),
				DefaultText: "on the screen: $USER",
				Usage:       "`NAME` of this side in the room, which others see as in \"alice: hello\"",
			},
			config.Switch(options, "follow", "keep listening after the end of the input, and connect again after a break"),
			&cli.StringFlag{
				Name: "timeout", Category: options, EnvVars: config.EnvVar("timeout"), Value: timeout.String(),
				Usage: "`DURATION` for which a pipe without --follow looks for a server that was lost; 0s gives up at once",
			},
			config.Switch(options, "json", "write what the server sends in its framed dialect: one JSON object a line"),
			config.Switch(options, "plain", "never ask for the framed dialect: no names, receipts or history"),
			config.Switch(options, "no-tui", "lines in and lines out, on a terminal too"),
		},
		MaxArgs:  1,
		Commands: []config.Command{benchCommand(stdout, stderr)},
		Action: func(ctx context.Context, c *cli.Context) error {
			v := config.NewValues(c)
			follow, noTUI := v.Switch("follow"), v.Switch("no-tui")
			asJSON, plain := v.Switch("json"), v.Switch("plain")
			patience := v.Duration("timeout", 0, maxTimeout)
			switch {
			case v.Err() != nil:
				return v.Err()
			case asJSON && plain:
				return config.Usagef("--json and --plain exclude each other: only the framed dialect has JSON")
			}
			addr, err := config.ParseAddr(addressOf(c))
			if err != nil {
				return err
			}
			name, err := nameOf(c)
			if err != nil {
				return err
			}
			in, out := terminal(stdin), terminal(stdout)
			if in != nil && out != nil && !noTUI && !asJSON {
				if name == "" {
					name = userName()
				}
				return tui.Run(ctx, tui.Config{
					Network: addr.Network, Address: addr.Address, Title: addr.String(), Name: name, Plain: plain, In: in, Out: out,
				})
			}
			return pipe.Run(ctx, pipe.Config{
				Network: addr.Network, Address: addr.Address,
				In: stdin, Out: stdout,
				Name:        name,
				Plain:       plain,
				JSON:        asJSON,
				Timeout:     patience,
				Follow:      follow,
				Interactive: in != nil,
				Terminal:    out != nil,
				Notify:      func(event session.Event) { notify(stderr, event) },
			})
		},
	}
}

func addressOf(c *cli.Context) string {
	if c.NArg() > 0 {
		return c.Args().First()
	}
	return defaultAddress
}

// nameOf is the name that --name gives, or none.
func nameOf(c *cli.Context) (string, error) {
	if !c.IsSet("name") {
		return "", nil
	}
	name, err := text.Name(c.String("name"))
	if err != nil {
		return "", nameError{err}
	}
	return name, nil
}

// userName is the name of who sits at the screen, or none if it cannot be one.
func userName() string {
	name, err := text.Name(os.Getenv("USER"))
	if err != nil {
		return ""
	}
	return name
}

// terminal returns the terminal that stream is, or nil.
func terminal(stream any) *os.File {
	file, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return file
}
