package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"bcast/internal/pipe"
	"bcast/internal/session"
	"bcast/internal/wire"
)

func TestErrorsSayWhatToDo(t *testing.T) {
	refused := &session.DialError{Address: "localhost:1234", Err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}}
	for _, test := range []struct {
		err  error
		want string
	}{
		{
			fmt.Errorf("%w: %w", refused, pipe.ErrInputLeft),
			"bcast-client: cannot connect to localhost:1234: connection refused\n" +
				"  send the rest again, or use --follow or a longer --timeout to wait for the server\n",
		},
		{
			fmt.Errorf("%w: %w", session.ErrDead, pipe.ErrInputLeft),
			"bcast-client: connection lost: the server does not answer: the input was not sent to its end\n" +
				"  send the rest again, or use --follow to connect again after a break\n",
		},
		{&wire.VersionError{Version: "2"}, "bcast-client: the server speaks version 2 of the framed dialect, this is version 1\n" +
			"  take a bcast-client of the server's version, or --plain\n"},
		{
			fmt.Errorf("%w: %w", session.ErrNotFramed, pipe.ErrInputLeft),
			"bcast-client: the server does not speak the framed dialect: the input was not sent to its end\n" +
				"  send the rest again, or use --follow to connect again after a break\n",
		},
		{session.ErrNotFramed, "bcast-client: the server does not speak the framed dialect\n  leave --json out: there are only lines; with a token, --plain sends it as it is\n"},
		{&session.RefusedError{Code: wire.CodeAuth, Message: "a token\x1b[2J"}, "bcast-client: the server refuses: a token␛[2J\n  ask the room's operator for the token, and name a file with it: --token-file FILE\n"},
		{
			fmt.Errorf("%w: %w: %w", session.ErrTurnedAway, session.ErrServerClosed, pipe.ErrInputLeft),
			"bcast-client: the server has ended the connection without a word\n" +
				"  does it want TLS (--tls) or a token (--token-file)? if not, it is full, or does not let this address in\n",
		},
	} {
		var out strings.Builder
		complain(&out, test.err)
		if out.String() != test.want {
			t.Errorf("got  %q\nwant %q", out.String(), test.want)
		}
	}
}

func TestBreakSaysWhatItHasCost(t *testing.T) {
	for _, test := range []struct {
		event session.Event
		want  string
	}{
		{session.Disconnected{Err: errors.New("gone"), Retry: 1234 * time.Millisecond}, "gone; trying again in 1.2s"},
		{session.Connected{}, "connected again; lines may be missing"},
		{session.Connected{Framed: true, Resumed: true}, "connected again; nothing is missing"},
		{session.Connected{Framed: true, Resumed: true, Missed: 1}, "connected again; 1 line is missing"},
		{session.Connected{Framed: true, Missed: 3, Restarted: true}, "connected again; 3 lines are missing"},
		{session.Connected{Framed: true, Restarted: true, Repeated: 2}, "connected again; lines may be missing; 2 lines of yours are sent again and may appear twice"},
		{session.Refused{Error: wire.Error{Message: "no\x1b"}}, "the server refuses: no␛"},
	} {
		var out strings.Builder
		notify(&out, test.event)
		if want := "bcast-client: " + test.want + "\n"; out.String() != want {
			t.Errorf("got %q, want %q", out.String(), want)
		}
	}
}

func TestNameOnTheScreenIsTheUsers(t *testing.T) {
	for user, want := range map[string]string{"hanako": "hanako", "": "", "a:b": "", "guest-1": ""} {
		t.Setenv("USER", user)
		if got := userName(); got != want {
			t.Errorf("user %q is called %q, want %q", user, got, want)
		}
	}
}
