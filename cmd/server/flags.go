package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"bcast/internal/config"
	"bcast/internal/peer"
	"bcast/internal/room"
	"bcast/internal/spool"
	"bcast/internal/wire"
)

// settings are what the flags say.
type settings struct {
	listen          []config.Addr
	maxClients      int // 0: from the descriptor limit
	maxClientsPerIP int // 0: no limit
	httpGuard       bool

	raw     bool
	maxLine int // bytes

	history      int // lines, for framed members
	plainHistory int // the same for plain ones
	backlog      int // bytes
	patience     time.Duration
	minRate      int // bytes a second

	idleTimeout time.Duration // 0: none
	rate, burst int           // bytes a second, bytes; 0: none

	listenOnEOF  bool
	drainTimeout time.Duration

	guards guards

	control string      // path of the operator's socket; empty: none
	admin   config.Addr // zero: none

	log     *slog.Logger   // once it is open
	logLost func() uint64  // how many of its records were lost
	level   *slog.LevelVar // of it
	json    bool           // its form
	values  *config.Values // where all of this is from
}

// The headings of --help.
const (
	connections = "Connections"
	guarding    = "Who may in"
	lines       = "Lines"
	readers     = "Slow readers"
	endings     = "Ends"
	logging     = "Log"
	operating   = "Running it"
	options     = "Options" // of cert
)

// none is the value of a limit that there is not.
const none = "none"

func command(stdout io.Writer, stderr *spool.Writer) config.Command {
	return config.Command{
		Name:  "bcast-server",
		Usage: "a room for anything that speaks TCP: what one client sends, every other client receives",
		Description: "Start it, then join from two terminals with: nc localhost 1234\n" +
			"Sizes are written like 64KiB or 16MiB, durations like 2s or 500ms.\n" +
			"Where systemd gives sockets, they stand in the place of --listen and --tls-listen.",
		Flags: slices.Concat([]config.Flag{
			{
				Name: "listen", Kind: config.List, Category: connections, Default: "localhost:" + config.DefaultPort,
				Usage: "`ADDRESS` to listen on, host:port or unix:/path; may be given several times",
			},
			{
				Name: "max-clients", Kind: config.Number, Category: connections, DefaultText: "from the limit of open files",
				Usage: "`NUMBER` of clients at a time; more are closed at once",
			},
			{
				Name: "max-clients-per-ip", Kind: config.Number, Category: connections, DefaultText: "no limit",
				Usage: "`NUMBER` of clients at a time from one IPv4 address or IPv6 /64; more are closed at once",
			},
			choice(connections, "http-guard", "on", "on|off", ", whether to refuse clients that begin with an HTTP request, so that no web page can make a browser speak in the room, or with a handshake of TLS"),
			setting(connections, config.Duration, "idle-timeout", none, "`DURATION` after which a client is closed to which nothing was sent and which has sent nothing; none keeps all"),
			setting(connections, config.Size, "rate", none, "`SIZE` of what a client may send in a second on average; over it, it is read more slowly"),
			{
				Name: "burst", Kind: config.Size, Category: connections, DefaultText: "--rate",
				Usage: "`SIZE` of what it may send at once where there is a --rate",
			},
			choice(lines, "framing", "line", "line|raw", ", whole lines or each piece as it arrives"),
			setting(lines, config.Size, "max-line", config.FormatSize(wire.DefaultMaxLine), "`SIZE` of the longest line that stays whole"),
			setting(lines, config.Number, "history", "1000", "`NUMBER` of lines, of up to 1MiB in all, that framed clients get of what was said before they came"),
			setting(lines, config.Number, "history-plain", "0", "`NUMBER` of lines, of up to 1MiB in all, that plain clients get of what was said before they came"),
			setting(readers, config.Size, "backlog", config.FormatSize(room.DefaultBacklog), "`SIZE` of the memory that what the slowest client has still to get may take before senders wait, for the whole room; many tiny lines take more than their bytes"),
			setting(readers, config.Duration, "patience", room.DefaultPatience.String(), "`DURATION` for which clients that read too slowly may hold the senders back, each one and all together in 30 seconds, before they are cut"),
			setting(readers, config.Size, "min-rate", config.FormatSize(room.DefaultMinRate), "`SIZE` of what a client reads in a second that is never cut for being slow"),
			choice(endings, "on-eof", "close", "close|listen", ", what to do at the end of a client's input: deliver the rest and close, or keep it as a listener"),
			setting(endings, config.Duration, "drain-timeout", "15s", "`DURATION` for which clients may read the rest when the server is stopped"),
			choice(logging, "log-format", "text", "text|json", ", the form of the log on stderr"),
			choice(logging, "log-level", "info", "debug|info|warn|error", ", the least that is logged"),
		}, guardFlags(), []config.Flag{controlFlag(), adminFlag()}),
		Commands:     []config.Command{certCommand(stdout), ctlCommand(stdout)},
		SettingsFile: "server.toml",
		Check: func(v *config.Values) error {
			_, err := read(v)
			return err
		},
		Action: func(ctx context.Context, v *config.Values) error {
			s, err := read(v)
			if err != nil {
				return err
			}
			s.log, s.logLost = s.openLog(stderr), stderr.Lost
			signal.Ignore(syscall.SIGPIPE) // or a log that nobody reads any more would end the server
			return serve(ctx, s)
		},
	}
}

