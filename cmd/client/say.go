package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/dustin/go-humanize/english"

	"bcast/internal/bench"
	"bcast/internal/config"
	"bcast/internal/pipe"
	"bcast/internal/session"
	"bcast/internal/text"
	"bcast/internal/tui"
	"bcast/internal/wire"
)

// complain tells a person what went wrong, and on a line of its own what to do.
func complain(w io.Writer, err error) {
	fmt.Fprintf(w, "bcast-client: %s\n", shown(err))
	if hint := hintFor(err); hint != "" {
		fmt.Fprintf(w, "  %s\n", hint)
	}
}

// shown is what a person reads of an error. A stranger may have chosen words in it: the
// names in a certificate, say.
func shown(err error) string {
	lines := strings.Split(plain(err), "\n")
	for i, line := range lines {
		lines[i] = text.Clean([]byte(line))
	}
	return strings.Join(lines, "\n")
}

// notify tells a person that the connection was lost or is back, and what the
// server does not want.
func notify(w io.Writer, event session.Event) {
	switch event := event.(type) {
	case session.Disconnected:
		fmt.Fprintf(w, "bcast-client: %s; trying again in %v\n", shown(event.Err), event.Retry.Round(100*time.Millisecond))
	case session.Connected:
		fmt.Fprintf(w, "bcast-client: connected again; %s\n", missing(event))
	case session.Refused:
		fmt.Fprintf(w, "bcast-client: the server refuses: %s\n", text.Clean([]byte(event.Message)))
	}
}

// missing says what a break has cost.
func missing(event session.Connected) string {
	lost := "lines may be missing"
	switch {
	case event.Missed > 0:
		lost = english.Plural(int(event.Missed), "line is", "lines are") + " missing"
	case event.Resumed:
		lost = "nothing is missing"
	}
	if event.Repeated > 0 {
		lost += "; " + english.Plural(event.Repeated, "line of yours is sent again and may appear twice",
			"lines of yours are sent again and may appear twice")
	}
	return lost
}

// plain leaves out of an error what only a programmer wants to know.
func plain(err error) string {
	var dial *session.DialError
	var dns *net.DNSError
	var refused *session.RefusedError
	switch why := plainTLS(err); {
	case errors.As(err, &dial) && why != "":
		return fmt.Sprintf("cannot connect to %s: %s", dial.Address, why)
	case why != "":
		return why
	case errors.As(err, &refused):
		return "the server refuses: " + refused.Message
	case errors.As(err, &dial) && errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("cannot connect to %s: connection refused", dial.Address)
	case errors.As(err, &dial) && errors.As(err, &dns):
		return fmt.Sprintf("cannot connect to %s: no such host", dial.Address)
	case errors.As(err, &dial) && errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("cannot connect to %s: no such socket", dial.Address)
	case errors.Is(err, session.ErrTurnedAway):
		return session.ErrTurnedAway.Error()
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection lost: the server reset it"
	case errors.Is(err, session.ErrServerClosed), errors.Is(err, session.ErrDead), errors.Is(err, session.ErrProtocol):
		return "connection lost: " + err.Error()
	}
	return err.Error()
}

func hintFor(err error) string {
	var dial *session.DialError
	var descriptors *bench.DescriptorsError
	var version *wire.VersionError
	var refused *session.RefusedError
	switch hint := hintForTLS(err); {
	case hint != "":
		return hint
	case errors.As(err, &refused) && refused.Code == wire.CodeAuth:
		return "ask the room's operator for the token, and name a file with it: --token-file FILE"
	case errors.Is(err, session.ErrUnproven):
		return "is it the right server, and its token the same? without a token, leave --token-file out"
	case errors.Is(err, session.ErrTurnedAway):
		return "does it want TLS (--tls) or a token (--token-file)? if not, it is full, or does not let this address in"
	case errors.As(err, &descriptors):
		return fmt.Sprintf("raise the limit with ulimit -n %d, or take fewer members", descriptors.Needed())
	case errors.Is(err, bench.ErrNotJoined):
		return "is it a line broadcaster there, and does it take as many clients?"
	case errors.Is(err, config.ErrUsage):
		return "see " + config.HelpFor(err)
	case errors.As(err, &version):
		return "take a bcast-client of the server's version, or --plain"
	case errors.Is(err, session.ErrNotFramed) && !errors.Is(err, pipe.ErrInputLeft):
		return "leave --json out: there are only lines; with a token, --plain sends it as it is"
	case errors.Is(err, pipe.ErrInputLeft) && errors.As(err, &dial):
		return "send the rest again, or use --follow or a longer --timeout to wait for the server"
	case errors.As(err, &dial) && (errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist)):
		return "is a server running there? start one with: bcast-server"
	case errors.As(err, &dial):
		return "check the address: bcast-client HOST:PORT"
	case errors.Is(err, tui.ErrNotSent):
		return "the server was away: join again and send them again"
	case errors.Is(err, pipe.ErrInputLeft):
		return "send the rest again, or use --follow to connect again after a break"
	}
	return ""
}
