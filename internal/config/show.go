package config

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"bcast/internal/text"
)

// configCommand prints what is in force.
func (cmd Command) configCommand(stdout io.Writer) Command {
	shown := Command{
		Name:         configName,
		Usage:        "print the settings that are in force, and where each comes from",
		ArgsUsage:    cmd.ArgsUsage,
		Description:  "The flags are those of " + cmd.Name + ". What it prints can be used as the settings file.",
		Flags:        cmd.Flags,
		Arg:          cmd.Arg,
		SettingsFile: cmd.SettingsFile,
	}
	shown.Action = func(_ context.Context, v *Values) error {
		if err := cmd.Check(v); err != nil {
			return err
		}
		settings, err := show(cmd.Name, shown.inFile(), v)
		if err != nil {
			return err
		}
		_, err = io.WriteString(stdout, settings)
		return err
	}
	return shown
}

// show writes settings down in TOML, with comments.
func show(command string, flags []Flag, v *Values) (string, error) {
	var out strings.Builder
	fmt.Fprintf(&out, "# The settings of %s, and where each comes from.\n", command)
	switch {
	case v.file.path == "":
		fmt.Fprintf(&out, "# There is no settings file.\n")
	case v.file.found:
		fmt.Fprintf(&out, "# The settings file is %s\n", text.Clean([]byte(v.file.path)))
	default:
		fmt.Fprintf(&out, "# The settings file would be %s\n", text.Clean([]byte(v.file.path)))
	}
	category := ""
	for i, f := range flags {
		if i == 0 || f.Category != category {
			category = f.Category
			out.WriteString("\n")
			if category != "" {
				fmt.Fprintf(&out, "# %s\n", category)
			}
		}
		s := v.setting(f.Name)
		line, err := inTOML(s)
		if err != nil {
			return "", err
		}
		from := text.Clean([]byte(s.from.name))
		if s.from.source == fromDefault && f.DefaultText != "" {
			from += ": " + f.DefaultText
		}
		fmt.Fprintf(&out, "%-39s # %s\n", line, from)
	}
	return out.String(), nil
}

// inTOML is the line of a setting. A comment stands for one that has no value.
func inTOML(s setting) (string, error) {
	var value any
	switch {
	case s.flag.Kind == List:
		value = append([]string{}, s.values...)
	case s.flag.Kind == Switch:
		value = len(s.values) > 0 && isTrue(s.values[0])
	case len(s.values) == 0:
		return "# " + s.flag.Name + " =", nil
	default:
		value = s.values[0]
		if n, err := strconv.ParseInt(s.values[0], 10, 64); err == nil && s.flag.Kind == Number {
			value = n
		}
	}
	line, err := toml.Marshal(map[string]any{s.flag.Name: value})
	return strings.TrimSuffix(string(line), "\n"), err
}

func isTrue(text string) bool {
	on, _ := strconv.ParseBool(text) // Check has found out whether it can be read
	return on
}
