package config

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// ErrUsage is wrapped by the errors of a command line that cannot be understood.
var ErrUsage = errors.New("usage")

// usageError is ErrUsage with a text of its own.
type usageError struct{ text string }

func (e usageError) Error() string        { return e.text }
func (e usageError) Is(target error) bool { return target == ErrUsage }

// Usagef returns an error that wraps ErrUsage and reads as told.
func Usagef(format string, args ...any) error {
	return usageError{fmt.Sprintf(format, args...)}
}

// ExitCode is how a command ends: 0 where all is well, 2 where the command line
// cannot be understood, 1 for the rest.
func ExitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrUsage):
		return 2
	}
	return 1
}

// Command is what the commands have in common.
type Command struct {
	Name        string
	Usage       string // one line
	ArgsUsage   string
	Description string
	Flags       []cli.Flag
	MaxArgs     int // how many arguments there may be that are not flags

	// Commands are run in the place of this one where the first argument is the name
	// of one. A host of that name is reached as name:port.
	Commands []Command

	// Action does the work. ctx is that of Run.
	Action func(ctx context.Context, c *cli.Context) error
}

// helpTemplate is what --help prints.
const helpTemplate = `{{.Name}}: {{.Usage}}

usage: {{.Name}} [options]{{if .ArgsUsage}} {{.ArgsUsage}}{{end}}

{{.Description}}
{{range .VisibleFlagCategories}}
{{if .Name}}{{.Name}}{{else}}General{{end}}
{{range .Flags}}  {{.}}
{{end}}{{end}}`

// Run does what the command line args, with the command's name first, asks for.
// Flags and arguments may come in any order. What people asked for is written to
// stdout; nothing is written about errors, which are returned: those of the
// command line wrap ErrUsage.
func (cmd Command) Run(ctx context.Context, args []string, stdout io.Writer) error {
	for _, sub := range cmd.Commands {
		if len(args) > 1 && args[1] == sub.Name {
			sub.Name = cmd.Name + " " + sub.Name
			return sub.Run(ctx, args[1:], stdout)
		}
	}
	app := &cli.App{
		Name:                  cmd.Name,
		Usage:                 cmd.Usage,
		ArgsUsage:             cmd.ArgsUsage,
		Description:           cmd.Description,
		Flags:                 cmd.Flags,
		Version:               Version(),
		Writer:                stdout,
		ErrWriter:             io.Discard,
		HideHelpCommand:       true,
		CustomAppHelpTemplate: helpTemplate,
		ExitErrHandler:        func(*cli.Context, error) {},
		OnUsageError: func(_ *cli.Context, err error, _ bool) error {
			return Usagef("%s", plain(err))
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > cmd.MaxArgs {
				return Usagef("too many arguments: %q", c.Args().Get(cmd.MaxArgs))
			}
			return cmd.Action(ctx, c)
		},
	}
	args, err := flagsFirst(cmd.Flags, args)
	if err != nil {
		return err
	}
	return app.RunContext(ctx, args)
}

// notBool is what package flag says of a switch with a wrong value.
var notBool = regexp.MustCompile(`^invalid boolean value (".*") for -([^:]+): .*`)

// plain says in this program's words what package flag has found.
func plain(err error) string {
	text := strings.Replace(err.Error(), "flag provided but not defined: -", "unknown flag --", 1)
	return notBool.ReplaceAllString(text, "--$2: "+fmt.Sprintf(badSwitch, "$1"))
}

// flagsFirst moves flags before the other arguments, which urfave/cli v2 wants:
// it takes everything behind the first argument for arguments. What stands behind
// "--" is left there. Where help or the version is asked for, nothing else counts.
func flagsFirst(flags []cli.Flag, args []string) ([]string, error) {
	var first, rest []string
	for i := 1; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			rest = append(rest, args[i+1:]...)
			i = len(args)
		case len(arg) < 2 || arg[0] != '-':
			rest = append(rest, arg)
		case isNamed(cli.HelpFlag, arg), isNamed(cli.VersionFlag, arg):
			return []string{args[0], arg}, nil
		case !takesValue(flags, arg):
			first = append(first, arg)
		case i+1 == len(args):
			return nil, Usagef("%s needs a value", arg)
		default:
			i++
			first = append(first, arg, args[i])
		}
	}
	return slices.Concat(args[:1], first, []string{"--"}, rest), nil
}

// takesValue tells whether the argument behind arg is the value of the flag arg.
func takesValue(flags []cli.Flag, arg string) bool {
	for _, flag := range flags {
		if isNamed(flag, arg) {
			_, isBool := flag.(*cli.BoolFlag)
			return !isBool
		}
	}
	return false // --flag=value, or unknown
}

func isNamed(flag cli.Flag, arg string) bool {
	return slices.Contains(flag.Names(), strings.TrimLeft(arg, "-"))
}

// Switch is a flag that is on or off. Its environment variable is read by
// Values.Switch: urfave/cli would refuse a wrong value of it even where the flag
// is given, and wins.
func Switch(category, name, usage string) cli.Flag {
	return &cli.BoolFlag{
		Name: name, Category: category, DisableDefaultText: true,
		Usage: fmt.Sprintf("%s [$%s]", usage, EnvVar(name)[0]),
	}
}

// EnvVar is the environment variable of a flag.
func EnvVar(flag string) []string {
	return []string{"BCAST_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))}
}

// Version is the version of the module that the command was built from.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
