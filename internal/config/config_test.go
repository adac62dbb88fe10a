package config_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"bcast/internal/config"
)

func TestAddressAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]config.Addr{
		"localhost:1234":    {Network: "tcp", Address: "localhost:1234"},
		"localhost":         {Network: "tcp", Address: "localhost:1234"},
		"10.0.0.7":          {Network: "tcp", Address: "10.0.0.7:1234"},
		"10.0.0.7:99":       {Network: "tcp", Address: "10.0.0.7:99"},
		":99":               {Network: "tcp", Address: ":99"},
		"::1":               {Network: "tcp", Address: "[::1]:1234"},
		"[::1]":             {Network: "tcp", Address: "[::1]:1234"},
		"[::1]:99":          {Network: "tcp", Address: "[::1]:99"},
		"[fe80::1%eth0]:99": {Network: "tcp", Address: "[fe80::1%eth0]:99"},
		"unix:/run/b.sock":  {Network: "unix", Address: "/run/b.sock"},
		"unix:b.sock":       {Network: "unix", Address: "b.sock"},
	} {
		if got, err := config.ParseAddr(text); got != want || err != nil {
			t.Errorf("ParseAddr(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "unix:", "a:b:c", "host:port", "host:99999", "host:-1", "host:", "/path", "a b:1", "http://host:1"} {
		if got, err := config.ParseAddr(text); err == nil {
			t.Errorf("ParseAddr(%q) = %v, want an error", text, got)
		}
	}
}

func TestSizeAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "4096": 4096, "64KiB": 64 << 10, "64 KiB": 64 << 10, "16MiB": 16 << 20, "1MB": 1e6, "1.5k": 1500} {
		if got, err := config.ParseSize(text); got != want || err != nil {
			t.Errorf("ParseSize(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "x", "1XiB", "99999999999GiB"} {
		if got, err := config.ParseSize(text); err == nil {
			t.Errorf("ParseSize(%q) = %d, want an error", text, got)
		}
	}
	for _, n := range []int{1, 1023, 1 << 10, 64 << 10, 16 << 20} {
		if got, err := config.ParseSize(config.FormatSize(n)); got != n || err != nil {
			t.Errorf("%d is written as %q and read as %d, %v", n, config.FormatSize(n), got, err)
		}
	}
}

// call runs a command with one flag of each kind and returns what it was given.
func call(t *testing.T, args ...string) (got map[string]any, rest string, err error) {
	t.Helper()
	err = config.Command{
		Name: "test",
		Flags: []config.Flag{
			{Name: "size", Kind: config.Size, Default: "1KiB"},
			{Name: "wait", Kind: config.Duration, Default: "1s"},
			{Name: "count", Kind: config.Number, Default: "1"},
			{Name: "mode", Kind: config.Choice, Choices: []string{"on", "off"}, Default: "on"},
			{Name: "listen", Kind: config.List, Default: "localhost"},
			{Name: "yes", Kind: config.Switch},
			{Name: "word"},
		},
		Arg: config.Flag{Name: "rest", Default: "none"},
		Action: func(_ context.Context, v *config.Values) error {
			got = map[string]any{
				"size": v.Size("size", 10, 1<<20), "wait": v.Duration("wait", 0, time.Minute), "count": v.Count("count", 1, 9),
				"mode": v.Choice("mode"), "listen": v.Addrs("listen"), "yes": v.Switch("yes"), "word": v.Text("word"),
			}
			rest = v.Text("rest")
			return v.Err()
		},
	}.Run(t.Context(), append([]string{"test"}, args...), t.Output())
	return got, rest, err
}

func TestFlagsAndArgumentsMayComeInAnyOrder(t *testing.T) {
	for _, args := range [][]string{
		{"--size", "2KiB", "--yes", "a"},
		{"a", "--size", "2KiB", "--yes"},
		{"--yes", "a", "-size=2KiB"},
		{"--yes", "--size=2KiB", "--", "a"},
	} {
		got, rest, err := call(t, args...)
		if err != nil || got["size"] != 2048 || got["yes"] != true || rest != "a" {
			t.Errorf("%q: got %v, rest %q, %v", args, got, rest, err)
		}
	}
	if _, rest, err := call(t, "--", "--size"); err != nil || rest != "--size" {
		t.Errorf("behind --: rest %q, %v", rest, err)
	}
	if _, rest, err := call(t, "--yes", "-"); err != nil || rest != "-" {
		t.Errorf("a lone dash: rest %q, %v", rest, err)
	}
}

func TestFirstArgumentMayBeACommand(t *testing.T) {
	ran := ""
	action := func(name string) func(context.Context, *config.Values) error {
		return func(_ context.Context, v *config.Values) error {
			ran = name + " " + v.Text("arg")
			return nil
		}
	}
	arg := config.Flag{Name: "arg"}
	cmd := config.Command{
		Name: "test", Arg: arg, Action: action("test"),
		Commands: []config.Command{{
			Name: "bench", Arg: arg, Action: action("bench"), Flags: []config.Flag{{Name: "size"}},
		}},
	}
	for args, want := range map[string]string{
		"bench host":          "bench host",
		"bench host --size 1": "bench host",
		"bench":               "bench ",
		"host":                "test host",
		"bench:1234":          "test bench:1234",
		"-- bench":            "test bench",
	} {
		var out strings.Builder
		if err := cmd.Run(t.Context(), append([]string{"test"}, strings.Fields(args)...), &out); err != nil || ran != want {
			t.Errorf("%q ran %q, %v; want %q", args, ran, err, want)
		}
	}
	if err := cmd.Run(t.Context(), []string{"test", "host", "--size", "1"}, t.Output()); !errors.Is(err, config.ErrUsage) {
		t.Errorf("a command's flag without the command: %v", err)
	}
	var help strings.Builder
	if err := cmd.Run(t.Context(), []string{"test", "bench", "--help"}, &help); err != nil || !strings.HasPrefix(help.String(), "test bench: ") {
		t.Errorf("help: %q, %v", &help, err)
	}
}

func TestWrongCommandLineNamesTheCommandWhoseHelpHelps(t *testing.T) {
	cmd := config.Command{
		Name:     "test",
		Action:   func(context.Context, *config.Values) error { return config.Usagef("not so") },
		Commands: []config.Command{{Name: "bench"}},
	}
	for args, want := range map[string]string{
		"--nonsense":       "test --help",
		"":                 "test --help",
		"bench --nonsense": "test bench --help",
		"bench a":          "test bench --help",
	} {
		err := cmd.Run(t.Context(), append([]string{"test"}, strings.Fields(args)...), t.Output())
		if got := config.HelpFor(err); !errors.Is(err, config.ErrUsage) || got != want {
			t.Errorf("%q: %v has help in %q, want %q", args, err, got, want)
		}
	}
}

func TestListIsWrittenAsOftenAsThereAreElements(t *testing.T) {
	got, _, err := call(t, "--listen", "a", "--listen", "unix:/b,c")
	want := []config.Addr{{Network: "tcp", Address: "a:1234"}, {Network: "unix", Address: "/b,c"}}
	if err != nil || !slices.Equal(got["listen"].([]config.Addr), want) {
		t.Errorf("got %v, %v; want %v", got["listen"], err, want)
	}
}

func TestSwitchMayBeWrittenAsAFlagOrAVariable(t *testing.T) {
	for _, test := range []struct {
		variable string
		args     []string
		want     bool
	}{
		{"", nil, false},
		{"", []string{"--yes"}, true},
		{"true", nil, true},
		{"1", nil, true},
		{"true", []string{"--yes=false"}, false},
		{"maybe", []string{"--yes"}, true},
	} {
		t.Setenv("BCAST_YES", test.variable)
		if got, _, err := call(t, test.args...); err != nil || got["yes"] != test.want {
			t.Errorf("BCAST_YES=%s, %q: %v, %v", test.variable, test.args, got["yes"], err)
		}
	}
	t.Setenv("BCAST_YES", "maybe")
	if _, _, err := call(t); err == nil || err.Error() != `--yes: "maybe" is neither on nor off: write true or false` {
		t.Errorf("BCAST_YES=maybe: %v", err)
	}
}

func TestHelpAndVersionCountAlone(t *testing.T) {
	for _, args := range [][]string{{"a", "b", "c", "--help"}, {"-h", "--nonsense"}, {"--size", "x", "--version"}} {
		if got, _, err := call(t, args...); got != nil || err != nil {
			t.Errorf("%q: %v, %v; want nothing to be done", args, got, err)
		}
	}
}

func TestWrongCommandLineIsAUsageError(t *testing.T) {
	for _, args := range [][]string{{"--nonsense"}, {"--size"}, {"a", "b", "c"}, {"--yes=maybe"}} {
		if _, _, err := call(t, args...); !errors.Is(err, config.ErrUsage) {
			t.Errorf("%q: %v, want a usage error", args, err)
		}
	}
}

func TestWrongValueNamesItsFlagAndSaysWhatToWrite(t *testing.T) {
	for _, test := range []struct{ flag, value, want string }{
		{"size", "x", "write it like"},
		{"size", "9", "the least is 10"},
		{"size", "2MiB", "the most is 1.0MiB"},
		{"wait", "3", "write it like"},
		{"wait", "-1s", "the least is 0s"},
		{"wait", "2m", "the most is 1m0s"},
		{"count", "x", "from 1 to 9"},
		{"count", "10", "from 1 to 9"},
		{"mode", "maybe", "write on or off"},
		{"listen", "x:y:z", "write host:port"},
	} {
		_, _, err := call(t, "--"+test.flag, test.value)
		if err == nil || errors.Is(err, config.ErrUsage) || !strings.HasPrefix(err.Error(), "--"+test.flag+": ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("--%s %s: %v, want the flag and %q", test.flag, test.value, err, test.want)
		}
	}
}
