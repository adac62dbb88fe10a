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
	"bcast/internal/tui"
)

// defaultAddress is where a server listens that was told nothing else.
const defaultAddress = "localhost:" + config.DefaultPort

// plainOnly keeps the command from asking for the framed dialect, which bcast-server
// does not speak yet. What belongs to it comes when this goes: the flags --plain,
// --json and --timeout, the user's name on the screen, and their documentation.
const plainOnly = true

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
			"  echo done | bcast-client              send, and exit when the server has taken it\n" +
			"  bcast-client --follow </dev/null      listen, and connect again after a break\n" +
			"  bcast-client | tee log                talk and keep a log, until Ctrl-C\n" +
			"  bcast-client bench localhost:1234     measure a broadcaster: see bcast-client bench --help",
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "name", Category: options, EnvVars: config.EnvVar("name"),
				Usage: "`NAME` to put before each line that is sent, as in \"alice: hello\"",
			},
			config.Switch(options, "follow", "keep listening after the end of the input, and connect again after a break"),
			config.Switch(options, "no-tui", "lines in and lines out, on a terminal too"),
		},
		MaxArgs:  1,
		Commands: []config.Command{benchCommand(stdout, stderr)},
		Action: func(ctx context.Context, c *cli.Context) error {
			v := config.NewValues(c)
			follow, noTUI := v.Switch("follow"), v.Switch("no-tui")
			if v.Err() != nil {
				return v.Err()
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
			if in != nil && out != nil && !noTUI {
				return tui.Run(ctx, tui.Config{
					Network: addr.Network, Address: addr.Address, Title: addr.String(), Name: name, Plain: plainOnly, In: in, Out: out,
				})
			}
			return pipe.Run(ctx, pipe.Config{
				Network: addr.Network, Address: addr.Address,
				In: stdin, Out: stdout,
				Name:        name,
				Plain:       plainOnly,
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

// terminal returns the terminal that stream is, or nil.
func terminal(stream any) *os.File {
	file, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return file
}
