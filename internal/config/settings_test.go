package config_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"bcast/internal/config"
)

// home gives the test a home of its own, in which nobody has set anything, and
// returns where a settings file called test.toml belongs.
func home(t *testing.T) (settings string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", filepath.Join(dir, "home"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	t.Setenv("BCAST_CONFIG", "")
	return filepath.Join(dir, "config", "bcast", "test.toml")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// saw is what the command of settle was given: one of each kind.
type saw struct {
	text, size, duration, choice, file, address string
	on                                          bool
	number                                      int
	list                                        []string
}

// settle runs a command with a settings file, and returns what it was given and what
// it printed.
func settle(t *testing.T, args ...string) (got saw, printed string, err error) {
	t.Helper()
	var out strings.Builder
	read := func(v *config.Values) error {
		got = saw{
			text: v.Text("text"), on: v.Switch("on"), number: v.Count("number", 1, 99), choice: v.Choice("choice"), list: v.List("list"),
			size: fmt.Sprint(v.Size("size", 1, 1<<20)), duration: v.Duration("duration", 0, 1<<62).String(),
			file: v.Text("file"), address: v.Addr("address").String(),
		}
		return v.Err()
	}
	err = config.Command{
		Name: "test",
		Flags: []config.Flag{
			{Name: "text", DefaultText: "who you are"},
			{Name: "on", Kind: config.Switch},
			{Name: "number", Kind: config.Number, Default: "1"},
			{Name: "size", Kind: config.Size, Default: "1KiB"},
			{Name: "duration", Kind: config.Duration, Default: "1s"},
			{Name: "choice", Kind: config.Choice, Choices: []string{"one", "two"}, Default: "one"},
			{Name: "list", Kind: config.List, Default: "nothing"},
			{Name: "file", Kind: config.File},
		},
		Arg:          config.Flag{Name: "address", Kind: config.Address, Default: "localhost"},
		SettingsFile: "test.toml",
		Check:        read,
		Action:       func(_ context.Context, v *config.Values) error { return read(v) },
	}.Run(t.Context(), append([]string{"test"}, args...), &out)
	return got, out.String(), err
}

// everything sets everything, in ways that need care.
const everything = `# a comment

text = "quo\"ted \\ and # 名前\n"
on = true
number = 7
size = "2KiB"
duration = "1m30s"
choice = "two"
list = ["a, b", "c"]
file = "~/log"
address = "unix:/s"
`

func everythingAsSeen() saw {
	home, _ := os.UserHomeDir()
	return saw{
		text: "quo\"ted \\ and # 名前\n", on: true, number: 7, size: "2048", duration: "1m30s", choice: "two",
		list: []string{"a, b", "c"}, file: filepath.Join(home, "log"), address: "unix:/s",
	}
}

func TestFileMaySetEverything(t *testing.T) {
	write(t, home(t), everything)
	got, _, err := settle(t)
	if want := everythingAsSeen(); err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestFileIsLookedForWhereItBelongs(t *testing.T) {
	path := home(t)
	if got, _, err := settle(t); err != nil || got.number != 1 {
		t.Errorf("without a file: %+v, %v", got, err)
	}
	write(t, path, "number = 2")
	if got, _, err := settle(t); err != nil || got.number != 2 {
		t.Errorf("in $XDG_CONFIG_HOME: %+v, %v", got, err)
	}
	other := filepath.Join(t.TempDir(), "other")
	write(t, other, "number = 3")
	if got, _, err := settle(t, "--config", other); err != nil || got.number != 3 {
		t.Errorf("with --config: %+v, %v", got, err)
	}
	t.Setenv("BCAST_CONFIG", other)
	if got, _, err := settle(t); err != nil || got.number != 3 {
		t.Errorf("with BCAST_CONFIG: %+v, %v", got, err)
	}
	if got, _, err := settle(t, "--config", ""); err != nil || got.number != 1 {
		t.Errorf("with no file at all: %+v, %v", got, err)
	}
}

func TestFileIsInTheHomeOfWhoHasNoOtherPlace(t *testing.T) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("they have other places")
	}
	home(t)
	for _, other := range []string{"", "relative"} {
		t.Setenv("XDG_CONFIG_HOME", other)
		t.Setenv("XDG_STATE_HOME", other)
		dir := os.Getenv("HOME")
		write(t, filepath.Join(dir, ".config", "bcast", "test.toml"), "number = 4")
		if got, _, err := settle(t); err != nil || got.number != 4 {
			t.Errorf("XDG_CONFIG_HOME=%q: %+v, %v", other, got, err)
		}
		if got, want := config.StatePath("x"), filepath.Join(dir, ".local", "state", "bcast", "x"); got != want {
			t.Errorf("XDG_STATE_HOME=%q: state is in %s, want %s", other, got, want)
		}
	}
	t.Setenv("XDG_STATE_HOME", "/state")
	if got := config.StatePath("x"); got != "/state/bcast/x" {
		t.Errorf("state is in %s", got)
	}
	t.Setenv("HOME", "")
	t.Setenv("XDG_STATE_HOME", "")
	if got := config.StatePath("x"); got != "" {
		t.Errorf("without a home, state is in %s", got)
	}
	if got, _, err := settle(t); err != nil || got.number != 1 {
		t.Errorf("without a home: %+v, %v", got, err)
	}
}

