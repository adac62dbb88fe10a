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
type usageError struct {
	text    string
	command string // that was called; Run knows it
}

func (e usageError) Error() string        { return e.text }
func (e usageError) Is(target error) bool { return target == ErrUsage }

// Usagef returns an error that wraps ErrUsage and reads as told.
func Usagef(format string, args ...any) error {
	return usageError{text: fmt.Sprintf(format, args...)}
}

// HelpFor names the command line that helps with an error that wraps ErrUsage and
// comes from Run.
func HelpFor(err error) string {
	var usage usageError
	errors.As(err, &usage)
	return usage.command + " --help"
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
	Description string // paragraphs; a line that begins with two spaces stays as it is
	Flags       []Flag
	Arg         Flag // the argument that is not a flag; without a name there is none
	MoreArgs    bool // any number of further arguments may follow it: see Values.MoreArgs

	// SettingsFile is the name of the file that has settings of the command, for who
	// has written one. A command with such a file has further flags and commands: to
	// choose another file, to print what is in force, and for shells and manuals.
	SettingsFile string

	// BorrowsFile is for one of the Commands of another: it takes what the settings
	// file of that one says of its own flags, and passes over the rest.
	BorrowsFile bool

	// Commands are run in the place of this one where the first argument is the name
	// of one. A host of that name is reached as name:port.
	Commands []Command

	// Check says what is wrong with settings, for who wants to know that alone. A command
	// with a SettingsFile has one; it is not asked of others.
	Check func(v *Values) error

	// Action does the work. ctx is that of Run.
	Action func(ctx context.Context, v *Values) error
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
	called := cmd.complete(stdout)
	for _, sub := range called.Commands {
		if len(args) > 1 && args[1] == sub.Name {
			sub.Name = cmd.Name + " " + sub.Name
			return sub.run(ctx, args[1:], stdout)
		}
	}
	return called.run(ctx, args, stdout)
}

// complete adds what every command with a settings file has.
func (cmd Command) complete(stdout io.Writer) *Command {
	if cmd.SettingsFile == "" {
		return &cmd
	}
	fileFlag := Flag{
		Name: configName, Kind: File,
		DefaultText: configPlace.shown(cmd.SettingsFile),
		Usage:       "`FILE` with settings, in TOML: a line for each, under the names of the flags",
	}
	cmd.Flags = append(slices.Clip(cmd.Flags), fileFlag)
	cmd.Commands = slices.Clone(cmd.Commands)
	for i := range cmd.Commands {
		if sub := &cmd.Commands[i]; sub.BorrowsFile {
			sub.SettingsFile = cmd.SettingsFile
			sub.Flags = append(slices.Clip(sub.Flags), fileFlag)
		}
	}
	cmd.Commands = append(cmd.Commands, cmd.configCommand(stdout), completionCommand(&cmd, stdout), manCommand(&cmd, stdout))
	return &cmd
}

func (cmd Command) run(ctx context.Context, args []string, stdout io.Writer) error {
	app := &cli.App{
		Name:                      cmd.Name,
		Usage:                     cmd.Usage,
		ArgsUsage:                 cmd.ArgsUsage,
		Description:               cmd.Description + cmd.listCommands(),
		Version:                   Version(),
		Writer:                    stdout,
		ErrWriter:                 io.Discard,
		HideHelpCommand:           true,
		CustomAppHelpTemplate:     helpTemplate,
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError: func(_ *cli.Context, err error, _ bool) error {
			return Usagef("%s", plain(err))
		},
		Action: func(c *cli.Context) error {
			most := 0
			if cmd.Arg.Name != "" {
				most = 1
			}
			if c.NArg() > most && !cmd.MoreArgs {
				return Usagef("too many arguments: %q", c.Args().Get(most))
			}
			v, err := cmd.valuesOf(c)
			if err != nil {
				return err
			}
			return cmd.Action(ctx, v)
		},
	}
	for _, f := range cmd.Flags {
		app.Flags = append(app.Flags, f.cli())
	}
	args, err := flagsFirst(app.Flags, args)
	if err == nil {
		err = app.RunContext(ctx, args)
	}
	if usage := (usageError{}); errors.As(err, &usage) && usage.command == "" {
		usage.command = cmd.Name
		return usage
	}
	return err
}

// all are the argument of the command and its flags.
func (cmd Command) all() []Flag {
	if cmd.Arg.Name == "" {
		return cmd.Flags
	}
	return slices.Concat([]Flag{cmd.Arg}, cmd.Flags)
}

// inFile are the flags that the settings file may set.
func (cmd Command) inFile() []Flag {
	return slices.DeleteFunc(slices.Clone(cmd.all()), func(f Flag) bool { return f.Name == configName || f.CommandLineOnly })
}

// listCommands says in --help which commands there are.
func (cmd Command) listCommands() string {
	if len(cmd.Commands) == 0 {
		return ""
	}
	text := "\n\nCommands\n"
	for _, sub := range cmd.Commands {
		text += fmt.Sprintf("  %s\t%s\n", sub.Name, sub.Usage)
	}
	return strings.TrimSuffix(text, "\n")
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

// Version is the version of the module that the command was built from.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
