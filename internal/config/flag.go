package config

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// A Kind is how the value of a flag is written.
type Kind int

// The kinds of values. What a value of each is checked for when it is read, Values
// says.
const (
	Text     Kind = iota // anything
	Switch               // true or false; the flag alone says true
	Number               // 1000
	Size                 // 64KiB, or a number of bytes
	Duration             // 2s, 500ms, 1m30s
	Choice               // one of Choices
	List                 // texts: the flag may be given several times
	File                 // the path of a file
	Address              // what ParseAddr reads
)

// A Flag is a setting of a command. People write it as a flag, as a variable
// (EnvVar), and under its name in the settings file.
type Flag struct {
	Name     string
	Kind     Kind
	Category string   // its heading in --help; empty: among the general ones
	Usage    string   // a line without a full stop; the word in `backquotes` stands for the value
	Choices  []string // where Kind is Choice

	// Default is the value of who says nothing, for a List its one element. Where it
	// is empty, DefaultText says what happens then, if there is something to say.
	Default     string
	DefaultText string

	// CommandLineOnly is a flag that neither a variable nor the file sets.
	CommandLineOnly bool
}

// EnvVar is the variable of a flag.
func EnvVar(flag string) string {
	return "BCAST_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// defaults are the values of who says nothing.
func (f Flag) defaults() []string {
	if f.Default == "" {
		return nil
	}
	return []string{f.Default}
}

// defaultText is what is told about the default, or "".
func (f Flag) defaultText() string {
	if f.DefaultText == "" && f.Default != "" {
		return fmt.Sprintf("%q", f.Default)
	}
	return f.DefaultText
}

// placeholder is what stands for the value in texts about the flag.
func (f Flag) placeholder() string {
	_, rest, _ := strings.Cut(f.Usage, "`")
	word, _, _ := strings.Cut(rest, "`")
	return word
}

// meaning is Usage as plain text, for places where the choices stand elsewhere.
func (f Flag) meaning() string {
	return strings.ReplaceAll(strings.TrimPrefix(f.Usage, "`"+strings.Join(f.Choices, "|")+"`, "), "`", "")
}

// cli is the flag as urfave/cli parses and shows it. It knows nothing of defaults and
// variables, so that what it has is what the command line says.
func (f Flag) cli() cli.Flag {
	usage := f.Usage
	if text := f.defaultText(); text != "" {
		usage += " (default: " + text + ")"
	}
	if !f.CommandLineOnly {
		usage += " [$" + EnvVar(f.Name) + "]"
	}
	switch f.Kind {
	case Switch:
		return &cli.BoolFlag{Name: f.Name, Category: f.Category, Usage: usage, DisableDefaultText: true}
	case List:
		return &cli.StringSliceFlag{Name: f.Name, Category: f.Category, Usage: usage, KeepSpace: true}
	default:
		return &cli.StringFlag{Name: f.Name, Category: f.Category, Usage: usage}
	}
}
