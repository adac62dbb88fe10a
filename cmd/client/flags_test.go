package main

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"bcast/internal/config"
	"bcast/internal/pipe"
	"bcast/internal/tui"
)

// settingsFor is what the client would do with args.
func settingsFor(t *testing.T, args ...string) settings {
	t.Helper()
	var got settings
	cmd := command(nil, nil, nil)
	cmd.Action = func(_ context.Context, v *config.Values) (err error) {
		got, err = read(v)
		return err
	}
	if err := cmd.Run(t.Context(), append([]string{"bcast-client"}, args...), t.Output()); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestScreenAndPipeGetWhatTheFlagsSay(t *testing.T) {
	t.Setenv("USER", "hanako")
	t.Setenv("XDG_STATE_HOME", "/state")
	screen := tui.Config{Network: "tcp", Address: "localhost:1234", Title: "localhost:1234", Name: "hanako", HistoryFile: "/state/bcast/history", Highlight: []string{}}
	inPipe := pipe.Config{Network: "tcp", Address: "localhost:1234", Timeout: 30 * time.Second}
	for args, change := range map[string]func(s *settings){
		"":               func(*settings) {},
		"unix:/s":        func(s *settings) { s.to("unix", "/s", "unix:/s") },
		"example":        func(s *settings) { s.to("tcp", "example:1234", "example:1234") },
		"--name alice":   func(s *settings) { s.screen.Name, s.pipe.Name = "alice", "alice" },
		"--plain":        func(s *settings) { s.screen.Plain, s.pipe.Plain = true, true },
		"--highlight a":  func(s *settings) { s.screen.Highlight = []string{"a"} },
		"--notify":       func(s *settings) { s.screen.Notify = true },
		"--no-presence":  func(s *settings) { s.screen.NoPresence = true },
		"--ascii":        func(s *settings) { s.screen.ASCII = true },
		"--theme dark":   func(s *settings) { s.screen.Theme = tui.ThemeDark },
		"--theme light":  func(s *settings) { s.screen.Theme = tui.ThemeLight },
		"--theme auto":   func(*settings) {},
		"--log f.jsonl":  func(s *settings) { s.screen.LogFile = "f.jsonl" },
		"--log ~":        func(s *settings) { s.screen.LogFile = "~" }, // that is the shell's
		"--no-history":   func(s *settings) { s.screen.HistoryFile = "" },
		"--json":         func(s *settings) { s.pipe.JSON = true },
		"--follow":       func(s *settings) { s.pipe.Follow = true },
		"--timeout 1s":   func(s *settings) { s.pipe.Timeout = time.Second },
		"--no-tui":       func(s *settings) { s.noTUI = true },
		"--notify=false": func(*settings) {},
		"--highlight a --highlight 二": func(s *settings) {
			s.screen.Highlight = []string{"a", "二"}
		},
	} {
		want := settings{screen: screen, pipe: inPipe}
		change(&want)
		got := settingsFor(t, strings.Fields(args)...)
		got.screen.Highlight = append([]string{}, got.screen.Highlight...) // nil is as good
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\n got %+v\nwant %+v", args, got, want)
		}
	}
}

func (s *settings) to(network, address, title string) {
	s.screen.Network, s.screen.Address, s.screen.Title = network, address, title
	s.pipe.Network, s.pipe.Address = network, address
}

func TestHomeInTheSettingsFileIsExpanded(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	file := filepath.Join(home, "settings")
	if err := os.WriteFile(file, []byte("log = '~/chat.log'"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, want := settingsFor(t, "--config", file).screen.LogFile, filepath.Join(home, "chat.log"); got != want {
		t.Errorf("the log is %s, want %s", got, want)
	}
}
