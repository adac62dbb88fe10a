package config_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bcast/internal/config"
)

// outer is a command with one of its own, inner, that borrows its settings file.
func outer(outerAction, innerAction func(*config.Values) error) config.Command {
	shared := config.Flag{Name: "shared", DefaultText: "none"}
	return config.Command{
		Name:         "test",
		Flags:        []config.Flag{shared, {Name: "number", Kind: config.Number, Default: "1"}, {Name: "list", Kind: config.List}},
		SettingsFile: "test.toml",
		Check:        func(*config.Values) error { return nil },
		Action:       func(_ context.Context, v *config.Values) error { return outerAction(v) },
		Commands: []config.Command{{
			Name:        "inner",
			Flags:       []config.Flag{shared, {Name: "own", Kind: config.Switch, CommandLineOnly: true}},
			Arg:         config.Flag{Name: "what", Kind: config.Choice, Choices: []string{"one", "two"}, CommandLineOnly: true},
			MoreArgs:    true,
			BorrowsFile: true,
			Action:      func(_ context.Context, v *config.Values) error { return innerAction(v) },
		}},
	}
}

func TestCommandTakesItsOwnOfAnothersFile(t *testing.T) {
	path := home(t)
	shared := ""
	run := func(args ...string) error {
		shared = "not run"
		return outer(nil, func(v *config.Values) error {
			shared = v.Text("shared")
			return v.Err()
		}).Run(t.Context(), append([]string{"test", "inner"}, args...), io.Discard)
	}
	write(t, path, "number = 7\nshared = \"file\"\nnobody-knows = 1")
	if err := run(); err != nil || shared != "file" {
		t.Errorf("with what others have in the file: %q, %v", shared, err)
	}
	if err := run("one", "--shared", "flag"); err != nil || shared != "flag" {
		t.Errorf("with a flag: %q, %v", shared, err)
	}
	t.Setenv("BCAST_SHARED", "variable")
	if err := run(); err != nil || shared != "variable" {
		t.Errorf("with a variable: %q, %v", shared, err)
	}
	t.Setenv("BCAST_SHARED", "")
	other := filepath.Join(t.TempDir(), "other")
	write(t, other, `shared = "other"`)
	if err := run("--config", other); err != nil || shared != "other" {
		t.Errorf("with --config: %q, %v", shared, err)
	}
	write(t, path, "shared = 5")
	if err := run(); err == nil || !strings.Contains(err.Error(), ":1: shared: 5 is not what it takes") {
		t.Errorf("with a wrong value: %v", err)
	}
}

func TestCommandMayTakeManyArguments(t *testing.T) {
	home(t)
	var first string
	var more []string
	run := func(args ...string) error {
		return outer(nil, func(v *config.Values) error {
			first, more = v.Text("what"), v.MoreArgs()
			return nil
		}).Run(t.Context(), append([]string{"test", "inner"}, args...), io.Discard)
	}
	if err := run("two", "a", "--own", "b"); err != nil || first != "two" || !slices.Equal(more, []string{"a", "b"}) {
		t.Errorf("%q and %q, %v", first, more, err)
	}
	if err := run(); err != nil || first != "" || len(more) > 0 {
		t.Errorf("without arguments: %q and %q, %v", first, more, err)
	}
	if err := outer(nil, nil).Run(t.Context(), []string{"test", "surplus"}, io.Discard); !errors.Is(err, config.ErrUsage) {
		t.Errorf("for a command that takes none: %v", err)
	}
}

// TestSettingsAreReadAgain changes the file under a command that runs.
func TestSettingsAreReadAgain(t *testing.T) {
	path := home(t)
	write(t, path, "number = 2\nlist = [\"a\"]")
	err := outer(func(v *config.Values) error {
		write(t, path, "number = 3\nlist = [\"a\", \"b\"]\nshared = \"file\"")
		again, err := v.Reread()
		if err != nil {
			return err
		}
		if got := again.Count("number", 1, 9); got != 2+1 || v.Count("number", 1, 9) != 2 {
			t.Errorf("the number is %d, and was %d", got, v.Count("number", 1, 9))
		}
		if got := again.Text("shared"); got != "flag" {
			t.Errorf("the file wins over the command line: %q", got)
		}
		if got := v.Differences(again); !slices.Equal(got, []string{"list", "number"}) {
			t.Errorf("different are %q", got)
		}
		if got := v.Differences(v); len(got) > 0 {
			t.Errorf("different from themselves are %q", got)
		}
		write(t, path, "nmber = 3")
		if _, err := v.Reread(); err == nil || !strings.Contains(err.Error(), `there is no setting "nmber"`) {
			t.Errorf("of a wrong file it says %v", err)
		}
		return nil
	}, nil).Run(t.Context(), []string{"test", "--shared", "flag"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
}