// TestLaterSourcesWin sets each setting in all places, and takes one away after the
// other.
func TestLaterSourcesWin(t *testing.T) {
	path := home(t)
	for _, test := range []struct {
		name, line, variable, flag string
		want                       [4]string // by default, in the file, with the variable, with the flag
	}{
		{"text", `text = "file"`, "variable", "flag", [4]string{"", "file", "variable", "flag"}},
		{"on", "on = true", "false", "true", [4]string{"false", "true", "false", "true"}},
		{"number", "number = 2", "3", "4", [4]string{"1", "2", "3", "4"}},
		{"size", "size = 2", "3", "4", [4]string{"1024", "2", "3", "4"}},
		{"duration", `duration = "2s"`, "3s", "4s", [4]string{"1s", "2s", "3s", "4s"}},
		{"choice", `choice = "two"`, "one", "two", [4]string{"one", "two", "one", "two"}},
		{"list", `list = ["file"]`, "variable, two", "flag", [4]string{"[nothing]", "[file]", "[variable two]", "[flag]"}},
		{"file", `file = "/f"`, "/v", "/a", [4]string{"", "/f", "/v", "/a"}},
		{"address", `address = "file"`, "variable", "argument", [4]string{"localhost:1234", "file:1234", "variable:1234", "argument:1234"}},
	} {
		for source, want := range test.want {
			var args []string
			write(t, path, "")
			t.Setenv("BCAST_"+strings.ToUpper(test.name), "")
			if source > 0 {
				write(t, path, test.line)
			}
			if source > 1 {
				t.Setenv("BCAST_"+strings.ToUpper(test.name), test.variable)
			}
			if source > 2 {
				args = []string{"--" + test.name + "=" + test.flag}
				if test.name == "address" {
					args = []string{test.flag}
				}
			}
			got, _, err := settle(t, args...)
			seen := fmt.Sprint(map[string]any{
				"text": got.text, "on": got.on, "number": got.number, "size": got.size, "duration": got.duration,
				"choice": got.choice, "list": got.list, "file": got.file, "address": got.address,
			}[test.name])
			if err != nil || seen != want {
				t.Errorf("%s from %d places is %s, %v; want %s", test.name, source, seen, err, want)
			}
		}
		t.Setenv("BCAST_"+strings.ToUpper(test.name), "")
	}
}

