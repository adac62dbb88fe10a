//go:build unix

package e2e_test

import (
	"fmt"
	"syscall"
	"testing"
)

// flags is what a program can have changed of a terminal, for tmux to fill in.
const flags = "alternate #{alternate_on}, cursor #{cursor_flag}, wrap #{wrap_flag}, mouse #{mouse_any_flag} #{mouse_sgr_flag}, " +
	"keypad #{keypad_flag} #{keypad_cursor_flag}, insert #{insert_flag}, origin #{origin_flag}, " +
	"region #{scroll_region_upper}-#{scroll_region_lower}, title #{pane_title}, window #{window_name}"

func TestScreenIsLeftAsItWas(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*testing.T, *screen){
		"Ctrl+C": func(t *testing.T, s *screen) {
			s.keys(t, "C-c")
			s.await(t, "^C again quits")
			s.keys(t, "C-c")
		},
		"Ctrl+D":  func(t *testing.T, s *screen) { s.keys(t, "C-d") },
		"quit":    func(t *testing.T, s *screen) { s.write(t, "/quit"); s.keys(t, "Enter") },
		"SIGTERM": func(t *testing.T, s *screen) { signalClient(t, s, "TERM") },
		"SIGINT":  func(t *testing.T, s *screen) { signalClient(t, s, "INT") },
		"SIGHUP":  func(t *testing.T, s *screen) { signalClient(t, s, "HUP") },
		"with the mouse on": func(t *testing.T, s *screen) {
			s.keys(t, "M-m")
			await(t, func() bool { return s.ask(t, "#{mouse_any_flag}") == "1" }, func() string { return "the mouse is not on" })
			signalClient(t, s, "HUP")
		},
		"with all open": func(t *testing.T, s *screen) {
			s.keys(t, "F2", "C-f", "F1")
			s.await(t, "Esc closes")
			signalClient(t, s, "TERM")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openRoom(t)
			s := sit(t, `read start; stty -a >before; "$CLIENT" `+r.tcp+`; code=$?; stty -a >after; cmp before after && echo "exit $code"`)
			s.write(t, "start")
			s.await(t, "start") // sh has the terminal as it is to be again
			before := s.ask(t, flags)
			s.keys(t, "Enter")
			r.awaitMembers(t, 1)
			s.await(t, "[up")
			if s.ask(t, flags) == before {
				t.Error("there is nothing to put back")
			}
			leave(t, s)
			s.await(t, "exit 0") // stty -a is the same, or it would not be there
			if got := s.ask(t, flags); got != before {
				t.Errorf("the terminal is left with\n%s, was\n%s", got, before)
			}
			if !s.has(t, "start") || s.has(t, "bcast  ") {
				t.Error("the terminal does not show what it had shown before")
			}
		})
	}
}

// TestScreenEndsWithItsTerminal has the window closed around the client.
func TestScreenEndsWithItsTerminal(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	s := watch(t, r, 1)
	alice := r.join(t, "tcp", 2)
	s.write(t, "the last words")
	s.keys(t, "Enter")
	alice.awaitAll(t, "the last words\n")
	s.do(t, "kill-server")
	r.awaitMembers(t, 1)
}

// TestHangupEndsTheClientUnlessItIsIgnored is what nohup is for.
func TestHangupEndsTheClientUnlessItIsIgnored(t *testing.T) {
	t.Parallel()
	r := openRoom(t)
	mortal := runTyped(t, client(t, "--follow", r.tcp))
	r.awaitMembers(t, 1)
	mortal.signal(t, syscall.SIGHUP)
	mortal.quietly(t)
	r.awaitMembers(t, 0)

	immortal := runTyped(t, command("/bin/sh", "-c", `trap "" HUP; exec "$0" --follow "$1"`, program(t, "bcast-client"), r.tcp))
	r.awaitMembers(t, 1)
	immortal.signal(t, syscall.SIGHUP)
	alice := r.join(t, "tcp", 2)
	alice.say(t, "still there?\n")
	immortal.stdout.awaitAll(t, "still there?\n")
	immortal.signal(t, syscall.SIGTERM)
	immortal.quietly(t)
}

// TestScreenLosesNothingWhenTheServerIsKilled types before, while there is no server, and
// after.
func TestScreenLosesNothingWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	tcp, unix := freePort(t), scratchPath()
	r := openRoomAt(t, tcp, unix)
	s := watch(t, r, 1, "--name", "hanako")
	typed := ""
	typeOn := func(letters string) {
		for _, letter := range letters {
			typed += string(letter)
			s.write(t, string(letter))
		}
	}
	s.write(t, "before")
	s.keys(t, "Enter")
	s.await(t, "hanako │ before")
	typeOn("日本語 one ")
	r.signal(t, syscall.SIGKILL)
	typeOn("two ")
	r.wantKilled(t, syscall.SIGKILL)
	s.await(t, "[down: attempt ")
	typeOn("three ")
	s.await(t, "> "+typed[:len(typed)-1])
	s.keys(t, "Enter")
	s.await(t, "hanako … "+typed[:len(typed)-1]) // it waits
	want := "hanako: " + typed + "\n"
	for i := range 5 {
		line := fmt.Sprintf("meanwhile %d", i)
		s.write(t, line)
		s.keys(t, "Enter")
		want += "hanako: " + line + "\n"
	}
	typed = ""
	typeOn("half ")
	s.await(t, "[down: attempt 9 ") // that is 10 s later
	r = openRoomAt(t, tcp, unix, "--history-plain", "1000")
	typeOn("a thou")
	s.await(t, "[up")
	s.await(t, "* │ the server has restarted")
	typeOn("ght")
	s.await(t, "> half a thought")
	s.keys(t, "Enter")
	alice := r.join(t, "tcp", 2)
	alice.awaitAll(t, want+"hanako: half a thought\n")
	s.awaitGone(t, " … ")
	s.leave(t)
}