func setting(category string, kind config.Kind, name, value, usage string) config.Flag {
	return config.Flag{Name: name, Kind: kind, Category: category, Default: value, Usage: usage}
}

// choice is a setting with the choices that are written with | between them.
func choice(category, name, value, choices, usage string) config.Flag {
	return config.Flag{
		Name: name, Kind: config.Choice, Choices: strings.Split(choices, "|"), Category: category, Default: value,
		Usage: "`" + choices + "`" + usage,
	}
}

// read takes the settings from wherever they are written.
func read(v *config.Values) (settings, error) {
	s := settings{
		listen:       v.Addrs("listen"),
		httpGuard:    v.Choice("http-guard") == "on",
		raw:          v.Choice("framing") == "raw",
		maxLine:      v.Size("max-line", 1, wire.LimitMaxLine),
		patience:     v.Duration("patience", time.Millisecond, time.Hour),
		history:      v.Count("history", 0, math.MaxInt32),
		plainHistory: v.Count("history-plain", 0, math.MaxInt32),
		minRate:      v.Size("min-rate", 1, math.MaxInt32),
		listenOnEOF:  v.Choice("on-eof") == "listen",
		drainTimeout: v.Duration("drain-timeout", 0, time.Hour),
		guards:       readGuards(v),
		control:      v.Text("control"),
		level:        new(slog.LevelVar),
		values:       v,
		admin:        adminAddr(v),
	}
	if v.Text("idle-timeout") != none {
		s.idleTimeout = v.Duration("idle-timeout", time.Second, math.MaxInt64)
	}
	if v.Text("rate") != none {
		s.rate = v.Size("rate", 1, math.MaxInt32)
	}
	if v.IsSet("burst") {
		s.burst = v.Size("burst", 1, math.MaxInt32)
		if s.rate == 0 {
			v.Fail("burst", errors.New("there is no --rate that it is for"))
		}
	}
	if v.IsSet("max-clients") {
		s.maxClients = v.Count("max-clients", 1, math.MaxInt32)
	}
	if v.IsSet("max-clients-per-ip") {
		s.maxClientsPerIP = v.Count("max-clients-per-ip", 1, math.MaxInt32)
	}
	if s.raw {
		s.maxLine = 0
	}
	s.backlog = v.Size("backlog", room.MinBacklog(peer.MaxChunk(s.maxLine)), math.MaxInt)

	_ = s.level.UnmarshalText([]byte(v.Choice("log-level"))) // Choice has checked it
	s.json = v.Choice("log-format") == "json"
	return s, v.Err()
}

// openLog returns a log on stderr.
func (s *settings) openLog(stderr *spool.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.level}
	return stderr.Logger(func(w io.Writer) slog.Handler {
		if s.json {
			return slog.NewJSONHandler(w, options)
		}
		return slog.NewTextHandler(w, options)
	})
}