func TestWrongFileSaysWhereAndWhatToWrite(t *testing.T) {
	path := home(t)
	for source, want := range map[string]string{
		"text = x":                          `:1: .*write lines like name = "text"`,
		"on = true\n\ntext = \"x":           `:3: .*write lines like name = "text"`,
		"on = true\non = false":             `:2: .*on.*each name once`,
		"on = true\nnmber = 3":              `:2: there is no setting "nmber": do you mean number\?`,
		"config = \"x\"":                    `:1: there is no setting "config"`,
		"on = true\n[text]\na = 1":          `:2: text: a section is not what it takes: write a text in quotes`,
		"[other]\non = true":                `:1: there is no setting "other"`,
		"on.text = true":                    `:1: there is no setting "on.text"`,
		"text = {a = 1}":                    `:1: text: a section is not`,
		"text = 5":                          `:1: text: 5 is not what it takes: write a text in quotes`,
		"text = true":                       `:1: text: true is not what it takes: write a text in quotes`,
		"file = 1979-05-27":                 `:1: file: a time is not what it takes: write a text in quotes`,
		"on = \"yes\"":                      `:1: on: the text "yes" is not what it takes: write true or false`,
		"on = 1":                            `:1: on: 1 is not what it takes: write true or false`,
		"number = \"7\"":                    `:1: number: the text "7" is not what it takes: write a number, without quotes`,
		"number = 7.5":                      `:1: number: 7.5 is not what it takes`,
		"size = true":                       `:1: size: true is not what it takes: write a size, as in "64KiB" or 4096`,
		"duration = 5":                      `:1: duration: 5 is not what it takes: write a duration, as in "2s"`,
		"list = \"a\"":                      `:1: list: the text "a" is not what it takes: write a list of texts, as in \["one", "two"\]`,
		"list = [\n  \"a\",\n  5\n]":        `:1: list: 5 is not what it takes`,
		"text = [\"a\"]":                    `:1: text: a list is not what it takes`,
		"# one\n# two\nduration = \"soon\"": `:3: duration: "soon" is not a duration: write it like 2s`,
		"number = 100":                      `:1: number: "100" is not a number from 1 to 99`,
		"choice = \"three\"":                `:1: choice: "three" is not known: write one or two`,
		"size = -1":                         `:1: size: "-1" is not a size`,
		"address = \"a:b:c\"":               `:1: address: "a:b:c" is not an address`,
	} {
		write(t, path, source)
		_, _, err := settle(t)
		if ok, _ := regexp.MatchString("^"+regexp.QuoteMeta(path)+want, fmt.Sprint(err)); !ok {
			t.Errorf("%q: %v\nwant %s", source, err, path+want)
		}
	}
}

func TestFileThatIsNamedMustBeThere(t *testing.T) {
	home(t)
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	write(t, large, strings.Repeat("#\n", 1<<19+1))
	for path, want := range map[string]string{
		filepath.Join(dir, "none"): "no such file or directory: mend that, or choose another file with --config",
		dir:                        "is a directory: mend that",
		large:                      "it is larger than 1.0MiB: choose another file",
	} {
		_, _, err := settle(t, "--config", path)
		if err == nil || !strings.HasPrefix(err.Error(), "cannot read the settings in "+path+": "+want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}

func TestConfigSaysWhatIsInForceAndFromWhere(t *testing.T) {
	path := home(t)
	write(t, path, "number = 7\nlist = [\"a\"]")
	t.Setenv("BCAST_SIZE", "2KiB")
	_, printed, err := settle(t, "config", "--choice", "two", "example:7000")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# The settings file is " + path,
		"address = 'example:7000'                # argument",
		"# text =                                # default: who you are",
		"on = false                              # default",
		"number = 7                              # " + path + ":1",
		"size = '2KiB'                           # $BCAST_SIZE",
		"duration = '1s'                         # default",
		"choice = 'two'                          # --choice",
		"list = ['a']                            # " + path + ":2",
		"# file =                                # default",
	} {
		if !strings.Contains(printed, "\n"+want+"\n") {
			t.Errorf("there is no line %q in\n%s", want, printed)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, printed, err = settle(t, "config"); err != nil || !strings.Contains(printed, "\n# The settings file would be "+path+"\n") {
		t.Errorf("without a file: %v\n%s", err, printed)
	}
}

// TestConfigPrintsWhatCanBeTheFile writes a file, reads it, and so on.
func TestConfigPrintsWhatCanBeTheFile(t *testing.T) {
	for _, source := range []string{everything, "", "on = false\nlist = []", "text = ''", `file = "~"`} {
		path := home(t)
		write(t, path, source)
		want, _, err := settle(t)
		if err != nil {
			t.Fatal(err)
		}
		_, printed, err := settle(t, "config")
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, printed)
		if got, _, err := settle(t); err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s\nis %+v, %v, want %+v", printed, got, err, want)
		}
		if got := mustPrint(t); sameLines(got) != sameLines(printed) {
			t.Errorf("printed again it is\n%s\nnot\n%s", got, printed)
		}
	}
}

func mustPrint(t *testing.T) string {
	t.Helper()
	_, printed, err := settle(t, "config")
	if err != nil {
		t.Fatal(err)
	}
	return printed
}

// sameLines leaves out where settings come from.
func sameLines(printed string) string {
	return regexp.MustCompile(` +# .*`).ReplaceAllString(printed, "")
}

func TestConfigFindsWhatIsWrong(t *testing.T) {
	path := home(t)
	write(t, path, "number = 100")
	if _, printed, err := settle(t, "config"); printed != "" || fmt.Sprint(err) != path+`:1: number: "100" is not a number from 1 to 99` {
		t.Errorf("%v, and printed %q", err, printed)
	}
}
