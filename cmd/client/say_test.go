package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bcast/internal/pipe"
	"bcast/internal/session"
	"bcast/internal/wire"
)

func TestErrorsSayWhatToDo(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{
			fmt.Errorf("%w: %w", session.ErrDead, pipe.ErrInputLeft),
			"bcast-client: connection lost: the server does not answer: the input was not sent to its end\n" +
				"  send the rest again, or use --follow to connect again after a break\n",
		},
		{
			fmt.Errorf("%w: %w", session.ErrNotFramed, pipe.ErrInputLeft),
			"bcast-client: the server does not speak the framed dialect: the input was not sent to its end\n" +
				"  send the rest again, or use --follow to connect again after a break\n",
		},
		{&session.RefusedError{Code: wire.CodeAuth, Message: "a token\x1b[2J"}, "bcast-client: the server refuses: a token␛[2J\n"},
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
