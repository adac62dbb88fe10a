package config

import (
	"context"
	_ "embed"
	"io"
	"strings"
	"text/template"
)

// What the shells read. Each template gets the command with all of its own commands.
var (
	//go:embed completion.bash.tmpl
	bashCompletion string
	//go:embed completion.zsh.tmpl
	zshCompletion string
	//go:embed completion.fish.tmpl
	fishCompletion string
)

// completionCommand prints what a shell needs to complete the command lines of cmd, of
// whose commands it is one.
func completionCommand(cmd *Command, stdout io.Writer) Command {
	return Command{
		Name:      "completion",
		Usage:     "print what a shell needs to complete the command line",
		ArgsUsage: "bash|zsh|fish",
		Description: "Write it where the shell finds it, once:\n\n" +
			"  bash  ~/.local/share/bash-completion/completions/" + cmd.Name + "\n" +
			"  zsh   _" + cmd.Name + " in a folder of $fpath\n" +
			"  fish  ~/.config/fish/completions/" + cmd.Name + ".fish",
		Arg: Flag{Name: "shell", Kind: Choice, Choices: []string{"bash", "zsh", "fish"}, CommandLineOnly: true},
		Action: func(_ context.Context, v *Values) error {
			source := ""
			switch v.Text("shell") {
			case "bash":
				source = bashCompletion
			case "zsh":
				source = zshCompletion
			case "fish":
				source = fishCompletion
			default:
				return Usagef("which shell? write bash, zsh or fish")
			}
			return writeCompletion(stdout, source, cmd)
		},
	}
}

func writeCompletion(w io.Writer, source string, cmd *Command) error {
	functions := template.FuncMap{
		"function": func() string { return "_" + strings.ReplaceAll(cmd.Name, "-", "_") },
		"program":  func() string { return cmd.Name },
		"quote":    func(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" },
		"short":    short,
		"zsh":      zshSpec,
		"join":     strings.Join,
	}
	t, err := template.New("completion").Funcs(functions).Parse(source)
	if err != nil {
		return err
	}
	return t.Execute(w, cmd)
}

// short is as much of a flag's meaning as a list of flags has room for.
func short(f Flag) string {
	text, _, _ := strings.Cut(f.meaning(), ";")
	return text
}

// zshSpec is a flag in the language of zsh's _arguments.
func zshSpec(f Flag) string {
	escape := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `:`, `\:`).Replace
	spec := "--" + f.Name
	if f.Kind == List {
		spec = "*" + spec
	}
	usage := "[" + escape(short(f)) + "]"
	switch f.Kind {
	case Switch:
		return spec + usage
	case File:
		return spec + "=" + usage + ":" + escape(f.placeholder()) + ":_files"
	case Choice:
		return spec + "=" + usage + ":" + f.Name + ":(" + strings.Join(f.Choices, " ") + ")"
	default:
		return spec + "=" + usage + ":" + escape(f.placeholder()) + ": " // nothing is known about it
	}
}

// What the templates ask about a flag.

// TakesValue tells whether something stands behind the flag.
func (f Flag) TakesValue() bool { return f.Kind != Switch }

// IsFile tells whether the value is a path.
func (f Flag) IsFile() bool { return f.Kind == File }

// IsAddress tells whether the value is an address.
func (f Flag) IsAddress() bool { return f.Kind == Address }
