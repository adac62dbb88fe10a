package main

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"

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

// The headings of --help.
const (
	options  = "Options" // of bench
	inRoom   = "In the room"
	onScreen = "On the screen"
	inPipe   = "In a pipe"
	secured  = "Rooms that not everybody may join"
)

// themes are the values of --theme.
var themes = map[string]tui.Theme{"auto": tui.ThemeAuto, "dark": tui.ThemeDark, "light": tui.ThemeLight}

// settings are what the flags say.
type settings struct {
	screen tui.Config
	pipe   pipe.Config
	noTUI  bool
}

func command(stdin io.Reader, stdout, stderr io.Writer) config.Command {
	return config.Command{
		Name:      "bcast-client",
		Usage:     "join a room of bcast-server, or of any other line broadcaster",
		ArgsUsage: "[HOST[:PORT] | tls://HOST[:PORT] | unix:/PATH]",
		Description: "On a terminal it is a screen to read and to type in; in a pipe, what it\n" +
			"reads is sent, line by line, and what others send is written. The default address\n" +
			"is " + defaultAddress + ". Flags and the address may come in any order.\n\n" +
			"  echo done | bcast-client              send, and exit when it is in the room\n" +
			"  bcast-client --follow </dev/null      listen, and connect again after a break\n" +
			"  bcast-client | tee log                talk and keep a log, until Ctrl-C\n" +
			"  bcast-client --json --follow | jq     frames, for programs\n" +
			"  bcast-client bench localhost:1234     measure a broadcaster: see bcast-client bench --help",
		Flags: slices.Concat([]config.Flag{
			{
				Name: "name", Category: inRoom, DefaultText: "on the screen: $USER",
				Usage: "`NAME` of this side in the room, which others see as in \"alice: hello\"",
			},
			{Name: "plain", Kind: config.Switch, Category: inRoom, Usage: "never ask for the framed dialect: no names, receipts or history"},
			{Name: "highlight", Kind: config.List, Category: onScreen, Usage: "`WORD` that marks a message as meant for you, as your name does; may be given several times"},
			{Name: "notify", Kind: config.Switch, Category: onScreen, Usage: "have the terminal tell of messages that are meant for you"},
			{Name: "no-presence", Kind: config.Switch, Category: onScreen, Usage: "do not show who comes, goes and takes another name"},
			{
				Name: "theme", Kind: config.Choice, Choices: []string{"auto", "dark", "light"}, Default: "auto", Category: onScreen,
				Usage: "`auto|dark|light`, what the background of the terminal is; auto asks the terminal",
			},
			{Name: "ascii", Kind: config.Switch, Category: onScreen, Usage: "draw with characters of ASCII alone, except for what people write"},
			{Name: "log", Kind: config.File, Category: onScreen, Usage: "`FILE` that what is shown is appended to; as frames, if its name ends in .jsonl"},
			{Name: "no-history", Kind: config.Switch, Category: onScreen, Usage: "do not keep what you type for the next time, in " + config.ShownStatePath("history")},
			{Name: "follow", Kind: config.Switch, Category: inPipe, Usage: "keep listening after the end of the input, and connect again after a break"},
			{
				Name: "timeout", Kind: config.Duration, Category: inPipe, Default: timeout.String(),
				Usage: "`DURATION` for which a pipe without --follow looks for a server that was lost; 0s gives up at once",
			},
			{Name: "json", Kind: config.Switch, Category: inPipe, Usage: "write what the server sends in its framed dialect: one JSON object a line"},
			{Name: "no-tui", Kind: config.Switch, Category: inPipe, Usage: "lines in and lines out, on a terminal too"},
		}, secureFlags()),
		Arg:          config.Flag{Name: "address", Kind: config.Address, Default: defaultAddress, Category: inRoom, Usage: "`ADDRESS` of the room"},
		SettingsFile: "client.toml",
		Commands:     []config.Command{benchCommand(stdout, stderr)},
		Check: func(v *config.Values) error {
			_, err := read(v)
			return err
		},
		Action: func(ctx context.Context, v *config.Values) error {
			s, err := read(v)
			if err != nil {
				return err
			}
			in, out := terminal(stdin), terminal(stdout)
			if in != nil && out != nil && !s.noTUI && !s.pipe.JSON {
				s.screen.In, s.screen.Out = in, out
				return tui.Run(ctx, s.screen)
			}
			s.pipe.In, s.pipe.Out = stdin, stdout
			s.pipe.Interactive, s.pipe.Terminal = in != nil, out != nil
			s.pipe.Notify = func(event session.Event) { notify(stderr, event) }
			return pipe.Run(ctx, s.pipe)
		},
	}
}

// read takes the settings from wherever they are written.
func read(v *config.Values) (settings, error) {
	address, secure := strings.CutPrefix(v.Text("address"), tlsPrefix)
	addr, err := config.ParseAddr(address)
	if err != nil {
		v.Fail("address", err)
	}
	dial, token := readDialer(v, secure), readToken(v)
	title := addr.String()
	if dial != nil {
		title = tlsPrefix + title
	}
	if v.Switch("insecure") {
		title = "INSECURE " + title // first: where there is little room, the end is cut off
	}
	name, plain := nameOf(v), v.Switch("plain")
	s := settings{
		noTUI: v.Switch("no-tui"),
		screen: tui.Config{
			Network: addr.Network, Address: addr.Address, Title: title, Dial: dial, Token: token,
			Name: name, Plain: plain,
			Highlight:  v.List("highlight"),
			Notify:     v.Switch("notify"),
			NoPresence: v.Switch("no-presence"),
			ASCII:      v.Switch("ascii"),
			Theme:      themes[v.Choice("theme")],
			LogFile:    v.Text("log"),
		},
		pipe: pipe.Config{
			Network: addr.Network, Address: addr.Address, Dial: dial, Token: token,
			Name: name, Plain: plain,
			JSON:    v.Switch("json"),
			Follow:  v.Switch("follow"),
			Timeout: v.Duration("timeout", 0, maxTimeout),
		},
	}
	if slices.Contains(s.screen.Highlight, "") {
		v.Fail("highlight", errors.New("a word needs at least one character"))
	}
	if !v.Switch("no-history") {
		s.screen.HistoryFile = config.StatePath("history")
	}
	if s.screen.Name == "" {
		s.screen.Name = userName()
	}
	if v.Err() == nil && s.pipe.JSON && plain {
		return s, config.Usagef("--json and --plain exclude each other: only the framed dialect has JSON")
	}
	return s, v.Err()
}

// nameOf is the name that --name gives, or none.
func nameOf(v *config.Values) string {
	if !v.IsSet("name") {
		return ""
	}
	name, err := text.Name(v.Text("name"))
	if err != nil {
		v.Fail("name", err)
	}
	return name
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
