package config

import (
	"os"
	"strings"

	"github.com/urfave/cli/v2"
)

// A setting is what is in force for one flag, and since where.
type setting struct {
	flag   Flag
	values []string // as flags are written; none where nothing was said and there is no default
	from   origin
}

// An origin is where a setting comes from.
type origin struct {
	source source
	name   string // as people call it
}

// A source is a kind of place that settings come from. The later ones win.
type source int

const (
	fromDefault source = iota
	fromFile
	fromVariable
	fromCommandLine
)

// configName is the flag that chooses the settings file, and the command that prints what is
// in force.
const configName = "config"

// A settingsFile is where settings were looked for.
type settingsFile struct {
	path  string // empty: there is no place for one
	named bool   // by a person
	found bool

	borrowed bool // from another command, which has settings of its own in there
}

// valuesOf finds out what is in force for the flags of a command.
func (cmd Command) valuesOf(c *cli.Context) (*Values, error) {
	settings := make(map[string]setting)
	for _, f := range cmd.all() {
		settings[f.Name] = setting{f, f.defaults(), origin{fromDefault, "default"}}
		if s, ok := variable(f); ok {
			settings[f.Name] = s
		}
		if c.IsSet(f.Name) {
			settings[f.Name] = setting{f, written(c, f), origin{fromCommandLine, "--" + f.Name}}
		}
	}
	if cmd.Arg.Name != "" && c.NArg() > 0 {
		settings[cmd.Arg.Name] = setting{cmd.Arg, []string{c.Args().First()}, origin{fromCommandLine, "argument"}}
	}
	v := &Values{settings: settings, argument: cmd.Arg.Name, again: func() (*Values, error) { return cmd.valuesOf(c) }}
	if cmd.MoreArgs {
		v.more = c.Args().Tail()
	}
	if cmd.SettingsFile == "" {
		return v, nil
	}
	v.file.path = configPlace.path(cmd.SettingsFile)
	if chosen := settings[configName]; chosen.from.source != fromDefault {
		v.file = settingsFile{path: chosen.values[0], named: true}
	}
	v.file.borrowed = cmd.BorrowsFile
	read, err := v.file.read(cmd.inFile())
	for name, s := range read {
		if settings[name].from.source < fromFile {
			settings[name] = s
		}
	}
	return v, err
}

// variable is what the environment says. An empty variable says nothing.
func variable(f Flag) (setting, bool) {
	value := os.Getenv(EnvVar(f.Name))
	if value == "" || f.CommandLineOnly {
		return setting{}, false
	}
	values := []string{value}
	if f.Kind == List {
		values = strings.Split(value, ",")
		for i := range values {
			values[i] = strings.TrimSpace(values[i])
		}
	}
	return setting{f, values, origin{fromVariable, "$" + EnvVar(f.Name)}}, true
}

// written is what the command line says.
func written(c *cli.Context, f Flag) []string {
	switch f.Kind {
	case Switch:
		if c.Bool(f.Name) {
			return []string{"true"}
		}
		return []string{"false"}
	case List:
		return c.StringSlice(f.Name)
	default:
		return []string{c.String(f.Name)}
	}
}
